/*
 * Finds which provider can fill which slot, and which anchors see it.
 */
#include <config.h>

#include "placement/candidates/search_space.h"

#include <assert.h>
#include <string.h>

#include "base/sorted.h"

struct matching {
    struct search_space *space;
    const struct world *world;
    struct arena *arena;
    uint32_t *seen; /* for each provider as anchor: the turn in which it was seen last */
    uint32_t turn;
    bool *anchor_fits; /* for each provider: it may be an anchor */
    uint32_t *fits;    /* the providers that can fill the slot */
    uint32_t *next;    /* for each anchor: where its next option goes */
};

/* Returns whether an inventory can take an amount. Upstream leaves this to the database server, so
   the product is computed as there: with the stored ratio, in double precision. */
static bool has_room(const struct world *world, uint32_t provider,
                     const struct search_demand *demand)
{
    const struct world_inventory *inventory = world_inventory_of(world, provider, demand->class_id);
    if (inventory == NULL || demand->amount < inventory->min_unit ||
        demand->amount > inventory->max_unit)
        return false;
    if (inventory->step_size > 0 && demand->amount % inventory->step_size != 0)
        return false;
    double capacity = (double)((int64_t)inventory->total - inventory->reserved) *
                      (double)inventory->allocation_ratio;
    int64_t needed = inventory->used + demand->amount;
    return (double)needed <= capacity;
}

static bool has_all(const struct world *world, uint32_t provider, const struct search_slot *slot)
{
    for (size_t i = 0; i < slot->demand_count; i++)
        if (!has_room(world, provider, &slot->demands[i]))
            return false;
    return true;
}

/* Returns whether a provider can fill the slot, for any anchor. */
static bool provider_fits(const struct world *world, const struct search_group *group,
                          const struct search_slot *slot, uint32_t provider)
{
    const uint64_t *traits = world_traits(world, provider);
    bool resourceless = group->demand_count == 0;
    if (world->providers[provider].root == WORLD_NONE)
        return false;
    if (group->in_tree && !resourceless && world->providers[provider].root != group->tree)
        return false;
    if (membership_forbids(&group->traits, traits, world->trait_words))
        return false;
    if (group->granular && (!membership_requires(&group->traits, traits, world->trait_words) ||
                            !membership_holds(&group->aggregates, world_aggregates(world, provider),
                                              world->aggregate_words)))
        return false;
    if (resourceless && group->traits.required_count == 0 && group->aggregates.required_count == 0)
        return false;
    return has_all(world, provider, slot);
}

/* Returns whether an anchor may offer a provider to the group. For the unsuffixed group an
   aggregate of the root spans its tree, but a sharing provider must be a member itself. */
static bool anchor_offers(const struct world *world, const struct search_group *group,
                          uint32_t anchor, uint32_t provider)
{
    if (group->granular)
        return true;
    size_t words = world->aggregate_words;
    const uint64_t *own = world_aggregates(world, provider);
    const uint64_t *roots = world_aggregates(world, anchor);
    if (membership_forbids(&group->aggregates, own, words) ||
        membership_forbids(&group->aggregates, roots, words))
        return false;
    if (membership_requires(&group->aggregates, own, words))
        return true;
    return world->providers[provider].root == anchor &&
           membership_requires(&group->aggregates, roots, words);
}

typedef void (*anchor_visitor)(void *subject, uint32_t anchor, uint32_t provider);

struct offering {
    struct matching *matching;
    const struct search_group *group;
    anchor_visitor visitor;
    void *subject;
};

static void offer(const struct offering *offering, uint32_t anchor, uint32_t provider)
{
    struct matching *matching = offering->matching;
    if (matching->seen[anchor] == matching->turn)
        return;
    matching->seen[anchor] = matching->turn;
    if (matching->anchor_fits[anchor] &&
        anchor_offers(matching->world, offering->group, anchor, provider))
        offering->visitor(offering->subject, anchor, provider);
}

/* Visits the anchors that see a provider: its own root, and the roots of all trees that it shares
   with. If the unsuffixed group names a tree, no provider of another tree may share with it. */
