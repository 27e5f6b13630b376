/*
 * Judges inventories as the search does, and tells which anchors see a provider.
 */
#include <config.h>

#include "placement/explain/inquiry.h"

static const struct {
    const char *label, *words, *miss;
} filters[] = {
#define FILTER(name, label, words, miss) {label, words, miss},
#include "placement/explain/filters.def"
#undef FILTER
};

const char *filter_label(enum explain_filter filter)
{
    return filters[filter].label;
}

const char *filter_words(enum explain_filter filter)
{
    return filters[filter].words;
}

const char *filter_miss(enum explain_filter filter)
{
    return filters[filter].miss;
}

/* Each name as a set by itself. */
static struct name_set *each_name(struct arena *arena, const struct name_set *names)
{
    struct name_set *sets = arena_array(arena, names->count, sizeof(*sets));
    for (size_t i = 0; i < names->count; i++)
        sets[i] = (struct name_set){&names->names[i], 1};
    return sets;
}

static struct membership forbidden_as_required(struct arena *arena,
                                               const struct membership *membership)
{
    return (struct membership){.required = each_name(arena, &membership->forbidden),
                               .required_count = membership->forbidden.count};
}

/* Makes the query whose required sets are the single names that the request forbids. */
static void make_forbidden(struct inquiry *inquiry, const struct resolution *resolution)
{
    struct resolution own = *resolution;
    struct arena *arena = inquiry->arena;
    struct candidate_request forbidden = *inquiry->request;
    forbidden.groups = arena_array(arena, forbidden.group_count, sizeof(*forbidden.groups));
    for (size_t i = 0; i < forbidden.group_count; i++) {
        const struct request_group *group = &inquiry->request->groups[i];
        forbidden.groups[i] = (struct request_group){
            .suffix = group->suffix,
            .traits = forbidden_as_required(arena, &group->traits),
            .aggregates = forbidden_as_required(arena, &group->aggregates),
        };
    }
    forbidden.root_traits = forbidden_as_required(arena, &inquiry->request->root_traits);
    own.request = &forbidden;
    resolution_query_unchecked(&own, inquiry->world, inquiry->budget, &inquiry->forbidden);
}

void inquiry_begin(struct inquiry *inquiry, const struct resolution *resolution,
                   const struct world *world, struct budget *budget)
{
    *inquiry = (struct inquiry){.arena = resolution->context->arena,
                                .request = resolution->request,
                                .world = world,
                                .budget = budget};
    resolution_query_unchecked(resolution, world, budget, &inquiry->query);
    make_forbidden(inquiry, resolution);
}

void inquiry_visit_anchors(const struct inquiry *inquiry, uint32_t provider, bool own_only,
                           anchor_visitor visit, void *subject)
{
    const struct world *world = inquiry->world;
    const struct world_provider *seen = &world->providers[provider];
    if (seen->root == WORLD_NONE)
        return;
    visit(subject, seen->root, provider);
    if (own_only || !seen->shares)
        return;
    struct world_sharing sharing = world_sharing_of(world, provider);
    uint32_t root;
    while ((root = world_next_shared(world, &sharing)) != WORLD_NONE &&
           budget_spend(inquiry->budget, 2))
        visit(subject, root, provider);
}

bool units_allow(const struct world_inventory *inventory, int64_t amount)
{
    return amount >= inventory->min_unit && amount <= inventory->max_unit &&
           (inventory->step_size <= 0 || amount % inventory->step_size == 0);
}

/* The first product is the one of the database server, the second the API's: a candidate must
   satisfy both. */
bool inventory_has_room(const struct world_inventory *inventory, int64_t amount)
{
    double capacity = (double)((int64_t)inventory->total - inventory->reserved) *
                      (double)inventory->allocation_ratio;
    int64_t needed = inventory->used + amount;
    return (double)needed <= capacity && needed <= inventory->capacity;
}

bool group_asks_nothing(const struct search_group *group)
{
    return group->demand_count + group->traits.required_count + group->aggregates.required_count ==
           0;
}
