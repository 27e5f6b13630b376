/*
 * Fills the arrays of a world row by row, and looks things up in them.
 */
#include <config.h>

#include "placement/candidates/world.h"

#include <stdio.h>

#include "base/sorted.h"

/* A provider with more inventories than this is searched by halves. */
enum { LINEAR_MOST = 8 };

static size_t words_for(size_t count)
{
    return (count + BITS_IN_WORD - 1) / BITS_IN_WORD;
}

void world_begin(struct world *world, struct arena *arena, const struct world_interest *interest)
{
    *world = (struct world){
        .arena = arena,
        .sharing_trait = interest->sharing_trait,
        .trait_words = words_for(interest->trait_count),
        .aggregate_words = words_for(interest->aggregate_count),
    };
}

void world_add_provider(struct world *world, int64_t id, const char *uuid)
{
    world->providers = arena_grow(world->arena, world->providers, world->provider_count,
                                  &world->provider_room, sizeof(*world->providers));
    struct world_provider *provider = &world->providers[world->provider_count++];
    *provider = (struct world_provider){.id = id, .root = WORLD_NONE, .parent = WORLD_NONE};
    snprintf(provider->uuid, sizeof(provider->uuid), "%s", uuid);
}

static bool provider_before(const void *providers, size_t index, const void *id)
{
    return ((const struct world_provider *)providers)[index].id < *(const int64_t *)id;
}

uint32_t world_find(struct world *world, int64_t provider_id)
{
    uint32_t count = world->provider_count;
    for (uint32_t i = world->cursor; i < count && i <= world->cursor + 1; i++)
        if (world->providers[i].id == provider_id)
            return world->cursor = i;
    size_t found = lower_bound(world->providers, count, &provider_id, provider_before);
    if (found == count || world->providers[found].id != provider_id)
        return WORLD_NONE;
    return world->cursor = (uint32_t)found;
}

/* Cuts each circle of parents at one place, so that every way up ends. Visits each provider once.
 */
static void cut_circles(struct world *world)
{
    uint32_t *walks = arena_array(world->arena, world->provider_count, sizeof(*walks));
    for (uint32_t i = 0; i < world->provider_count; i++) {
        uint32_t at = i;
        while (walks[at] == 0) {
            uint32_t above = world->providers[at].parent;
            walks[at] = i + 1;
            if (above == WORLD_NONE)
                break;
            if (walks[above] == i + 1)
                world->providers[at].parent = WORLD_NONE;
            else
                at = above;
        }
    }
}

/* Numbers the providers so that each is followed by all that are below it. */
static void number_trees(struct world *world)
{
    struct arena *arena = world->arena;
    uint32_t count = world->provider_count, place = 0;
    uint32_t *child = arena_array(arena, count, sizeof(*child));
    uint32_t *sibling = arena_array(arena, count, sizeof(*sibling));
    world->in_order = arena_array(arena, count, sizeof(*world->in_order));
    for (uint32_t i = 0; i < count; i++)
        child[i] = WORLD_NONE;
    for (uint32_t i = count; i-- > 0;) {
        uint32_t parent = world->providers[i].parent;
        if (parent == WORLD_NONE)
            continue;
        sibling[i] = child[parent];
        child[parent] = i;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        if (world->providers[i].parent != WORLD_NONE)
            continue;
        world->in_order[place] = at;
        world->providers[at].first_below = place++;
        for (;;) {
            if (child[at] != WORLD_NONE) {
                uint32_t down = child[at];
                child[at] = sibling[down];
                at = down;
                world->in_order[place] = at;
                world->providers[at].first_below = place++;
                continue;
            }
            world->providers[at].end_below = place;
            if (at == i)
                break;
            at = world->providers[at].parent;
        }
    }
}

