/*
 * Finds which provider can fill which slot, and which anchors see it.
 */
#include <config.h>

#include "placement/candidates/option_table.h"

#include <assert.h>
#include <string.h>

#include "base/sorted.h"
#include "placement/candidates/slot_fitness.h"

struct matching {
    struct option_table *table;
    struct arena *arena;
    uint32_t *seen; /* for each provider as anchor: the turn in which it was seen last */
    uint32_t turn;
    bool *anchor_fits; /* for each provider: it may be an anchor */
    uint32_t *fits;    /* the providers that can fill the slot */
    uint32_t *next;    /* for each anchor: where its next option goes */
};

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
        anchor_offers(matching->table->world, offering->group, anchor, provider))
        offering->visitor(offering->subject, anchor, provider);
}

/* Visits the anchors that see a provider: its own root, and the roots of all trees that it shares
   with. If the unsuffixed group names a tree, no provider of another tree may share with it. */
static void visit_anchors(const struct offering *offering, uint32_t provider)
{
    struct matching *matching = offering->matching;
    const struct world *world = matching->table->world;
    matching->turn++;
    offer(offering, world->providers[provider].root, provider);
    if (!world->providers[provider].shares ||
        (offering->group->in_tree && !offering->group->granular))
        return;
    struct world_sharing sharing = world_sharing_of(world, provider);
    uint32_t root;
    while ((root = world_next_shared(world, &sharing)) != WORLD_NONE &&
           budget_spend(matching->table->budget, 1 + world->aggregate_words))
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
    const struct option_table *table = matching->table;
    const struct world *world = table->world;
    const struct search_group *group = &table->query->groups[slot->group];
    size_t work = slot_fitness_work(world, group, slot);
    uint32_t fitting = 0;
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (budget_spend(table->budget, work) && slot_fits(world, group, slot, i))
            matching->fits[fitting++] = i;
    return fitting;
}

static struct slot_options match_slot(struct matching *matching, const struct search_slot *slot)
{
    const struct option_table *table = matching->table;
    const struct search_group *group = &table->query->groups[slot->group];
    uint32_t count = table->world->provider_count, fitting = find_fitting(matching, slot);
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
        if (!budget_is_over(table->budget))
            visit_anchors(&offering, matching->fits[i]);
    return (struct slot_options){first, filling.options};
}

static void match_slots(struct matching *matching)
{
    struct option_table *table = matching->table;
    for (size_t i = 0; i < table->slot_count && !budget_is_over(table->budget); i++)
        table->of_slots[i] = table->slots[i].like < i ? table->of_slots[table->slots[i].like]
                                                      : match_slot(matching, &table->slots[i]);
}

static void find_anchors(struct matching *matching)
{
    const struct world *world = matching->table->world;
    const struct search_membership *wanted = &matching->table->query->root_traits;
    matching->anchor_fits = arena_array(matching->arena, world->provider_count, sizeof(bool));
    for (uint32_t i = 0; i < world->provider_count; i++)
        matching->anchor_fits[i] =
            world->providers[i].root == i &&
            membership_holds(wanted, world_traits(world, i), world->trait_words);
}

static bool option_before(const void *options, size_t index, const void *provider)
{
    return ((const uint32_t *)options)[index] < *(const uint32_t *)provider;
}

bool option_table_offers(const struct option_table *table, size_t slot, uint32_t anchor,
                         uint32_t provider)
{
    uint32_t count;
    const uint32_t *options = option_table_options(table, slot, anchor, &count);
    size_t found = lower_bound(options, count, &provider, option_before);
    return found < count && options[found] == provider;
}

/* Anchors. */

static bool every_slot_has_options(const struct option_table *table, uint32_t anchor)
{
    uint32_t count;
    for (size_t i = 0; i < table->slot_count; i++) {
        option_table_options(table, i, anchor, &count);
        if (!budget_spend(table->budget, 1) || count == 0)
            return false;
    }
    return true;
}

/* Returns whether all options from an anchor share, and a hash of them. */
static bool all_share(const struct option_table *table, uint32_t anchor, uint64_t *hash)
{
    *hash = 0;
    for (size_t i = 0; i < table->slot_count; i++) {
        uint32_t count;
        const uint32_t *options = option_table_options(table, i, anchor, &count);
        if (table->slots[i].like < i)
            continue;
        *hash = (*hash + count) * 0x9e3779b97f4a7c15u;
        for (uint32_t j = 0; j < count; j++) {
            if (!budget_spend(table->budget, 1) || !table->world->providers[options[j]].shares)
                return false;
            *hash = ((*hash ^ options[j]) * 0x9e3779b97f4a7c15u) ^ *hash >> 29;
        }
    }
    return true;
}

static bool same_options(const struct option_table *table, uint32_t left, uint32_t right)
{
    for (size_t i = 0; i < table->slot_count; i++) {
        uint32_t count, other_count;
        const uint32_t *options = option_table_options(table, i, left, &count);
        const uint32_t *others = option_table_options(table, i, right, &other_count);
        if (table->slots[i].like < i)
            continue;
        if (!budget_spend(table->budget, 1 + count) || other_count != count ||
            memcmp(options, others, count * sizeof(*options)) != 0)
            return false;
    }
    return true;
}

struct seen_anchor {
    uint64_t hash;
    uint32_t anchor; /* WORLD_NONE: free */
};

/* Returns whether an anchor in the list, which has a free place, sees the same; else adds this
   one. */
static bool is_seen(const struct option_table *table, struct seen_anchor *list, size_t size,
                    const struct seen_anchor *seen)
{
    assert(size > 0);
    size_t at = (size_t)(seen->hash >> 8) % size;
    for (; list[at].anchor != WORLD_NONE; at = (at + 1) % size)
        if (list[at].hash == seen->hash && same_options(table, list[at].anchor, seen->anchor))
            return true;
    list[at] = *seen;
    return false;
}

static void keep_anchors(struct option_table *table, struct arena *arena)
{
    uint32_t provider_count = table->world->provider_count, kept = 0;
    uint32_t *anchors = arena_array(arena, provider_count, sizeof(*anchors));
    for (uint32_t i = 0; i < provider_count; i++)
        if (every_slot_has_options(table, i))
            anchors[table->anchor_count++] = i;
    table->anchors = anchors;
    if (table->world->sharing_count == 0)
        return;
    size_t size = (size_t)table->anchor_count * 2 + 1;
    struct seen_anchor *list = arena_array(arena, size, sizeof(*list));
    for (size_t i = 0; i < size; i++)
        list[i].anchor = WORLD_NONE;
    for (uint32_t i = 0; i < table->anchor_count; i++) {
        struct seen_anchor seen = {.anchor = anchors[i]};
        if (!all_share(table, anchors[i], &seen.hash) || !is_seen(table, list, size, &seen))
            anchors[kept++] = anchors[i];
    }
    table->anchor_count = kept;
}

void option_table_fill(struct option_table *table, struct arena *arena)
{
    uint32_t count = table->world->provider_count;
    struct matching matching = {
        .table = table,
        .arena = arena,
        .seen = arena_array(arena, count, sizeof(*matching.seen)),
        .fits = arena_array(arena, count, sizeof(*matching.fits)),
        .next = arena_array(arena, count, sizeof(*matching.next)),
    };
    table->of_slots = arena_array(arena, table->slot_count, sizeof(*table->of_slots));
    find_anchors(&matching);
    match_slots(&matching);
    if (budget_is_over(table->budget))
        return;
    keep_anchors(table, arena);
    if (budget_is_over(table->budget))
        table->anchor_count = 0;
}
