/*
 * The options of all slots from all anchors, for a world in which providers share: there an anchor
 * sees more than its own tree, and several anchors may see the same.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_OPTION_TABLE_H
#define BERTH_PLACEMENT_CANDIDATES_OPTION_TABLE_H

#include "placement/candidates/budget.h"
#include "placement/candidates/search_slot.h"

/* What one slot has: its options from anchor i are options[first[i]] to options[first[i + 1] - 1],
   rising. */
struct slot_options {
    const uint32_t *first;
    const uint32_t *options;
};

struct option_table {
    const struct world *world;
    const struct search_query *query;
    const struct search_slot *slots; /* of which like is known */
    size_t slot_count;
    struct budget *budget;
    struct slot_options *of_slots;
    /* The providers from which every slot has options, rising. An anchor that sees the same as an
       earlier one, all of it shared, is left out: all its candidates are repeats. */
    const uint32_t *anchors;
    uint32_t anchor_count;
};

/* Finds the options of the table's slots: world to budget are set. Takes time in proportion to the
   world. All memory is the arena's. If the budget does not suffice, there are no anchors, and the
   options are not to be used. */
void option_table_fill(struct option_table *table, struct arena *arena);

/* Returns the options of a slot from an anchor, and their number. */
static inline const uint32_t *option_table_options(const struct option_table *table, size_t slot,
                                                   uint32_t anchor, uint32_t *count)
{
    const struct slot_options *of = &table->of_slots[slot];
    *count = of->first[anchor + 1] - of->first[anchor];
    return of->options + of->first[anchor];
}

/* Returns whether a provider is an option of a slot from an anchor. */
bool option_table_offers(const struct option_table *table, size_t slot, uint32_t anchor,
                         uint32_t provider);

#endif