static void visit_anchors(const struct offering *offering, uint32_t provider)
{
    struct matching *matching = offering->matching;
    const struct world *world = matching->world;
    matching->turn++;
    offer(offering, world->providers[provider].root, provider);
    if (!world->providers[provider].shares ||
        (offering->group->in_tree && !offering->group->granular))
        return;
    struct world_sharing sharing = world_sharing_of(world, provider);
    uint32_t root;
    while ((root = world_next_shared(world, &sharing)) != WORLD_NONE &&
           budget_spend(matching->space->budget, 1 + world->aggregate_words))
        offer(offering, root, provider);
}

static void count_option(void *subject, uint32_t anchor, uint32_t provider)
{
    uint32_t *counts = subject;
    (void)provider;
    counts[anchor + 1]++;
}

struct filling {
    uint32_t *next;
    uint32_t *options;
};

static void add_option(void *subject, uint32_t anchor, uint32_t provider)
{
    struct filling *filling = subject;
    filling->options[filling->next[anchor]++] = provider;
}

static uint32_t find_fitting(struct matching *matching, const struct search_slot *slot)
{
    const struct world *world = matching->world;
    const struct search_group *group = &matching->space->query->groups[slot->group];
    size_t work = 1 + slot->demand_count + world->trait_words + world->aggregate_words +
                  group->traits.required_count + group->aggregates.required_count;
    uint32_t fitting = 0;
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (budget_spend(matching->space->budget, work) && provider_fits(world, group, slot, i))
            matching->fits[fitting++] = i;
    return fitting;
}

static void match_slot(struct matching *matching, struct search_slot *slot)
{
    const struct world *world = matching->world;
    const struct search_group *group = &matching->space->query->groups[slot->group];
    uint32_t count = world->provider_count, fitting = find_fitting(matching, slot);
    uint32_t *first = arena_array(matching->arena, (size_t)count + 1, sizeof(*first));
    struct offering offering = {matching, group, count_option, first};
    for (uint32_t i = 0; i < fitting; i++)
        visit_anchors(&offering, matching->fits[i]);
    for (uint32_t i = 0; i < count; i++)
        first[i + 1] += first[i];

    struct filling filling = {matching->next,
                              arena_array(matching->arena, first[count], sizeof(uint32_t))};
    for (uint32_t i = 0; i < count; i++)
        filling.next[i] = first[i];
    offering.visitor = add_option;
    offering.subject = &filling;
    for (uint32_t i = 0; i < fitting; i++)
        if (!budget_is_over(matching->space->budget))
            visit_anchors(&offering, matching->fits[i]);
    slot->first = first;
    slot->options = filling.options;
}

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

