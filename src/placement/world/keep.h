/*
 * The sink of the follower: writes records into the journal, and a new base now and then.
 */
#ifndef BERTH_PLACEMENT_WORLD_KEEP_H
#define BERTH_PLACEMENT_WORLD_KEEP_H

#include "placement/world/image.h"
#include "placement/world/journal.h"
#include "placement/world/sink.h"

struct keeper {
    struct journal *journal;
    struct image image; /* from which the next base is made; read only then */
};

/* Makes a keeper for a journal, which must outlive it; keeper_end() frees its image. */
void keeper_begin(struct keeper *keeper, struct journal *journal);
void keeper_end(struct keeper *keeper);

/* Returns the sink, which holds keeper. */
struct world_sink keeper_sink(struct keeper *keeper);

#endif
