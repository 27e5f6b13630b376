/*
 * The reasons why a provider does not satisfy a group, in words: "lacks 2 VCPU of 4". A reason that
 * was added already is not added again.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_REASONS_H
#define BERTH_PLACEMENT_EXPLAIN_REASONS_H

#include "placement/explain/inquiry.h"

struct reasons {
    const struct inquiry *inquiry;
    const char *const *names;
    size_t number; /* of the group */
    const struct search_group *group;
    const struct request_group *asked;
    const char **items;
    size_t count, room;
};

/* Adds a reason, which must live as long as the reasons. */
void reason_add(struct reasons *reasons, const char *reason);

/* Adds a reason about a set of traits or aggregates: "lacks the trait A", "lacks the traits A, B".
 */
void reason_add_set(struct reasons *reasons, const char *what, const struct name_set *set);

/* Add the reason, if there is one, why a provider does not satisfy a part of the group: one of its
   demands, its forbidden traits, its aggregates, its tree; or all of it. */
void reason_add_demand(struct reasons *reasons, size_t index, uint32_t provider);
void reason_add_forbidden(struct reasons *reasons, uint32_t provider);
void reason_add_aggregates(struct reasons *reasons, uint32_t provider);
void reason_add_tree(struct reasons *reasons, uint32_t provider);
void reason_add_provider(struct reasons *reasons, uint32_t provider);

/* Returns the reasons as "lacks A, has B and is C". */
const char *reasons_text(const struct reasons *reasons);

/* Returns whether a provider is not in the tree that the group names. */
bool provider_is_elsewhere(const struct world *world, const struct search_group *group,
                           uint32_t provider);

#endif
