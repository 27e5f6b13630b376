/*
 * Finds the providers to summarize, and summarizes them one by one.
 */
#include <config.h>

#include "placement/candidates/summaries.h"

/* What a summary costs, at most, in units of the budget. */
enum { PROVIDER_UNITS = 32, RESOURCE_UNITS = 16, TRAIT_UNITS = 8 };

/* Returns, for each provider, whether to summarize it. */
static bool *find_wanted(const struct summaries *summaries, const bool *named, struct arena *arena)
{
    const struct world *world = summaries->world;
    bool *wanted = arena_array(arena, world->provider_count, sizeof(*wanted));
    bool *trees = arena_array(arena, world->provider_count, sizeof(*trees));
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (named[i])
            trees[world->providers[i].root] = wanted[i] = true;
    for (uint32_t i = 0; summaries->trees && i < world->provider_count; i++)
        wanted[i] = world->providers[i].root != WORLD_NONE && trees[world->providers[i].root];
    return wanted;
}

/* Fills in the resources, which have room for those of any provider. Returns their number. */
static size_t list_resources(const struct summaries *summaries,
                             const struct world_provider *provider,
                             struct summary_resource *resources)
{
    size_t count = 0;
    for (uint32_t i = 0; i < provider->inventory_count; i++) {
        const struct world_inventory *inventory =
            &summaries->world->inventories[provider->first_inventory + i];
        const char *class_name = class_name_find(summaries->classes, inventory->class_id);
        if (class_name != NULL) /* always, unless rows are damaged */
            resources[count++] =
                (struct summary_resource){class_name, inventory->whole_capacity, inventory->used};
    }
    return count;
}

static enum outcome tell_provider(const struct summaries *summaries, uint32_t number,
                                  struct summary_resource *resources)
{
    const struct world *world = summaries->world;
    const struct world_provider *provider = &world->providers[number];
    const struct trait_names *traits = summaries->traits;
    struct provider_summary summary = {
        .uuid = provider->uuid,
        .root_uuid = world->providers[provider->root].uuid,
        .resources = resources,
        .resource_count = list_resources(summaries, provider, resources),
    };
    if (provider->parent != WORLD_NONE)
        summary.parent_uuid = world->providers[provider->parent].uuid;
    if (traits->first != NULL) {
        summary.traits = traits->names + traits->first[number];
        summary.trait_count = traits->first[number + 1] - traits->first[number];
    }
    if (!budget_spend(summaries->budget, PROVIDER_UNITS + summary.resource_count * RESOURCE_UNITS +
                                             summary.trait_count * TRAIT_UNITS))
        return OUTCOME_TOO_LONG;
    return summaries->listener->summary(summaries->listener->subject, &summary) ? OUTCOME_OK
                                                                                : OUTCOME_TOO_MUCH;
}

enum outcome summaries_tell(const struct summaries *summaries, const bool *named,
                            struct arena *arena)
{
    const struct world *world = summaries->world;
    const bool *wanted = find_wanted(summaries, named, arena);
    uint32_t most = 0;
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (world->providers[i].inventory_count > most)
            most = world->providers[i].inventory_count;
    struct summary_resource *resources = arena_array(arena, most, sizeof(*resources));
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (wanted[i])
            TRY(tell_provider(summaries, i, resources));
    return OUTCOME_OK;
}
