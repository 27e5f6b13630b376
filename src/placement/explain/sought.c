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
        .places = inquiry->places != NULL ? inquiry->places[number] : NULL,
        .bound = group->in_tree && (group->demand_count > 0 || group->tree == WORLD_NONE),
        .number = number,
        .part = SOUGHT_WHOLE,
    };
}

uint64_t sought_bit(const struct sought *sought, enum constraint_kind kind, size_t index)
{
    const struct request_group *asked = &sought->inquiry->request->groups[sought->number];
    const size_t counts[] = {
        [CONSTRAINT_RESOURCE] = asked->resources.count,
        [CONSTRAINT_REQUIRED] = asked->traits.required_count,
        [CONSTRAINT_FORBIDDEN] = asked->traits.forbidden.count,
        [CONSTRAINT_MEMBER_OF] = asked->aggregates.required_count,
        [CONSTRAINT_NOT_MEMBER_OF] = asked->aggregates.forbidden.count,
    };
    for (size_t i = 0; i < (size_t)kind; i++)
        index += counts[i];
    return UINT64_C(1) << index % 64;
}

/* What a group asks of the traits of a provider, or of its aggregates, in all its forms. */
struct asking {
    struct search_membership *membership, *forbidden;
    struct membership *asked;
    size_t words; /* of a set of bits */
};

static struct asking asking_of_traits(struct sought *sought)
{
    return (struct asking){&sought->group.traits, &sought->forbidden_traits, &sought->asked.traits,
                           sought->inquiry->world->trait_words};
}

static struct asking asking_of_aggregates(struct sought *sought)
{
    return (struct asking){&sought->group.aggregates, &sought->forbidden_aggregates,
                           &sought->asked.aggregates, sought->inquiry->world->aggregate_words};
}

/* Makes room for all that is asked, and leaves it empty. */
static void empty(struct arena *arena, struct asking asking)
{
    struct search_membership *membership = asking.membership, *forbidden = asking.forbidden;
    struct membership *asked = asking.asked;
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

static void take_required(struct asking whole, size_t index, struct asking part)
{
    part.membership->required[part.membership->required_count++] =
        whole.membership->required[index];
    part.asked->required[part.asked->required_count++] = whole.asked->required[index];
}

/* Takes a forbidden name, and adds it to all that is forbidden. */
static void take_forbidden(struct arena *arena, struct asking whole, size_t index,
                           struct asking part)
{
    const uint64_t *bit = whole.forbidden->required[index], *before = part.membership->forbidden;
    uint64_t *bits = arena_array(arena, whole.words, sizeof(*bits));
    for (size_t i = 0; i < whole.words; i++)
        bits[i] = bit[i] | (before != NULL ? before[i] : 0);
    part.membership->forbidden = bits;
    part.forbidden->required[part.forbidden->required_count++] = bit;
    part.asked->forbidden.names[part.asked->forbidden.count++] =
        whole.asked->forbidden.names[index];
}

/* Takes a constraint of the whole group; demands has room for all of them. */
static void take(struct sought *whole, const struct constraint *constraint,
                 struct search_demand *demands, struct sought *part)
{
    struct arena *arena = whole->inquiry->arena;
    struct search_group *group = &part->group;
    struct request_group *asked = &part->asked;
    size_t index = constraint->index;
    switch (constraint->kind) {
    case CONSTRAINT_RESOURCE:
        demands[group->demand_count++] = whole->group.demands[index];
        asked->resources.items[asked->resources.count++] = whole->asked.resources.items[index];
        break;
    case CONSTRAINT_REQUIRED:
        take_required(asking_of_traits(whole), index, asking_of_traits(part));
        break;
    case CONSTRAINT_FORBIDDEN:
        take_forbidden(arena, asking_of_traits(whole), index, asking_of_traits(part));
        break;
    case CONSTRAINT_MEMBER_OF:
        take_required(asking_of_aggregates(whole), index, asking_of_aggregates(part));
        break;
    case CONSTRAINT_NOT_MEMBER_OF:
        take_forbidden(arena, asking_of_aggregates(whole), index, asking_of_aggregates(part));
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
    struct sought whole = sought_of_group(inquiry, names, number);
    struct sought part = whole;
    struct arena *arena = inquiry->arena;
    struct search_demand *demands = arena_array(arena, whole.group.demand_count, sizeof(*demands));
    part.group.demands = demands;
    part.group.demand_count = part.asked.resources.count = 0;
    part.asked.resources.items =
        arena_array(arena, whole.group.demand_count, sizeof(*part.asked.resources.items));
    empty(arena, asking_of_traits(&part));
    empty(arena, asking_of_aggregates(&part));
    part.group.in_tree = part.bound = false;
    part.part = 0;
    bool *taken = arena_array(arena, whole.group.demand_count, sizeof(*taken));
    for (size_t i = 0; i < size; i++) {
        const struct constraint *constraint = &constraints->items[set[i]];
        if (constraint->kind == CONSTRAINT_RESOURCE && constraint->group == number)
            taken[constraint->index] = true;
        if (constraint->kind >= CONSTRAINT_ROOT_REQUIRED || constraint->group != number)
            continue;
        take(&whole, constraint, demands, &part);
        part.part |= sought_bit(&whole, constraint->kind, constraint->index);
    }
    struct search_demand *bringers =
        arena_array(arena, whole.group.demand_count, sizeof(*bringers));
    for (size_t i = 0; i < whole.group.demand_count; i++)
        if (!taken[i])
            bringers[part.bringer_count++] = whole.group.demands[i];
    part.bringers = bringers;
    return part;
}
