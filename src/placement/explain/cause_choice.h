/*
 * Orders the impossible sets of one size: first the one that tells an operator most about what to
 * mend. The first of these that differs decides:
 *
 *   - it is an aggregate that nobody is in, or the tree of no provider: that is a mistake in the
 *     request;
 *   - it is about the filter at which nothing is left: the sentence and the funnel tell one truth;
 *   - the class that it asks of the group without suffix, beside a required trait, is one that a
 *     provider with the trait has: the other classes cannot be had with the trait either, but it is
 *     not they that lack;
 *   - it is impossible whatever is used: nothing needs to be freed to mend it, but something
 *     changed;
 *   - it is about one group, and not about several together;
 *   - it does not ask a group with a suffix for a trait where another set asks the same group for a
 *     class that those with the rest have nothing of: they lack more than the trait;
 *   - it asks for fewer amounts: traits, aggregates and trees are chosen on purpose;
 *   - the rarest thing that it asks for is rarer;
 *   - its constraints come earlier in the request.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_CAUSE_CHOICE_H
#define BERTH_PLACEMENT_EXPLAIN_CAUSE_CHOICE_H

#include "placement/explain/wording.h"

/* Orders sets, those of the explanation of `telling`. Returns how many of them are first, and
   differ only in their places in the request. */
size_t cause_order(const struct telling *telling, struct impossible_sets *sets);

/* Returns whether the set of `telling` tells why nothing is left at the filter. */
bool cause_tells_filter(const struct telling *telling);

#endif
