/*
 * Passes the groups one by one, then all of them together, until nothing is left.
 */
#include <config.h>

#include "placement/explain/dead_end.h"

#include "placement/explain/relaxation.h"

static struct dead_end find_between(const struct inquiry *inquiry, struct funnel *const *funnels)
{
    struct constraint_list constraints = constraints_of(inquiry->request, inquiry->arena);
    const struct relaxation *relaxation = relaxation_new(inquiry, &constraints, funnels);
    for (unsigned i = FILTER_SHARING; i < FILTERS; i++) {
        enum explain_filter filter = (enum explain_filter)i;
        uint32_t trees;
        if (!relaxation_applies(relaxation, filter))
            continue;
        enum search_step step = relaxation_trees(relaxation, filter, true, &trees, NULL);
        if (step == SEARCH_LATE)
            break;
        if (step == SEARCH_END)
            return (struct dead_end){filter, NULL};
    }
    return (struct dead_end){FILTERS, NULL};
}

struct dead_end dead_end_find(const struct resolution *resolution, const struct world *world,
                              struct budget *budget)
{
    struct inquiry inquiry;
    inquiry_begin(&inquiry, resolution, world, budget);
    struct funnel **funnels =
        arena_array(inquiry.arena, inquiry.query.group_count, sizeof(*funnels));
    for (size_t i = 0; i < inquiry.query.group_count && !budget_is_over(budget); i++) {
        funnels[i] = funnel_of_group(&inquiry, i);
        enum explain_filter end = funnel_end(funnels[i]);
        if (end != FILTERS && !budget_is_over(budget))
            return (struct dead_end){end, inquiry.request->groups[i].suffix};
    }
    if (budget_is_over(budget))
        return (struct dead_end){FILTERS, NULL};
    return find_between(&inquiry, funnels);
}
