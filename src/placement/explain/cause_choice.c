/*
 * Ranks the sets, for some of it in a world in which nothing is used.
 */
#include <config.h>

#include "placement/explain/cause_choice.h"

#include "base/sorted.h"

/* Returns whether a constraint is what a filter of a group, or between groups, asks for. */
static bool is_filtered(const struct explanation *explanation, const struct constraint *constraint)
{
    bool of_group = constraint->kind < CONSTRAINT_ROOT_REQUIRED;
    if (of_group && explanation->group < explanation->funnel_count &&
        constraint->group != explanation->group)
        return false;
    switch (explanation->filter) {
    case FILTER_CLASSES:
    case FILTER_UNITS:
    case FILTER_CAPACITY:
        return constraint->kind == CONSTRAINT_RESOURCE;
    case FILTER_REQUIRED:
    case FILTER_TRAITS_TOGETHER:
        return constraint->kind == CONSTRAINT_REQUIRED;
    case FILTER_FORBIDDEN:
        return constraint->kind == CONSTRAINT_FORBIDDEN;
    case FILTER_AGGREGATES:
        return constraint->kind == CONSTRAINT_MEMBER_OF ||
               constraint->kind == CONSTRAINT_NOT_MEMBER_OF;
    case FILTER_TREE:
        return constraint->kind == CONSTRAINT_IN_TREE;
    case FILTER_ROOT_REQUIRED:
        return constraint_is_of_root(constraint);
    case FILTER_GROUP_POLICY:
        return constraint->kind == CONSTRAINT_GROUP_POLICY;
    case FILTER_SAME_SUBTREE:
        return constraint->kind == CONSTRAINT_SAME_SUBTREE;
    case FILTER_ONE_OF_TREE:
        return constraint->kind == CONSTRAINT_ONE_OF_TREE;
    default:
        return false;
    }
}

bool cause_tells_filter(const struct telling *telling)
{
    enum explain_filter filter = telling->explanation->filter;
    size_t *groups = arena_array(telling->arena, telling->size, sizeof(*groups));
    if (filter == FILTER_SHARING || filter == FILTER_COMBINED_CAPACITY)
        return telling_groups(telling, groups) > 1;
    for (size_t i = 0; i < telling->size; i++)
        if (is_filtered(telling->explanation, telling_item(telling, i)))
            return true;
    return filter == FILTERS;
}

/* Returns whether the set asks the group without suffix for one class and one required trait, of
   which no provider has both. */
static bool is_beside_trait(const struct telling *telling)
{
    const struct world *world = telling->explanation->world;
    const struct constraint *resource = telling_only(telling, CONSTRAINT_RESOURCE);
    const struct constraint *required = telling_only(telling, CONSTRAINT_REQUIRED);
    if (resource == NULL || required == NULL || resource->group != required->group)
        return false;
    const struct search_group *group = &telling->inquiry->query.groups[resource->group];
    int64_t class_id = group->demands[resource->index].class_id;
    const uint64_t *set = group->traits.required[required->index];
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 2);
         i++)
        if (bits_meet(set, world_traits(world, i), world->trait_words) &&
            world_inventory_of(world, i, class_id) != NULL)
            return false;
    return !group->granular;
}

/* Whether a tree sees a provider with a class. */
struct class_seen {
    const bool *trees; /* those that count */
    bool seen;
};

static void see_class(void *subject, uint32_t anchor, uint32_t provider)
{
    struct class_seen *class_seen = subject;
    (void)provider;
    class_seen->seen = class_seen->seen || class_seen->trees[anchor];
}