/* Lists the roots, and looks whether what is below them is their trees. */
static void list_roots(struct world *world)
{
    world->roots = arena_array(world->arena, world->provider_count, sizeof(*world->roots));
    world->trees_agree = true;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        const struct world_provider *provider = &world->providers[i];
        uint32_t parent = provider->parent;
        if (provider->root == i)
            world->roots[world->root_count++] = i;
        if (provider->root != (parent == WORLD_NONE ? i : world->providers[parent].root))
            world->trees_agree = false;
        if (parent == WORLD_NONE &&
            provider->end_below - provider->first_below > world->largest_tree)
            world->largest_tree = provider->end_below - provider->first_below;
    }
}

void world_link(struct world *world, const struct world_kin *kin)
{
    for (uint32_t i = 0; i < world->provider_count; i++) {
        struct world_provider *provider = &world->providers[i];
        provider->root = kin[i].root_id == provider->id ? i : world_find(world, kin[i].root_id);
        provider->parent = kin[i].parent_id != 0 ? world_find(world, kin[i].parent_id) : WORLD_NONE;
    }
    cut_circles(world);
    number_trees(world);
    list_roots(world);
    world->traits =
        arena_array(world->arena, world->provider_count * world->trait_words, sizeof(uint64_t));
    world->aggregates =
        arena_array(world->arena, world->provider_count * world->aggregate_words, sizeof(uint64_t));
}

void world_add_inventory(struct world *world, int64_t provider_id,
                         const struct world_inventory *inventory)
{
    uint32_t number = world_find(world, provider_id);
    if (number == WORLD_NONE)
        return;
    world->inventories = arena_grow(world->arena, world->inventories, world->inventory_count,
                                    &world->inventory_room, sizeof(*world->inventories));
    world->owners = arena_grow(world->arena, world->owners, world->inventory_count,
                               &world->owner_room, sizeof(*world->owners));
    world->providers[number].inventory_count++;
    world->owners[world->inventory_count] = number;
    world->inventories[world->inventory_count++] = *inventory;
}

static int inventory_compare(const void *left, const void *right)
{
    const struct world_inventory *a = left, *b = right;
    return (a->class_id > b->class_id) - (a->class_id < b->class_id);
}

/* Numbers the inventories of each tree. */
static void number_inventories(struct world *world)
{
    uint32_t before = 0;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        struct world_provider *provider = &world->providers[world->in_order[i]];
        if (provider->parent == WORLD_NONE)
            before = 0;
        provider->inventories_before = before;
        before += provider->inventory_count;
        if (before > world->largest_tree_inventories)
            world->largest_tree_inventories = before;
    }
}

void world_sort_inventories(struct world *world)
{
    struct world_inventory *sorted =
        arena_array(world->arena, world->inventory_count, sizeof(*sorted));
    uint32_t *next = arena_array(world->arena, world->provider_count, sizeof(*next));
    uint32_t first = 0;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        world->providers[i].first_inventory = next[i] = first;
        first += world->providers[i].inventory_count;
    }
    for (uint32_t i = 0; i < world->inventory_count; i++)
        sorted[next[world->owners[i]]++] = world->inventories[i];
    for (uint32_t i = 0; i < world->provider_count; i++)
        sort(sorted + world->providers[i].first_inventory, world->providers[i].inventory_count,
             sizeof(*sorted), inventory_compare);
    world->inventories = sorted;
    number_inventories(world);
}

void world_add_usage(struct world *world, int64_t provider_id, int64_t class_id, int64_t used)
{
    uint32_t number = world_find(world, provider_id);
    if (number == WORLD_NONE)
        return;
    const struct world_provider *provider = &world->providers[number];
    for (uint32_t i = 0; i < provider->inventory_count; i++) {
        struct world_inventory *inventory = &world->inventories[provider->first_inventory + i];
        if (inventory->class_id == class_id)
            inventory->used = used;
    }
}

void world_add_trait(struct world *world, int64_t provider_id, size_t number)
{
    uint32_t provider = world_find(world, provider_id);
    if (provider == WORLD_NONE)
        return;
    bits_add(world->traits + provider * world->trait_words, number);
    if (number == world->sharing_trait) {
        world->providers[provider].shares = true;
        world->sharing_count++;
    }
}

void world_add_aggregate(struct world *world, int64_t provider_id, size_t number)
{
    uint32_t provider = world_find(world, provider_id);
    if (provider != WORLD_NONE)
        bits_add(world->aggregates + provider * world->aggregate_words, number);
}

