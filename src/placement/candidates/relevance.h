/*
 * Which trees can matter at all, judged by what is cheap to read: the usages of the others need not
 * be read.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_RELEVANCE_H
#define BERTH_PLACEMENT_CANDIDATES_RELEVANCE_H

#include "placement/candidates/candidate_request.h"
#include "placement/candidates/vocabulary.h"
#include "placement/candidates/world.h"

/* Returns, for each provider, whether its tree may have candidates if nothing were used: for each
   class some provider has enough of it, and has no trait that every group forbids; some provider
   has one of each required set of traits and of aggregates. Takes time in proportion to the world.
   Returns NULL if providers share: then every tree may matter. */
const bool *relevance_find(const struct candidate_request *request,
                           const struct vocabularies *names, const struct world *world,
                           struct arena *arena);

#endif