/* Returns whether no tree that has the rest of the set has anything of the class of a resource. */
static bool is_class_absent(const struct telling *telling, const struct constraint *resource)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    const struct search_group *group = &telling->inquiry->query.groups[resource->group];
    bool *kept = arena_array(telling->arena, explanation->constraints.count, sizeof(*kept));
    bool *trees = arena_array(telling->arena, world->provider_count, sizeof(*trees));
    struct class_seen class_seen = {.trees = trees};
    for (size_t i = 0; i < telling->size; i++)
        kept[telling->set[i]] = telling_item(telling, i) != resource;
    if (relaxation_find(telling->relaxation, kept, trees) == SEARCH_LATE)
        return false;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 2);
         i++)
        if (world_inventory_of(world, i, group->demands[resource->index].class_id) != NULL)
            inquiry_visit_anchors(telling->inquiry, i, false, see_class, &class_seen);
    return !class_seen.seen && !budget_is_over(telling->inquiry->budget);
}

/* Returns whether the set has a required trait of a group that needs one provider where another has
   a class of that group, of which there is nothing at all. */
static bool is_instead_of_class(const struct telling *telling, const struct impossible_sets *sets)
{
    for (size_t i = 0; i < sets->count; i++) {
        struct telling other = *telling;
        other.set = sets->sets[i];
        const struct constraint *required = telling_difference(telling, other.set);
        const struct constraint *resource = telling_difference(&other, telling->set);
        if (required == NULL || resource == NULL || required->kind != CONSTRAINT_REQUIRED ||
            resource->kind != CONSTRAINT_RESOURCE || required->group != resource->group ||
            !telling->inquiry->query.groups[required->group].granular)
            continue;
        if (is_class_absent(&other, resource))
            return true;
    }
    return false;
}

/* The request in a world in which nothing is used. */
struct unused {
    struct world world;
    struct inquiry inquiry;
    const struct relaxation *relaxation;
};

static void unused_begin(const struct telling *telling, struct unused *unused)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    struct funnel **funnels =
        arena_array(telling->arena, explanation->funnel_count, sizeof(*funnels));
    unused->world = *world;
    unused->world.inventories =
        arena_array(telling->arena, world->inventory_count, sizeof(*world->inventories));
    budget_spend(telling->inquiry->budget, (uint64_t)world->inventory_count * 8);
    for (uint32_t i = 0; i < world->inventory_count; i++) {
        unused->world.inventories[i] = world->inventories[i];
        unused->world.inventories[i].used = 0;
    }
    unused->inquiry = *telling->inquiry;
    unused->inquiry.world = &unused->world;
    for (size_t i = 0; i < explanation->funnel_count; i++)
        funnels[i] = funnel_of_group(&unused->inquiry, i);
    unused->relaxation = relaxation_new(&unused->inquiry, &explanation->constraints, funnels);
}

/* Returns whether the set would be possible if nothing were used. */
static bool depends_on_usage(const struct telling *telling, struct unused *unused)
{
    size_t count = telling->explanation->constraints.count;
    bool *kept = arena_array(telling->arena, count, sizeof(*kept));
    if (!telling_has(telling, CONSTRAINT_RESOURCE))
        return false;
    if (unused->relaxation == NULL)
        unused_begin(telling, unused);
    for (size_t i = 0; i < telling->size; i++)
        kept[telling->set[i]] = true;
    return !budget_is_over(telling->inquiry->budget) &&
           relaxation_match(unused->relaxation, kept) == SEARCH_FOUND;
}

/* Returns how many providers, or roots, meet a constraint by itself. */
static uint32_t count_meeting(const struct telling *telling, const struct constraint *constraint)
{
    const struct world *world = telling->explanation->world;
    const struct search_query *query = &telling->inquiry->query;
    const struct search_group *group = &query->groups[constraint->group];
    size_t words = world->trait_words, index = constraint->index;
    bool root = constraint->kind == CONSTRAINT_ROOT_REQUIRED;
    bool member = constraint->kind == CONSTRAINT_MEMBER_OF;
    uint32_t count = 0;
    if (constraint->kind == CONSTRAINT_RESOURCE)
        return telling->explanation->funnels[constraint->group]->classes[index].capacity;
    if (constraint->kind == CONSTRAINT_IN_TREE)
        return 1;
    if (!root && !member && constraint->kind != CONSTRAINT_REQUIRED)
        return world->provider_count;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 2);
         i++)
        if (member)
            count += bits_meet(group->aggregates.required[index], world_aggregates(world, i),
                               world->aggregate_words);
        else if (!root || world->providers[i].root == i)
            count +=
                bits_meet(root ? query->root_traits.required[index] : group->traits.required[index],
                          world_traits(world, i), words);
    return count;
}

