/*
 * Divides a query into slots, and chooses how their options are found.
 */
#include <config.h>

#include "placement/candidates/search_space.h"

#include <string.h>

#include "base/sorted.h"
#include "placement/candidates/tree_view.h"

/* Slots that ask for the same. */

static bool same_bits(const uint64_t *left, const uint64_t *right, size_t words)
{
    if (left == NULL || right == NULL)
        return left == right;
    return words == 0 || memcmp(left, right, words * sizeof(*left)) == 0;
}

static bool same_membership(const struct search_membership *left,
                            const struct search_membership *right, size_t words,
                            struct budget *budget)
{
    if (left->required_count != right->required_count ||
        !same_bits(left->forbidden, right->forbidden, words))
        return false;
    for (size_t i = 0; i < left->required_count; i++)
        if (!budget_spend(budget, 1 + words) ||
            !same_bits(left->required[i], right->required[i], words))
            return false;
    return true;
}

static bool same_demands(const struct search_group *left, const struct search_group *right,
                         struct budget *budget)
{
    if (left->demand_count != right->demand_count)
        return false;
    for (size_t i = 0; i < left->demand_count; i++)
        if (!budget_spend(budget, 1) || left->demands[i].class_id != right->demands[i].class_id ||
            left->demands[i].amount != right->demands[i].amount)
            return false;
    return true;
}

/* Returns the first slot that has the same options as this one: it may be the slot itself. */
static size_t find_like(const struct search_space *space, size_t slot)
{
    const struct world *world = space->world;
    const struct search_group *groups = space->query->groups;
    const struct search_group *own = &groups[space->slots[slot].group];
    for (size_t i = 0; own->granular && i < slot && budget_spend(space->budget, 1); i++) {
        const struct search_group *other = &groups[space->slots[i].group];
        if (space->slots[i].like == i && other->granular && other->in_tree == own->in_tree &&
            other->tree == own->tree && same_demands(own, other, space->budget) &&
            same_membership(&own->traits, &other->traits, world->trait_words, space->budget) &&
            same_membership(&own->aggregates, &other->aggregates, world->aggregate_words,
                            space->budget))
            return i;
    }
    return slot;
}

static void find_likes(struct search_space *space)
{
    for (size_t i = 0; i < space->slot_count; i++)
        space->slots[i].like = find_like(space, i);
}

/* Subtrees. */

static int index_compare(const void *left, const void *right)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    return (a > b) - (a < b);
}

static int subtree_compare(const void *left, const void *right)
{
    const struct space_subtree *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    return memcmp(a->slots, b->slots, a->count * sizeof(*a->slots));
}

/* For each slot: which subtrees it is in. */
static void list_subtrees(struct search_space *space, struct arena *arena)
{
    for (size_t i = 0; i < space->subtree_count; i++)
        for (size_t j = 0; j < space->subtrees[i].count; j++)
            space->slots[space->subtrees[i].slots[j]].subtree_count++;
    size_t **lists = arena_array(arena, space->slot_count, sizeof(*lists));
    for (size_t i = 0; i < space->slot_count; i++) {
        struct search_slot *slot = &space->slots[i];
        slot->subtrees = lists[i] = arena_array(arena, slot->subtree_count, sizeof(**lists));
    }
    for (size_t i = 0; i < space->subtree_count; i++)
        for (size_t j = 0; j < space->subtrees[i].count; j++)
            *lists[space->subtrees[i].slots[j]]++ = i;
}

/* Takes over the query's subtrees: each once, and none of one group, which is in its own. */
static void make_subtrees(struct search_space *space, struct arena *arena)
{
    const struct search_query *query = space->query;
    size_t *slot_of = arena_array(arena, query->group_count, sizeof(*slot_of));
    struct space_subtree *subtrees = arena_array(arena, query->subtree_count, sizeof(*subtrees));
    size_t count = 0;
    for (size_t i = 0; i < space->slot_count; i++)
        slot_of[space->slots[i].group] = i;
    for (size_t i = 0; i < query->subtree_count; i++) {
        const struct search_subtree *asked = &query->subtrees[i];
        size_t *slots = arena_array(arena, asked->count, sizeof(*slots));
        for (size_t j = 0; j < asked->count; j++)
            slots[j] = slot_of[asked->groups[j]];
        size_t distinct = sort_unique(slots, asked->count, sizeof(*slots), index_compare);
        if (distinct > 1)
            subtrees[count++] = (struct space_subtree){slots, distinct};
    }
    space->subtrees = subtrees;
    space->subtree_count = sort_unique(subtrees, count, sizeof(*subtrees), subtree_compare);
    list_subtrees(space, arena);
}

