/*
 * Tries whether a tree would have a candidate if it had what it lacks: in a world in which it has
 * just the amounts, and without the constraints on what else it lacks.
 */
#include <config.h>

#include "placement/explain/cause_parts.h"

/* A request, in a world in which something has been mended. */
struct mended {
    struct world world;
    struct inquiry inquiry;
    const struct relaxation *relaxation;
};

/* Makes room for an amount, and no more. */
static void mend(struct world_inventory *inventory, enum fault_kind kind, int64_t amount)
{
    int32_t exact = amount < INT32_MAX ? (int32_t)amount : INT32_MAX;
    switch (kind) {
    case FAULT_MAX_UNIT:
        inventory->max_unit = exact;
        break;
    case FAULT_MIN_UNIT:
        inventory->min_unit = exact;
        break;
    case FAULT_STEP_SIZE:
        inventory->step_size = 1;
        break;
    case FAULT_USED:
        inventory->used = inventory->capacity - amount;
        break;
    default:
        inventory->total = exact;
        inventory->reserved = 0;
        inventory->allocation_ratio = 1;
        inventory->used = 0;
        inventory->capacity = exact;
    }
}

static bool is_amount(const struct fault *fault)
{
    return fault->kind < INVENTORY_FAULTS && fault->kind != FAULT_CLASS;
}

/* Makes the world in which a tree has the amounts that it lacks. */
static void mended_begin(const struct telling *telling, const struct sought *sought,
                         const struct near_miss *miss, struct mended *mended)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    struct funnel **funnels =
        arena_array(telling->arena, explanation->funnel_count, sizeof(*funnels));
    mended->world = *world;
    mended->world.inventories =
        arena_array(telling->arena, world->inventory_count, sizeof(*world->inventories));
    budget_spend(telling->inquiry->budget, (uint64_t)world->inventory_count * 8);
    for (uint32_t i = 0; i < world->inventory_count; i++)
        mended->world.inventories[i] = world->inventories[i];
    for (size_t i = 0; i < miss->fault_count; i++) {
        const struct fault *fault = &miss->faults[i];
        if (!is_amount(fault))
            continue;
        const struct search_demand *demand = &sought->group.demands[fault->index];
        const struct world_inventory *inventory =
            world_inventory_of(world, fault->on, demand->class_id);
        mend(&mended->world.inventories[inventory - world->inventories], fault->kind,
             demand->amount);
    }
    mended->inquiry = *telling->inquiry;
    mended->inquiry.world = &mended->world;
    for (size_t i = 0; i < explanation->funnel_count; i++)
        funnels[i] = funnel_of_group(&mended->inquiry, i);
    mended->relaxation = relaxation_new(&mended->inquiry, &explanation->constraints, funnels);
}

/* Leaves out the constraint of a group that a fault is about. kept: those of which it is one, by
   their order. */
static void leave_out(const struct telling *telling, size_t group, const struct fault *fault,
                      const bool *asked, bool *kept)
{
    const struct constraint_list *constraints = &telling->explanation->constraints;
    size_t before = 0;
    for (size_t i = 0; i < constraints->count; i++)
        if (asked[i] && constraints->items[i].group == group &&
            constraints->items[i].kind == fault_constraint(fault->kind) && before++ == fault->index)
            kept[i] = false;
}

const struct constraint *cause_constraint_of(const struct telling *telling, size_t group,
                                             const struct fault *fault)
{
    const struct constraint_list *constraints = &telling->explanation->constraints;
    for (size_t i = 0; i < constraints->count; i++)
        if (constraints->items[i].group == group &&
            constraints->items[i].kind == fault_constraint(fault->kind) &&
            constraints->items[i].index == fault->index)
            return &constraints->items[i];
    return NULL;
}

static bool find_one(void *subject, const struct relaxed_choice *choices, size_t count)
{
    bool *found = subject;
    (void)choices;
    (void)count;
    *found = true;
    return false;
}

bool cause_suffices(const struct telling *telling, const struct sought *sought, size_t group,
                    bool of_set, const struct near_miss *miss)
{
    struct arena_mark mark = arena_mark(telling->arena);
    const struct explanation *explanation = telling->explanation;
    size_t count = explanation->constraints.count;
    bool *kept = arena_array(telling->arena, count, sizeof(*kept)), found = false, amounts = false;
    bool *asked = arena_array(telling->arena, count, sizeof(*asked));
    struct mended mended = {.relaxation = telling->relaxation};
    for (size_t i = 0; i < count; i++) {
        kept[i] = true;
        asked[i] = !of_set;
    }
    for (size_t i = 0; i < telling->size; i++)
        asked[telling->set[i]] = true;
    for (size_t i = 0; i < miss->fault_count; i++) {
        amounts = amounts || is_amount(&miss->faults[i]);
        if (!is_amount(&miss->faults[i]))
            leave_out(telling, group, &miss->faults[i], asked, kept);
    }
    if (amounts)
        mended_begin(telling, sought, miss, &mended);
    relaxation_visit(mended.relaxation, kept, explanation->world->providers[miss->provider].root,
                     find_one, &found);
    arena_rewind(telling->arena, &mark);
    return found && !budget_is_over(telling->inquiry->budget);
}
