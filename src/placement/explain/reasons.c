/*
 * Says what a provider lacks, for each thing that a group asks for.
 */
#include <config.h>

#include "placement/explain/reasons.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "placement/explain/constraint.h"

bool provider_is_elsewhere(const struct world *world, const struct search_group *group,
                           uint32_t provider)
{
    return group->in_tree && world->providers[provider].root != group->tree;
}

void reason_add(struct reasons *reasons, const char *reason)
{
    for (size_t i = 0; i < reasons->count; i++)
        if (strcmp(reasons->items[i], reason) == 0)
            return;
    reasons->items = arena_grow(reasons->inquiry->arena, reasons->items, reasons->count,
                                &reasons->room, sizeof(*reasons->items));
    reasons->items[reasons->count++] = reason;
}

void reason_add_demand(struct reasons *reasons, size_t index, uint32_t provider)
{
    struct arena *arena = reasons->inquiry->arena;
    const char *name = reasons->asked->resources.items[index].class_name;
    int64_t amount = reasons->group->demands[index].amount;
    const struct world_inventory *inventory = world_inventory_of(
        reasons->inquiry->world, provider, reasons->group->demands[index].class_id);
    if (inventory == NULL)
        reason_add(reasons, arena_printf(arena, "has no %s", name));
    else if (amount > inventory->max_unit)
        reason_add(reasons, arena_printf(arena, "allows at most %d %s at once, not %" PRId64,
                                         inventory->max_unit, name, amount));
    else if (amount < inventory->min_unit)
        reason_add(reasons, arena_printf(arena, "allows at least %d %s, not %" PRId64,
                                         inventory->min_unit, name, amount));
    else if (!units_allow(inventory, amount))
        reason_add(reasons, arena_printf(arena, "allows %s in steps of %d, not %" PRId64, name,
                                         inventory->step_size, amount));
    else if (!inventory_has_room(inventory, amount))
        reason_add(reasons, arena_printf(arena, "lacks %" PRId64 " %s of %" PRId64,
                                         inventory->used + amount > inventory->capacity
                                             ? inventory->used + amount - inventory->capacity
                                             : 1,
                                         name, amount));
}

void reason_add_set(struct reasons *reasons, const char *what, const struct name_set *set)
{
    struct arena *arena = reasons->inquiry->arena;
    reason_add(reasons, arena_printf(arena, "%s%s%s", what, set->count > 1 ? "s " : " ",
                                     names_joined(set, ", ", arena)));
}

static void reason_add_traits(struct reasons *reasons, uint32_t provider)
{
    const struct world *world = reasons->inquiry->world;
    const struct search_membership *traits = &reasons->group->traits;
    const uint64_t *own = world_traits(world, provider);
    for (size_t i = 0; i < traits->required_count; i++)
        if (!bits_meet(traits->required[i], own, world->trait_words))
            reason_add_set(reasons, "lacks the trait", &reasons->asked->traits.required[i]);
}

void reason_add_forbidden(struct reasons *reasons, uint32_t provider)
{
    const struct inquiry *inquiry = reasons->inquiry;
    const struct search_membership *traits = &inquiry->forbidden.groups[reasons->number].traits;
    const uint64_t *own = world_traits(inquiry->world, provider);
    for (size_t i = 0; i < traits->required_count; i++)
        if (bits_meet(traits->required[i], own, inquiry->world->trait_words))
            reason_add(reasons, arena_printf(inquiry->arena, "has the forbidden trait %s",
                                             reasons->asked->traits.forbidden.names[i]));
}

void reason_add_aggregates(struct reasons *reasons, uint32_t provider)
{
    const struct inquiry *inquiry = reasons->inquiry;
    const struct search_membership *required = &reasons->group->aggregates;
    const struct search_membership *forbidden =
        &inquiry->forbidden.groups[reasons->number].aggregates;
    const uint64_t *own = world_aggregates(inquiry->world, provider);
    for (size_t i = 0; i < required->required_count; i++)
        if (!bits_meet(required->required[i], own, inquiry->world->aggregate_words))
            reason_add_set(reasons, "is not in aggregate", &reasons->asked->aggregates.required[i]);
    for (size_t i = 0; i < forbidden->required_count; i++)
        if (bits_meet(forbidden->required[i], own, inquiry->world->aggregate_words))
            reason_add(reasons, arena_printf(inquiry->arena, "is in the forbidden aggregate %s",
                                             reasons->asked->aggregates.forbidden.names[i]));
}

void reason_add_tree(struct reasons *reasons, uint32_t provider)
{
    if (provider_is_elsewhere(reasons->inquiry->world, reasons->group, provider))
        reason_add(reasons, "is in another tree");
}

void reason_add_provider(struct reasons *reasons, uint32_t provider)
{
    for (size_t i = 0; i < reasons->group->demand_count; i++)
        reason_add_demand(reasons, i, provider);
    reason_add_traits(reasons, provider);
    reason_add_forbidden(reasons, provider);
    reason_add_aggregates(reasons, provider);
    reason_add_tree(reasons, provider);
}

const char *reasons_text(const struct reasons *reasons)
{
    struct text_builder text = text_begin(reasons->inquiry->arena);
    for (size_t i = 0; i < reasons->count; i++)
        text_add_item(&text, i + 1 == reasons->count ? " and " : ", ", reasons->items[i]);
    return text_end(&text);
}