static void find_repeats(struct search_space *space)
{
    for (size_t i = 1; i < space->slot_count; i++) {
        struct search_slot *slot = &space->slots[i];
        const struct search_slot *before = &space->slots[i - 1];
        slot->repeats =
            slot->like == before->like && slot->subtree_count == before->subtree_count &&
            (slot->subtree_count == 0 ||
             memcmp(slot->subtrees, before->subtrees, slot->subtree_count * sizeof(size_t)) == 0);
    }
}

static void make_slots(struct search_space *space, struct arena *arena)
{
    const struct search_query *query = space->query;
    size_t most = 0;
    for (size_t i = 0; i < query->group_count; i++)
        most += query->groups[i].granular ? 1 : query->groups[i].demand_count;
    space->slots = arena_array(arena, most, sizeof(*space->slots));
    for (size_t i = 0; i < query->group_count; i++) {
        const struct search_group *group = &query->groups[i];
        size_t slots = group->granular ? 1 : group->demand_count;
        for (size_t j = 0; j < slots; j++)
            space->slots[space->slot_count++] = (struct search_slot){
                .group = i,
                .granular = group->granular,
                .demands = group->demands + (group->granular ? 0 : j),
                .demand_count = group->granular ? group->demand_count : 1,
            };
    }
}

/* Options. */

static bool option_before(const void *options, size_t index, const void *provider)
{
    return ((const uint32_t *)options)[index] < *(const uint32_t *)provider;
}

bool search_slot_offers(const struct search_slot *slot, uint32_t provider)
{
    size_t found = lower_bound(slot->options, slot->option_count, &provider, option_before);
    return found < slot->option_count && slot->options[found] == provider;
}

bool search_space_look(struct search_space *space, uint32_t anchor)
{
    if (space->view != NULL)
        return tree_view_look(space->view, anchor);
    budget_spend(space->budget, space->slot_count / 4);
    for (size_t i = 0; i < space->slot_count; i++)
        space->slots[i].options =
            option_table_options(space->table, i, anchor, &space->slots[i].option_count);
    return true;
}

static void look_at_trees(struct search_space *space, struct arena *arena)
{
    const struct world *world = space->world;
    space->view =
        tree_view_new(arena, world, space->query, space->slots, space->slot_count, space->budget);
    space->anchors = world->roots;
    space->anchor_count = world->root_count;
    space->place_count = world->largest_tree;
    space->inventory_place_count = world->largest_tree_inventories;
}

static void make_table(struct search_space *space, struct arena *arena)
{
    struct option_table *table = space->table = arena_alloc(arena, sizeof(*table));
    *table = (struct option_table){.world = space->world,
                                   .query = space->query,
                                   .slots = space->slots,
                                   .slot_count = space->slot_count,
                                   .budget = space->budget};
    option_table_fill(table, arena);
    space->anchors = table->anchors;
    space->anchor_count = table->anchor_count;
    space->place_count = space->world->provider_count;
    space->inventory_place_count = space->world->inventory_count;
}

static void make(struct search_space *space, struct arena *arena, bool with_table)
{
    make_slots(space, arena);
    find_likes(space);
    if (budget_is_over(space->budget))
        return;
    if (with_table)
        make_table(space, arena);
    else
        look_at_trees(space, arena);
    make_subtrees(space, arena);
    find_repeats(space);
    if (budget_is_over(space->budget))
        space->anchor_count = 0;
}

void search_space_make(struct search_space *space, struct arena *arena, const struct world *world,
                       const struct search_query *query, struct budget *budget)
{
    *space = (struct search_space){.world = world, .query = query, .budget = budget};
    make(space, arena, world->sharing_count > 0 || !world->trees_agree);
}

void search_space_make_table(struct search_space *space, struct arena *arena,
                             const struct world *world, const struct search_query *query,
                             struct budget *budget)
{
    *space = (struct search_space){.world = world, .query = query, .budget = budget};
    make(space, arena, true);
}
