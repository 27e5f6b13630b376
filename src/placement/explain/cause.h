/*
 * The sentence that an explanation begins with: what makes a request impossible.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_CAUSE_H
#define BERTH_PLACEMENT_EXPLAIN_CAUSE_H

#include "placement/explain/explanation.h"
#include "placement/explain/relaxation.h"

/* Returns the sentence about an explanation of which all else is known. If there are candidates, it
   says how many. Otherwise it puts the set of constraints first that the sentence is about. */
const char *cause_of(const struct inquiry *inquiry, const struct relaxation *relaxation,
                     struct explanation *explanation);

#endif
