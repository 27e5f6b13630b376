/*
 * Takes a group of the request apart.
 */
#include <config.h>

#include "placement/explain/sought.h"

struct sought sought_of_group(const struct inquiry *inquiry, const char *const *names,
                              size_t number)
{
    const struct search_group *group = &inquiry->query.groups[number];
    const struct search_group *forbidden = &inquiry->forbidden.groups[number];
    return (struct sought){
        .inquiry = inquiry,
        .names = names,
        .group = *group,
        .asked = inquiry->request->groups[number],
        .forbidden_traits = forbidden->traits,
        .forbidden_aggregates = forbidden->aggregates,
        .bound = group->in_tree && (group->demand_count > 0 || group->tree == WORLD_NONE),
    };
}

/* Makes room for all that a membership has, and leaves it empty. */
static void empty_membership(struct arena *arena, struct search_membership *membership,
                             struct search_membership *forbidden, struct membership *asked)
{
    membership->required =
        arena_array(arena, membership->required_count, sizeof(*membership->required));
    forbidden->required =
        arena_array(arena, forbidden->required_count, sizeof(*forbidden->required));
    asked->required = arena_array(arena, asked->required_count, sizeof(*asked->required));
    asked->forbidden.names =
        arena_array(arena, asked->forbidden.count, sizeof(*asked->forbidden.names));
    membership->forbidden = NULL;
    membership->required_count = forbidden->required_count = 0;
    asked->required_count = asked->forbidden.count = 0;
}

static void take_required(const struct search_membership *whole,
                          const struct membership *whole_asked, size_t index,
                          struct search_membership *membership, struct membership *asked)
{
    membership->required[membership->required_count++] = whole->required[index];
    asked->required[asked->required_count++] = whole_asked->required[index];
}

/* Takes a forbidden name, and adds it to all that is forbidden. */
static void take_forbidden(struct arena *arena, const struct search_membership *whole,
                           const struct membership *whole_asked, size_t index, size_t words,
                           struct search_membership *membership,
                           struct search_membership *forbidden, struct membership *asked)
{
    uint64_t *bits = arena_array(arena, words, sizeof(*bits));
    for (size_t i = 0; i < words; i++)
        bits[i] = whole->required[index][i] |
                  (membership->forbidden != NULL ? membership->forbidden[i] : 0);
    membership->forbidden = bits;
    forbidden->required[forbidden->required_count++] = whole->required[index];
    asked->forbidden.names[asked->forbidden.count++] = whole_asked->forbidden.names[index];
}

static void take(const struct sought *whole, const struct constraint *constraint,
                 struct search_demand *demands, struct sought *part)
{
    struct arena *arena = whole->inquiry->arena;
    const struct world *world = whole->inquiry->world;
    struct search_group *group = &part->group;
    struct request_group *asked = &part->asked;
    size_t index = constraint->index;
    switch (constraint->kind) {
    case CONSTRAINT_RESOURCE:
        demands[group->demand_count++] = whole->group.demands[index];
        asked->resources.items[asked->resources.count++] = whole->asked.resources.items[index];
        break;
    case CONSTRAINT_REQUIRED:
        take_required(&whole->group.traits, &whole->asked.traits, index, &group->traits,
                      &asked->traits);
        break;
    case CONSTRAINT_FORBIDDEN:
        take_forbidden(arena, &whole->forbidden_traits, &whole->asked.traits, index,
                       world->trait_words, &group->traits, &part->forbidden_traits, &asked->traits);
        break;
    case CONSTRAINT_MEMBER_OF:
        take_required(&whole->group.aggregates, &whole->asked.aggregates, index, &group->aggregates,
                      &asked->aggregates);
        break;
    case CONSTRAINT_NOT_MEMBER_OF:
        take_forbidden(arena, &whole->forbidden_aggregates, &whole->asked.aggregates, index,
                       world->aggregate_words, &group->aggregates, &part->forbidden_aggregates,
                       &asked->aggregates);
        break;
    default: /* CONSTRAINT_IN_TREE */
        group->in_tree = true;
        part->bound = whole->bound;
        break;
    }
}

struct sought sought_of_constraints(const struct inquiry *inquiry, const char *const *names,
                                    const struct constraint_list *constraints, const size_t *set,
                                    size_t size, size_t number)
{
    const struct sought whole = sought_of_group(inquiry, names, number);
    struct sought part = whole;
    struct arena *arena = inquiry->arena;
    struct search_demand *demands = arena_array(arena, whole.group.demand_count, sizeof(*demands));
    part.group.demands = demands;
    part.group.demand_count = part.asked.resources.count = 0;
    part.asked.resources.items =
        arena_array(arena, whole.group.demand_count, sizeof(*part.asked.resources.items));
    empty_membership(arena, &part.group.traits, &part.forbidden_traits, &part.asked.traits);
    empty_membership(arena, &part.group.aggregates, &part.forbidden_aggregates,
                     &part.asked.aggregates);
    part.group.in_tree = part.bound = false;
    bool *taken = arena_array(arena, whole.group.demand_count, sizeof(*taken));
    for (size_t i = 0; i < size; i++) {
        const struct constraint *constraint = &constraints->items[set[i]];
        if (constraint->kind == CONSTRAINT_RESOURCE && constraint->group == number)
            taken[constraint->index] = true;
        if (constraint->kind < CONSTRAINT_ROOT_REQUIRED && constraint->group == number)
            take(&whole, constraint, demands, &part);
    }
    struct search_demand *bringers =
        arena_array(arena, whole.group.demand_count, sizeof(*bringers));
    for (size_t i = 0; i < whole.group.demand_count; i++)
        if (!taken[i])
            bringers[part.bringer_count++] = whole.group.demands[i];
    part.bringers = bringers;
    return part;
}
