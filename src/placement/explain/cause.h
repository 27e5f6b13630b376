/*
 * The sentence that an explanation begins with: what makes a request impossible.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_CAUSE_H
#define BERTH_PLACEMENT_EXPLAIN_CAUSE_H

#include "placement/explain/explanation.h"

/* Returns the sentence about an explanation of which all else is known. It begins with "No
   candidates:" if there are none. */
const char *cause_of(const struct inquiry *inquiry, const struct explanation *explanation);

#endif
