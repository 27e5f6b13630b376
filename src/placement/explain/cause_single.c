/*
 * Puts a constraint into words that is impossible alone.
 */
#include <config.h>

#include <inttypes.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"

/* Resources. */

static const char *label_of(const struct telling *telling, uint32_t provider)
{
    return provider_label(telling->explanation->world, telling->explanation->names, provider);
}

/* Returns "1 has" or "3 have". */
static const char *count_verb(struct arena *arena, uint32_t count, const char *one,
                              const char *many)
{
    return arena_printf(arena, "%u %s", count, count == 1 ? one : many);
}

static int64_t room_of(const struct world_inventory *inventory)
{
    int64_t room = inventory->capacity - inventory->used;
    return room > 0 ? room : 0;
}

/* Returns the sentence if all inventories have the same fault. */
static const char *tell_fault(const struct telling *telling, const struct class_figures *figures,
                              enum fault_kind kind)
{
    const struct class_fault *fault = &figures->faults[kind];
    const struct world_inventory *inventory = fault->inventory;
    struct arena *arena = telling->arena;
    const char *label = label_of(telling, fault->nearest);
    const char *takes = inventory_takes(arena, inventory);
    const char *amount =
        arena_printf(arena, "%" PRId64 " %s", figures->asked.amount, figures->asked.class_name);
    switch (kind) {
    case FAULT_MAX_UNIT:
        return arena_printf(arena, "no provider allows %s at once: max_unit is at most %d (%s)",
                            amount, inventory->max_unit, label);
    case FAULT_MIN_UNIT:
        return arena_printf(arena,
                            "no provider allows as little as %s: min_unit is at least %d (%s)",
                            amount, inventory->min_unit, label);
    case FAULT_STEP_SIZE:
        return arena_printf(arena, "no provider allows %s: step_size does not divide it (%d on %s)",
                            amount, inventory->step_size, label);
    case FAULT_TOTAL:
        return arena_printf(arena, "no provider has a capacity of %s: at most %" PRId64 " (%s)",
                            amount, inventory->capacity, label);
    case FAULT_RATIO:
        return arena_printf(arena, "no provider has a capacity of %s: at most %" PRId64 " (%s, %s)",
                            amount, inventory->capacity, label, takes);
    case FAULT_RESERVED:
        return arena_printf(
            arena, "no provider has %s beside what is reserved: at most %" PRId64 " (%s, %s)",
            amount, inventory->capacity, label, takes);
    default:
        return arena_printf(arena, "no provider has %s left: at most %" PRId64 " (%s, %s)", amount,
                            room_of(inventory), label, takes);
    }
}

/* Returns how many inventories have a fault, and the nearest of them, for a list of faults. */
static const char *count_fault(const struct telling *telling, const struct class_fault *fault,
                               enum fault_kind kind)
{
    struct arena *arena = telling->arena;
    const struct world_inventory *inventory = fault->inventory;
    const char *label = label_of(telling, fault->nearest);
    uint32_t count = fault->count;
    switch (kind) {
    case FAULT_MAX_UNIT:
        return arena_printf(arena, "%s less at once (max_unit %d on %s)",
                            count_verb(arena, count, "allows", "allow"), inventory->max_unit,
                            label);
    case FAULT_MIN_UNIT:
        return arena_printf(arena, "%s only more (min_unit %d on %s)",
                            count_verb(arena, count, "allows", "allow"), inventory->min_unit,
                            label);
    case FAULT_STEP_SIZE:
        return arena_printf(arena, "%s other steps (step_size %d on %s)",
                            count_verb(arena, count, "allows", "allow"), inventory->step_size,
                            label);
    case FAULT_TOTAL:
        return arena_printf(arena, "%s too small (%" PRId64 " on %s)",
                            count_verb(arena, count, "is", "are"), inventory->capacity, label);
    case FAULT_RATIO:
        return arena_printf(arena, "%s too low an allocation_ratio (%g of %d on %s)",
                            count_verb(arena, count, "has", "have"),
                            (double)inventory->allocation_ratio,
                            inventory->total - inventory->reserved, label);
    case FAULT_RESERVED:
        return arena_printf(arena, "%s too much (%d of %d on %s)",
                            count_verb(arena, count, "reserves", "reserve"), inventory->reserved,
                            inventory->total, label);
    default:
        return arena_printf(arena, "%s too little left (%" PRId64 " on %s, %s)",
                            count_verb(arena, count, "has", "have"), room_of(inventory), label,
                            inventory_takes(arena, inventory));
    }
}

/* Returns the figure of an inventory that is told with its fault: the more the nearer. */
static int64_t figure_of(const struct world_inventory *inventory, enum fault_kind kind)
{
    switch (kind) {
    case FAULT_MAX_UNIT:
        return inventory->max_unit;
    case FAULT_MIN_UNIT:
        return -inventory->min_unit;
    case FAULT_STEP_SIZE:
        return 0;
    case FAULT_USED:
        return room_of(inventory);
    default:
        return inventory->capacity;
    }
}

