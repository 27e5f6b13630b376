/*
 * The kept world of one process, for requests that read.
 *
 * Before each request that uses it, the database is asked, in one statement, up to where its binary
 * log goes and who holds the follower's lock. The answer proves that this is the server that the
 * follower follows, and tells how far the image must have come to contain every write that was
 * acknowledged before the request began.
 *
 * On a node of a Galera cluster the session has wsrep_sync_wait: the statement is answered when the
 * node has committed, and so logged, all that other nodes acknowledged before. There it reads a
 * table too, because a node that has lost the others refuses only statements that do.
 */
#ifndef BERTH_PLACEMENT_WORLD_FENCE_H
#define BERTH_PLACEMENT_WORLD_FENCE_H

#include "placement/context.h"
#include "placement/world/image.h"

/* What became of kept_image_refresh(). */
enum kept_world_result {
    KEPT_WORLD_READ,
    KEPT_WORLD_NONE,     /* there is no world */
    KEPT_WORLD_UNPROVEN, /* nothing proves that the server is the one that is followed */
    KEPT_WORLD_LATE,     /* the world lags */
    KEPT_WORLD_RESULTS
};

struct kept_world {
    const struct journal *journal;
    struct image image;
    uint32_t results[KEPT_WORLD_RESULTS]; /* how often, until somebody takes them */
};

/* Begins with nothing read from the journal, which must outlive it; kept_world_end() frees the
   image. */
void kept_world_begin(struct kept_world *kept, const struct journal *journal);
void kept_world_end(struct kept_world *kept);

/* Brings the image of context->kept up to date, once in a request. Returns it, for this request
   alone; NULL if there is none that can be trusted, or it lags: then read by SQL. Notes no failure.
 */
struct image *kept_image_refresh(struct context *context);

/* The same for the world of the image, which may have to be made. */
const struct world *kept_world_refresh(struct context *context);

#endif
