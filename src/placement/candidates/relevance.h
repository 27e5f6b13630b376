/*
 * Which trees can matter at all, judged by what is cheap to read: of the others, usages and traits
 * need not be read.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_RELEVANCE_H
#define BERTH_PLACEMENT_CANDIDATES_RELEVANCE_H

#include "placement/candidates/candidate_request.h"
#include "placement/candidates/vocabulary.h"
#include "placement/candidates/world.h"

/* Returns, for each provider, whether its tree may have candidates with the usages read so far: for
   each class some provider has room for enough of it, and has no trait that every group forbids;
   some provider has one of each required set of traits and of aggregates. That provider may also be
   one that shares, in any tree. The trees of those that share may always have candidates. Takes
   time in proportion to the world. */
bool *relevance_find(const struct candidate_request *request, const struct vocabularies *names,
                     const struct world *world, struct arena *arena);

/* Of the relevant trees, leaves the first ones, up to this many, and those of providers that share.
 */
void relevance_limit(const struct world *world, bool *relevant, uint64_t trees,
                     struct arena *arena);

#endif
