/*
 * What a candidate request needs of the kept world beside the world itself: the ids and numbers of
 * its names, and names for its summaries.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_KEPT_NAMES_H
#define BERTH_PLACEMENT_CANDIDATES_KEPT_NAMES_H

#include "placement/candidates/vocabulary.h"
#include "placement/candidates/world_load.h"
#include "placement/world/image.h"

/* Sets ids and numbers of the vocabularies, and lists all classes, as world_load() does. Call
   image_world() before. */
void kept_names_resolve(const struct image *image, struct vocabularies *names,
                        struct class_names *classes, struct arena *arena);

/* Names the traits in the sets of the world, for summaries. */
void kept_traits(const struct image *image, struct trait_names *traits, struct arena *arena);

#endif