/* Takes as examples those that have all else, where they are as near. */
static void choose_examples(struct class_figures *figures, const struct class_fault *of_rest)
{
    for (int kind = FAULT_NONE + 1; kind < INVENTORY_FAULTS; kind++)
        if (of_rest[kind].count > 0 &&
            figure_of(of_rest[kind].inventory, (enum fault_kind)kind) ==
                figure_of(figures->faults[kind].inventory, (enum fault_kind)kind)) {
            figures->faults[kind].nearest = of_rest[kind].nearest;
            figures->faults[kind].inventory = of_rest[kind].inventory;
        }
}

/* Tells how much less those have that have all else; "": they do not. */
static const char *tell_of_rest(const struct telling *telling, const struct class_fault *nearest,
                                const struct class_fault *of_rest, enum fault_kind kind)
{
    const struct world_inventory *inventory = of_rest->inventory;
    if (of_rest->count == 0 || kind == FAULT_MIN_UNIT || kind == FAULT_STEP_SIZE ||
        figure_of(inventory, kind) == figure_of(nearest->inventory, kind))
        return "";
    return arena_printf(telling->arena,
                        "; at most %" PRId64 " (%s) of those with all else that is asked for",
                        figure_of(inventory, kind), label_of(telling, of_rest->nearest));
}

static const char *tell_resource(const struct telling *telling, const struct constraint *constraint)
{
    struct class_figures chosen =
        telling->explanation->funnels[constraint->group]->classes[constraint->index];
    struct class_fault of_rest[INVENTORY_FAULTS] = {{.count = 0}};
    const struct class_figures *figures = &chosen;
    struct text_builder faults = text_begin(telling->arena);
    if (figures->have == 0)
        return arena_printf(telling->arena, "no provider has an inventory of %s",
                            figures->asked.class_name);
    bool known = cause_faults_of_rest(telling, constraint, of_rest);
    choose_examples(&chosen, of_rest);
    for (int kind = INVENTORY_FAULTS - 1; kind > FAULT_NONE; kind--) {
        const struct class_fault *fault = &figures->faults[kind];
        if (fault->count == figures->have)
            return text_with_rest(
                telling->arena, tell_fault(telling, figures, (enum fault_kind)kind), "",
                known ? tell_of_rest(telling, fault, &of_rest[kind], (enum fault_kind)kind) : "");
        if (fault->count > 0)
            text_add_item(&faults, ", ", count_fault(telling, fault, (enum fault_kind)kind));
    }
    return arena_printf(telling->arena, "no provider offers %" PRId64 " %s: %s",
                        figures->asked.amount, figures->asked.class_name, text_end(&faults));
}

/* Traits of roots. */

/* Returns where providers below a root have a trait that no root has: "; 3 others have it (fpga0)",
   or "". */
static const char *tell_below(const struct telling *telling, const uint64_t *set)
{
    const struct world *world = telling->explanation->world;
    uint32_t count = 0, first = WORLD_NONE;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (!bits_meet(set, world_traits(world, i), world->trait_words))
            continue;
        if (count++ == 0)
            first = i;
    }
    if (count == 0)
        return "";
    return arena_printf(telling->arena, "; %s below a root (%s)",
                        count_verb(telling->arena, count, "provider has it", "providers have it"),
                        label_of(telling, first));
}

const char *cause_of_single(const struct telling *telling, const struct constraint *constraint)
{
    struct arena *arena = telling->arena;
    const struct request_group *group = telling_group(telling, constraint);
    const struct membership *root = &telling->explanation->request->root_traits;
    switch (constraint->kind) {
    case CONSTRAINT_RESOURCE:
        return cause_of_target_first(telling, constraint, tell_resource(telling, constraint));
    case CONSTRAINT_REQUIRED:
        return arena_printf(
            arena, "no provider has %s",
            set_words(telling, "trait", &group->traits.required[constraint->index]));
    case CONSTRAINT_MEMBER_OF:
        return arena_printf(
            arena, "no provider is in %s",
            set_words(telling, "aggregate", &group->aggregates.required[constraint->index]));
    case CONSTRAINT_IN_TREE:
        return arena_printf(arena, "there is no provider %s (in_tree)", group->in_tree);
    case CONSTRAINT_ROOT_REQUIRED:
        return arena_printf(
            arena, "no root provider has %s (root_required)%s",
            set_words(telling, "trait", &root->required[constraint->index]),
            tell_below(telling, telling->inquiry->query.root_traits.required[constraint->index]));
    case CONSTRAINT_ROOT_FORBIDDEN:
        return arena_printf(arena, "every root provider has the trait %s (root_required=!%s)",
                            root->forbidden.names[constraint->index],
                            root->forbidden.names[constraint->index]);
    default:
        return constraint->text;
    }
}