void world_add_member(struct world *world, int64_t aggregate_id, int64_t provider_id)
{
    uint32_t provider = world_find(world, provider_id);
    if (provider == WORLD_NONE)
        return;
    world->members = arena_grow(world->arena, world->members, world->member_count,
                                &world->member_room, sizeof(*world->members));
    world->members[world->member_count++] = (struct world_member){aggregate_id, provider};
}

static int member_compare(const void *left, const void *right)
{
    const struct world_member *a = left, *b = right;
    if (a->aggregate_id != b->aggregate_id)
        return a->aggregate_id < b->aggregate_id ? -1 : 1;
    return (a->provider > b->provider) - (a->provider < b->provider);
}

static int link_compare(const void *left, const void *right)
{
    const struct world_link *a = left, *b = right;
    if (a->provider != b->provider)
        return a->provider < b->provider ? -1 : 1;
    return (a->aggregate_id > b->aggregate_id) - (a->aggregate_id < b->aggregate_id);
}

void world_end(struct world *world)
{
    sort(world->members, world->member_count, sizeof(*world->members), member_compare);
    world->links = arena_array(world->arena, world->member_count, sizeof(*world->links));
    for (size_t i = 0; i < world->member_count; i++) {
        const struct world_member *member = &world->members[i];
        if (world->providers[member->provider].shares)
            world->links[world->link_count++] =
                (struct world_link){member->provider, member->aggregate_id};
    }
    sort(world->links, world->link_count, sizeof(*world->links), link_compare);
}

static bool inventory_before(const void *inventories, size_t index, const void *class_id)
{
    return ((const struct world_inventory *)inventories)[index].class_id <
           *(const int64_t *)class_id;
}

const struct world_inventory *world_inventory_of(const struct world *world, uint32_t provider,
                                                 int64_t class_id)
{
    const struct world_provider *owner = &world->providers[provider];
    const struct world_inventory *inventories = world->inventories + owner->first_inventory;
    size_t count = owner->inventory_count, i = 0;
    if (count > LINEAR_MOST)
        i = lower_bound(inventories, count, &class_id, inventory_before);
    while (i < count && inventories[i].class_id < class_id)
        i++;
    return i < count && inventories[i].class_id == class_id ? &inventories[i] : NULL;
}

static bool member_before(const void *members, size_t index, const void *aggregate_id)
{
    return ((const struct world_member *)members)[index].aggregate_id <
           *(const int64_t *)aggregate_id;
}

static size_t first_member(const struct world *world, int64_t aggregate_id)
{
    return lower_bound(world->members, world->member_count, &aggregate_id, member_before);
}

static bool link_before(const void *links, size_t index, const void *provider)
{
    return ((const struct world_link *)links)[index].provider < *(const uint32_t *)provider;
}

static size_t first_link(const struct world *world, uint32_t provider)
{
    return lower_bound(world->links, world->link_count, &provider, link_before);
}

struct world_sharing world_sharing_of(const struct world *world, uint32_t provider)
{
    struct world_sharing sharing = {.link = first_link(world, provider)};
    sharing.end = sharing.link;
    while (sharing.end < world->link_count && world->links[sharing.end].provider == provider)
        sharing.end++;
    if (sharing.link < sharing.end)
        sharing.member = first_member(world, world->links[sharing.link].aggregate_id);
    return sharing;
}

uint32_t world_next_shared(const struct world *world, struct world_sharing *sharing)
{
    while (sharing->link < sharing->end) {
        int64_t aggregate_id = world->links[sharing->link].aggregate_id;
        while (sharing->member < world->member_count &&
               world->members[sharing->member].aggregate_id == aggregate_id) {
            uint32_t root = world->providers[world->members[sharing->member++].provider].root;
            if (root != WORLD_NONE)
                return root;
        }
        if (++sharing->link < sharing->end)
            sharing->member = first_member(world, world->links[sharing->link].aggregate_id);
    }
    return WORLD_NONE;
}