static void match_slots(struct matching *matching)
{
    struct search_space *space = matching->space;
    for (size_t i = 0; i < space->slot_count; i++) {
        struct search_slot *slot = &space->slots[i];
        slot->like = find_like(space, i);
        if (slot->like < i) {
            slot->first = space->slots[slot->like].first;
            slot->options = space->slots[slot->like].options;
        } else {
            match_slot(matching, slot);
        }
        if (budget_is_over(space->budget))
            return;
    }
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

static void find_anchors(struct matching *matching)
{
    const struct world *world = matching->world;
    const struct search_membership *wanted = &matching->space->query->root_traits;
    matching->anchor_fits = arena_array(matching->arena, world->provider_count, sizeof(bool));
    for (uint32_t i = 0; i < world->provider_count; i++)
        matching->anchor_fits[i] =
            world->providers[i].root == i &&
            membership_holds(wanted, world_traits(world, i), world->trait_words);
}

/* Anchors. */

static bool option_before(const void *options, size_t index, const void *provider)
{
    return ((const uint32_t *)options)[index] < *(const uint32_t *)provider;
}

bool search_slot_offers(const struct search_slot *slot, uint32_t anchor, uint32_t provider)
{
    const uint32_t *options = slot->options + slot->first[anchor];
    size_t count = search_option_count(slot, anchor);
    size_t found = lower_bound(options, count, &provider, option_before);
    return found < count && options[found] == provider;
}

static bool every_slot_has_options(const struct search_space *space, uint32_t anchor)
{
    for (size_t i = 0; i < space->slot_count; i++)
        if (!budget_spend(space->budget, 1) || search_option_count(&space->slots[i], anchor) == 0)
            return false;
    return true;
}

/* Returns whether all options from an anchor share, and a hash of them. */
static bool all_share(const struct search_space *space, uint32_t anchor, uint64_t *hash)
{
    *hash = 0;
    for (size_t i = 0; i < space->slot_count; i++) {
        const struct search_slot *slot = &space->slots[i];
        if (slot->like < i)
            continue;
        *hash = (*hash + search_option_count(slot, anchor)) * 0x9e3779b97f4a7c15u;
        for (uint32_t j = slot->first[anchor]; j < slot->first[anchor + 1]; j++) {
            if (!budget_spend(space->budget, 1) ||
                !space->world->providers[slot->options[j]].shares)
                return false;
            *hash = ((*hash ^ slot->options[j]) * 0x9e3779b97f4a7c15u) ^ *hash >> 29;
        }
    }
    return true;
}

static bool same_options(const struct search_space *space, uint32_t left, uint32_t right)
{
    for (size_t i = 0; i < space->slot_count; i++) {
        const struct search_slot *slot = &space->slots[i];
        size_t count = search_option_count(slot, left);
        if (slot->like < i)
            continue;
        if (!budget_spend(space->budget, 1 + count) || search_option_count(slot, right) != count ||
            memcmp(slot->options + slot->first[left], slot->options + slot->first[right],
                   count * sizeof(*slot->options)) != 0)
            return false;
    }
    return true;
}

struct seen_anchor {
    uint64_t hash;
    uint32_t anchor; /* WORLD_NONE: free */
};

/* Returns whether an anchor in the table, which has a free place, sees the same; else adds this
   one. */
static bool is_seen(const struct search_space *space, struct seen_anchor *table, size_t size,
                    const struct seen_anchor *seen)
{
    assert(size > 0);
    size_t at = (size_t)(seen->hash >> 8) % size;
    for (; table[at].anchor != WORLD_NONE; at = (at + 1) % size)
        if (table[at].hash == seen->hash && same_options(space, table[at].anchor, seen->anchor))
            return true;
    table[at] = *seen;
    return false;
}

static void keep_anchors(struct search_space *space, struct arena *arena)
{
    uint32_t provider_count = space->world->provider_count, kept = 0;
    uint32_t *anchors = arena_array(arena, provider_count, sizeof(*anchors));
    for (uint32_t i = 0; i < provider_count; i++)
        if (every_slot_has_options(space, i))
            anchors[space->anchor_count++] = i;
    space->anchors = anchors;
    if (space->world->sharing_count == 0)
        return;
    size_t size = (size_t)space->anchor_count * 2 + 1;
    struct seen_anchor *table = arena_array(arena, size, sizeof(*table));
    for (size_t i = 0; i < size; i++)
        table[i].anchor = WORLD_NONE;
    for (uint32_t i = 0; i < space->anchor_count; i++) {
        struct seen_anchor seen = {.anchor = anchors[i]};
        if (!all_share(space, anchors[i], &seen.hash) || !is_seen(space, table, size, &seen))
            anchors[kept++] = anchors[i];
    }
    space->anchor_count = kept;
}

void search_space_make(struct search_space *space, struct arena *arena, const struct world *world,
                       const struct search_query *query, struct budget *budget)
{
    *space = (struct search_space){.world = world, .query = query, .budget = budget};
    uint32_t count = world->provider_count;
    struct matching matching = {
        .space = space,
        .world = world,
        .arena = arena,
        .seen = arena_array(arena, count, sizeof(*matching.seen)),
        .fits = arena_array(arena, count, sizeof(*matching.fits)),
        .next = arena_array(arena, count, sizeof(*matching.next)),
    };
    find_anchors(&matching);
    make_slots(space, arena);
    match_slots(&matching);
    if (budget_is_over(budget))
        return;
    make_subtrees(space, arena);
    find_repeats(space);
    keep_anchors(space, arena);
    if (budget_is_over(budget))
        space->anchor_count = 0;
}
