/*
 * Chooses the providers to summarize, and summarizes them one by one.
 */
#include <config.h>

#include "placement/candidates/summaries.h"

/* What a summary costs, at most, in units of the budget. */
enum { PROVIDER_UNITS = 32, RESOURCE_UNITS = 16, TRAIT_UNITS = 16 };

/* Chooses the providers of some trees, which are all at or below their roots. */
static void choose_trees(const struct world *world, const bool *trees, bool *chosen)
{
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (!trees[i])
            continue;
        for (uint32_t j = world->providers[i].first_below; j < world->providers[i].end_below; j++)
            chosen[world->in_order[j]] = true;
    }
}

bool *summaries_choose(const struct world *world, const bool *named, bool trees,
                       struct arena *arena)
{
    bool *chosen = arena_array(arena, world->provider_count, sizeof(*chosen));
    bool *roots = arena_array(arena, world->provider_count, sizeof(*roots));
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (named[i])
            roots[world->providers[i].root] = chosen[i] = true;
    if (trees && world->trees_agree)
        choose_trees(world, roots, chosen);
    for (uint32_t i = 0; trees && !world->trees_agree && i < world->provider_count; i++)
        chosen[i] = world->providers[i].root != WORLD_NONE && roots[world->providers[i].root];
    return chosen;
}

/* Room for what any chosen provider has. */
struct room {
    struct summary_resource *resources;
    int64_t *class_ids; /* of the resources */
    const char **traits;
};

/* Fills in the resources, which have room for those of any provider. Returns their number. Most
   providers have the classes that the one before had: those are still there. */
static size_t list_resources(const struct summaries *summaries,
                             const struct world_provider *provider, const struct room *room)
{
    struct summary_resource *resources = room->resources;
    size_t count = 0;
    for (uint32_t i = 0; i < provider->inventory_count; i++) {
        const struct world_inventory *inventory =
            &summaries->world->inventories[provider->first_inventory + i];
        const char *class_name = resources[count].class_name;
        if (class_name == NULL || room->class_ids[count] != inventory->class_id)
            class_name = class_name_find(summaries->classes, inventory->class_id);
        if (class_name == NULL) /* never, unless rows are damaged */
            continue;
        room->class_ids[count] = inventory->class_id;
        resources[count++] =
            (struct summary_resource){class_name, inventory->whole_capacity, inventory->used};
    }
    return count;
}

/* The same for the traits in the sets of the world. */
static size_t list_numbered(const struct summaries *summaries, uint32_t number, const char **names)
{
    const struct world *world = summaries->world;
    const uint64_t *set = world_traits(world, number);
    size_t count = 0;
    for (size_t i = 0; i < world->trait_words; i++)
        for (uint64_t left = set[i]; left != 0; left &= left - 1) {
            size_t bit = i * BITS_IN_WORD + (size_t)__builtin_ctzll(left);
            names[count] = summaries->traits->numbered[bit];
            count += names[count] != NULL; /* always, unless rows are damaged */
        }
    return count;
}

/* Fills in the traits, which have room for those of any provider. Returns their number. */
static size_t list_traits(const struct summaries *summaries, uint32_t number, const char **names)
{
    const struct trait_names *traits = summaries->traits;
    if (traits->numbered != NULL)
        return list_numbered(summaries, number, names);
    if (traits->first == NULL)
        return 0;
    size_t count = 0;
    for (uint32_t i = traits->first[number]; i < traits->first[number + 1]; i++) {
        const char *name = trait_name_find(traits, traits->traits[i].trait_id);
        if (name != NULL) /* always, unless rows are damaged */
            names[count++] = name;
    }
    return count;
}

static struct room make_room(const struct summaries *summaries, const bool *chosen,
                             struct arena *arena)
{
    const struct world *world = summaries->world;
    const uint32_t *first = summaries->traits->first;
    size_t resources = 0, traits = 0;
    if (summaries->traits->numbered != NULL)
        traits = world->trait_words * BITS_IN_WORD;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (!chosen[i])
            continue;
        if (world->providers[i].inventory_count > resources)
            resources = world->providers[i].inventory_count;
        if (first != NULL && first[i + 1] - first[i] > traits)
            traits = first[i + 1] - first[i];
    }
    return (struct room){arena_array(arena, resources, sizeof(struct summary_resource)),
                         arena_array(arena, resources, sizeof(int64_t)),
                         arena_array(arena, traits, sizeof(char *))};
}

static enum outcome tell_provider(const struct summaries *summaries, uint32_t number,
                                  const struct room *room)
{
    const struct world *world = summaries->world;
    const struct world_provider *provider = &world->providers[number];
    struct provider_summary summary = {
        .uuid = provider->uuid,
        .root_uuid = world->providers[provider->root].uuid,
        .resources = room->resources,
        .resource_count = list_resources(summaries, provider, room),
        .traits = room->traits,
        .trait_count = list_traits(summaries, number, room->traits),
    };
    if (provider->parent != WORLD_NONE)
        summary.parent_uuid = world->providers[provider->parent].uuid;
    if (!budget_spend(summaries->budget, PROVIDER_UNITS + summary.resource_count * RESOURCE_UNITS +
                                             summary.trait_count * TRAIT_UNITS))
        return OUTCOME_TOO_LONG;
    return summaries->listener->summary(summaries->listener->subject, &summary) ? OUTCOME_OK
                                                                                : OUTCOME_TOO_MUCH;
}

enum outcome summaries_tell(const struct summaries *summaries, const bool *chosen,
                            struct arena *arena)
{
    const struct world *world = summaries->world;
    const struct room room = make_room(summaries, chosen, arena);
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (chosen[i])
            TRY(tell_provider(summaries, i, &room));
    return OUTCOME_OK;
}
