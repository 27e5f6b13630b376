/*
 * Puts into words why a class does not suffice for several groups together.
 */
#include <config.h>

#include <inttypes.h>

#include "base/sorted.h"
#include "base/text.h"
#include "placement/explain/cause_parts.h"

/* What groups of the set ask for of one class. */
struct combined {
    const struct constraint *first;
    const char *parts; /* "3 + 3" */
    int64_t sum;
    size_t groups;
};

static struct combined combine(const struct telling *telling, const char *class_name)
{
    struct combined combined = {.first = NULL};
    struct text_builder parts = text_begin(telling->arena);
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind != CONSTRAINT_RESOURCE)
            continue;
        const struct resource_amount *asked = telling_amount(telling, constraint);
        if (text_compare(&asked->class_name, &class_name) != 0)
            continue;
        if (combined.groups++ == 0)
            combined.first = constraint;
        text_add_item(&parts, " + ", arena_printf(telling->arena, "%" PRId64, asked->amount));
        if (__builtin_add_overflow(combined.sum, asked->amount, &combined.sum))
            combined.sum = INT64_MAX;
    }
    combined.parts = text_end(&parts);
    return combined;
}

/* Returns whether each tree has at most one provider with a class, and none of these shares: then
   all groups that ask for it need the same one. */
static bool is_one_a_tree(const struct telling *telling, int64_t class_id)
{
    const struct world *world = telling->explanation->world;
    bool *seen = arena_array(telling->arena, world->provider_count, sizeof(*seen));
    for (uint32_t i = 0; i < world->provider_count; i++) {
        uint32_t root = world->providers[i].root;
        if (root == WORLD_NONE || world_inventory_of(world, i, class_id) == NULL)
            continue;
        if (seen[root] || world->providers[i].shares)
            return false;
        seen[root] = true;
    }
    return true;
}

/* Returns the constraints of the set beside the amounts of a class: " with required1=A"; or "". */
static const char *rest_words(const struct telling *telling, const char *class_name)
{
    struct text_builder rest = text_begin(telling->arena);
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind == CONSTRAINT_RESOURCE &&
            text_compare(&telling_amount(telling, constraint)->class_name, &class_name) == 0)
            continue;
        text_add_item(&rest, ", ", constraint->text);
    }
    return rest.length > 0 ? arena_printf(telling->arena, " with %s", text_end(&rest)) : "";
}

static bool are_granular(const struct telling *telling, const size_t *groups, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!telling->explanation->funnels[groups[i]]->granular)
            return false;
    return true;
}

/* Returns how much all groups together may take of an inventory. */
static int64_t taken_at_most(const struct world_inventory *inventory)
{
    int64_t left =
        inventory->capacity > inventory->used ? inventory->capacity - inventory->used : 0;
    return left < inventory->max_unit ? left : inventory->max_unit;
}

/* Tells what bounds the sum of a class on one provider, where most of it can be taken: what is
   left, or max_unit. "": neither does, or it is not known. fitting: of those only that satisfy one
   of the groups alone. */
static const char *bound_words(const struct telling *telling, const struct combined *combined,
                               int64_t class_id, bool fitting, const size_t *groups, size_t count)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    const char *who = fitting ? "one that fits" : "a provider";
    int64_t most = -1;
    uint32_t nearest = 0;
    if (fitting && !are_granular(telling, groups, count))
        return "";
    for (uint32_t i = 0;
         i < world->provider_count && budget_spend(telling->inquiry->budget, 2 + count); i++) {
        const struct world_inventory *inventory = world_inventory_of(world, i, class_id);
        if (inventory == NULL || (fitting && !telling_fits(telling, groups, count, i)) ||
            taken_at_most(inventory) <= most)
            continue;
        most = taken_at_most(inventory);
        nearest = i;
    }
    if (most < 0 || combined->sum <= most || budget_is_over(telling->inquiry->budget))
        return "";
    const char *label = provider_label(world, explanation->names, nearest);
    if (most == world_inventory_of(world, nearest, class_id)->max_unit)
        return arena_printf(telling->arena,
                            "; %s allows at most %" PRId64 " in all (max_unit on %s)", who, most,
                            label);
    return arena_printf(telling->arena, "; %s has at most %" PRId64 " left (%s)", who, most, label);
}

/* Tells that a class does not suffice for all groups of the set that ask for it. */
static const char *tell_class(const struct telling *telling, const struct combined *combined,
                              const size_t *groups, size_t count)
{
    const struct constraint *first = combined->first;
    const struct class_figures *figures =
        &telling->explanation->funnels[first->group]->classes[first->index];
    const struct search_group *group = &telling->inquiry->query.groups[first->group];
    int64_t class_id = group->demands[first->index].class_id;
    const char *names = group_names(telling, groups, count);
    const char *class_name = figures->asked.class_name;
    const char *rest = rest_words(telling, class_name);
    bool one = *rest == '\0' && is_one_a_tree(telling, class_id);
    const char *most = bound_words(telling, combined, class_id, *rest != '\0', groups, count);
    const char *reason = arena_printf(telling->arena, "no tree offers %s %s%s%s", combined->parts,
                                      class_name, rest, most);
    if (one && combined->sum > figures->most_free)
        reason = arena_printf(telling->arena,
                              "of %" PRId64 " %s a tree has at most %" PRId64 " left (%s)",
                              combined->sum, class_name, figures->most_free,
                              provider_label(telling->explanation->world,
                                             telling->explanation->names, figures->freest));
    else if (one && combined->sum > figures->most_unit)
        reason = arena_printf(telling->arena,
                              "of %" PRId64 " %s a tree allows at most %" PRId64 " (max_unit)",
                              combined->sum, class_name, figures->most_unit);
    return arena_printf(telling->arena, "groups %s fit alone, not together: %s", names, reason);
}

const char *cause_of_combined(const struct telling *telling, const size_t *groups, size_t count)
{
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind != CONSTRAINT_RESOURCE)
            continue;
        struct combined combined =
            combine(telling, telling_amount(telling, constraint)->class_name);
        if (combined.groups > 1)
            return tell_class(telling, &combined, groups, count);
    }
    return NULL;
}
