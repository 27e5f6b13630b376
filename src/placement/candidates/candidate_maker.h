/*
 * Turns a choice of the search, which is a provider for each slot, into a candidate with names.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_CANDIDATE_MAKER_H
#define BERTH_PLACEMENT_CANDIDATES_CANDIDATE_MAKER_H

#include "placement/candidates/candidate_listener.h"
#include "placement/candidates/candidate_request.h"
#include "placement/candidates/search_space.h"
#include "placement/candidates/vocabulary.h"

struct candidate_maker;

/* Returns a maker in the arena. Its arguments must outlive it. */
struct candidate_maker *candidate_maker_new(const struct search_space *space,
                                            const struct candidate_request *request,
                                            const struct vocabulary *classes, struct arena *arena);

/* Makes the candidate of a choice; valid until the next one. Takes linear time, which is charged
   to the space's budget. */
const struct candidate *candidate_make(struct candidate_maker *maker, const uint32_t *choice);

/* Returns, for each provider of the world, whether a candidate so far takes anything of it. */
const bool *candidate_maker_named(const struct candidate_maker *maker);

#endif
