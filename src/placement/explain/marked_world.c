/*
 * Copies the traits of a world, and adds marks to them.
 */
#include <config.h>

#include "placement/explain/marked_world.h"

#include <string.h>

static uint64_t *bits_new(const struct marked_world *marked)
{
    return arena_array(marked->inquiry->arena, marked->world.trait_words, sizeof(uint64_t));
}

const uint64_t *marked_bit(const struct marked_world *marked, long mark)
{
    uint64_t *bits = bits_new(marked);
    bits_add(bits, (size_t)mark);
    return bits;
}

const uint64_t *marked_set(const struct marked_world *marked, const uint64_t *set)
{
    uint64_t *bits = bits_new(marked);
    size_t words = marked->inquiry->world->trait_words;
    if (words > 0)
        memcpy(bits, set, words * sizeof(*bits));
    return bits;
}

static void mark_provider(void *subject, uint32_t anchor, uint32_t provider)
{
    struct marked_world *marked = subject;
    (void)provider;
    bits_add(marked->world.traits + anchor * marked->world.trait_words, marked->next_bit);
}

/* Gives a new trait to all anchors that see a provider with one of a set of traits, or of
   aggregates. */
static long add_sight(struct marked_world *marked, const uint64_t *set, bool aggregates)
{
    const struct world *world = marked->inquiry->world;
    size_t words = aggregates ? world->aggregate_words : world->trait_words;
    for (uint32_t i = 0;
         i < world->provider_count && budget_spend(marked->inquiry->budget, 2 + words); i++)
        if (bits_meet(set, aggregates ? world_aggregates(world, i) : world_traits(world, i), words))
            inquiry_visit_anchors(marked->inquiry, i, false, mark_provider, marked);
    return (long)marked->next_bit++;
}

/* Gives a new trait to all providers of the tree of a group. */
static long add_tree(struct marked_world *marked, const struct search_group *group)
{
    const struct world *world = marked->inquiry->world;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(marked->inquiry->budget, 1); i++)
        if (world->providers[i].root == group->tree && group->tree != WORLD_NONE)
            mark_provider(marked, i, i);
    return (long)marked->next_bit++;
}

static long add_any(struct marked_world *marked)
{
    for (uint32_t i = 0; i < marked->inquiry->world->provider_count; i++)
        mark_provider(marked, i, i);
    return (long)marked->next_bit++;
}

static long add_fits(struct marked_world *marked, const struct funnel *funnel)
{
    if (!funnel->granular)
        return NO_MARK;
    for (uint32_t i = 0;
         i < marked->inquiry->world->provider_count && budget_spend(marked->inquiry->budget, 1);
         i++)
        if (funnel->fits[i])
            mark_provider(marked, i, i);
    return (long)marked->next_bit++;
}

/* Returns the trait that stands for a constraint, if the query cannot ask for it otherwise. */
static long add_constraint(struct marked_world *marked, const struct constraint *constraint)
{
    const struct search_group *group = &marked->inquiry->query.groups[constraint->group];
    switch (constraint->kind) {
    case CONSTRAINT_IN_TREE: /* an existing tree does not matter to a group without resources */
        return group->demand_count > 0 || group->tree == WORLD_NONE ? add_tree(marked, group)
                                                                    : NO_MARK;
    case CONSTRAINT_REQUIRED:
        return group->granular
                   ? NO_MARK
                   : add_sight(marked, group->traits.required[constraint->index], false);
    case CONSTRAINT_MEMBER_OF:
        return group->granular
                   ? NO_MARK
                   : add_sight(marked, group->aggregates.required[constraint->index], true);
    default:
        return NO_MARK;
    }
}

static void copy_traits(struct marked_world *marked, size_t more)
{
    const struct world *world = marked->inquiry->world;
    size_t words = world->trait_words + (more + BITS_IN_WORD - 1) / BITS_IN_WORD;
    marked->world = *world;
    marked->world.trait_words = words;
    marked->world.traits =
        arena_array(marked->inquiry->arena, world->provider_count * words, sizeof(uint64_t));
    marked->next_bit = world->trait_words * BITS_IN_WORD;
    budget_spend(marked->inquiry->budget, world->provider_count * words);
    for (uint32_t i = 0; i < world->provider_count && world->trait_words > 0; i++)
        memcpy(marked->world.traits + i * words, world_traits(world, i),
               world->trait_words * sizeof(uint64_t));
}

struct marked_world marked_world_of(const struct inquiry *inquiry,
                                    const struct constraint_list *constraints,
                                    struct funnel *const *funnels)
{
    size_t groups = inquiry->query.group_count;
    struct marked_world marked = {
        .inquiry = inquiry,
        .fits = arena_array(inquiry->arena, groups, sizeof(*marked.fits)),
        .of_constraints =
            arena_array(inquiry->arena, constraints->count, sizeof(*marked.of_constraints)),
    };
    copy_traits(&marked, 1 + groups + constraints->count);
    marked.any = add_any(&marked);
    for (size_t i = 0; i < groups; i++)
        marked.fits[i] = add_fits(&marked, funnels[i]);
    for (size_t i = 0; i < constraints->count; i++)
        marked.of_constraints[i] = add_constraint(&marked, &constraints->items[i]);
    return marked;
}