/* The rules of cause_choice.h, in their order: less is better. */
enum {
    RANK_EXISTS,
    RANK_OTHER_FILTER,
    RANK_BESIDE_TRAIT,
    RANK_USAGE,
    RANK_SEVERAL_GROUPS,
    RANK_INSTEAD_OF_CLASS,
    RANK_AMOUNTS,
    RANK_RAREST,
    RANKS,
};

struct ranked_set {
    uint32_t ranks[RANKS];
    size_t place; /* before it was ordered */
    size_t *set;
};

/* Returns whether the set is an aggregate that nobody is in, or the tree of no provider. */
static bool names_nothing(const struct telling *telling)
{
    enum constraint_kind kind = telling_item(telling, 0)->kind;
    return telling->size == 1 && (kind == CONSTRAINT_MEMBER_OF || kind == CONSTRAINT_IN_TREE);
}

static struct ranked_set rank_set(const struct telling *telling, const struct impossible_sets *sets,
                                  struct unused *unused)
{
    size_t *groups = arena_array(telling->arena, telling->size, sizeof(*groups));
    struct ranked_set set = {.ranks = {[RANK_RAREST] = UINT32_MAX}};
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        uint32_t count = count_meeting(telling, constraint);
        set.ranks[RANK_AMOUNTS] += constraint->kind == CONSTRAINT_RESOURCE;
        if (count < set.ranks[RANK_RAREST])
            set.ranks[RANK_RAREST] = count;
    }
    set.ranks[RANK_EXISTS] = !names_nothing(telling);
    set.ranks[RANK_OTHER_FILTER] = !cause_tells_filter(telling);
    set.ranks[RANK_BESIDE_TRAIT] = is_beside_trait(telling);
    set.ranks[RANK_USAGE] = depends_on_usage(telling, unused);
    set.ranks[RANK_SEVERAL_GROUPS] = telling_groups(telling, groups) > 1;
    set.ranks[RANK_INSTEAD_OF_CLASS] = is_instead_of_class(telling, sets);
    return set;
}

static int ranks_compare(const struct ranked_set *one, const struct ranked_set *other)
{
    for (int i = 0; i < RANKS; i++)
        if (one->ranks[i] != other->ranks[i])
            return one->ranks[i] < other->ranks[i] ? -1 : 1;
    return 0;
}

static int ranked_set_compare(const void *left, const void *right)
{
    const struct ranked_set *a = left, *b = right;
    int difference = ranks_compare(a, b);
    return difference != 0 ? difference : (a->place > b->place) - (a->place < b->place);
}

size_t cause_order(const struct telling *telling, struct impossible_sets *sets)
{
    struct telling each = *telling;
    struct ranked_set ranked[SETS_MOST];
    struct unused unused = {.relaxation = NULL};
    size_t equal = 1;
    if (sets->count < 2)
        return sets->count;
    for (size_t i = 0; i < sets->count; i++) {
        each.set = sets->sets[i];
        ranked[i] = rank_set(&each, sets, &unused);
        ranked[i].place = i;
        ranked[i].set = sets->sets[i];
    }
    sort(ranked, sets->count, sizeof(*ranked), ranked_set_compare);
    for (size_t i = 0; i < sets->count; i++)
        sets->sets[i] = ranked[i].set;
    while (equal < sets->count && ranks_compare(&ranked[equal], &ranked[0]) == 0)
        equal++;
    return equal;
}
