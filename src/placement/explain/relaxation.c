/*
 * Makes queries that ask for marks of the world in place of what is left out.
 */
#include <config.h>

#include "placement/explain/relaxation.h"

#include <string.h>

#include "base/sorted.h"
#include "placement/explain/marked_world.h"

/* The most sets of classes that are tried in one match. */
enum { BRINGERS_TRIED = 256 };

struct relaxation {
    const struct inquiry *inquiry;
    const struct constraint_list *constraints;
    struct marked_world marked;
    size_t work; /* the cost of a query, in units of the budget */
};

/* Returns what it costs to make a query, before the search for it. */
static size_t weigh_query(const struct relaxation *relaxation)
{
    const struct search_query *query = &relaxation->inquiry->query;
    size_t each =
        4 + relaxation->marked.world.trait_words + relaxation->marked.world.aggregate_words;
    size_t work = (query->group_count + relaxation->constraints->count) * each;
    for (size_t i = 0; i < query->subtree_count; i++)
        work += query->subtrees[i].count * 4;
    return work;
}

struct relaxation *relaxation_new(const struct inquiry *inquiry,
                                  const struct constraint_list *constraints,
                                  struct funnel *const *funnels)
{
    struct relaxation *relaxation = arena_alloc(inquiry->arena, sizeof(*relaxation));
    *relaxation = (struct relaxation){
        .inquiry = inquiry,
        .constraints = constraints,
        .marked = marked_world_of(inquiry, constraints, funnels),
    };
    relaxation->work = weigh_query(relaxation);
    return relaxation;
}

/* Weaker queries. */

/* A query that is being made. */
struct weakening {
    const struct relaxation *relaxation;
    struct search_query query;
    struct search_group *groups; /* as many as the request's; a group without demands and required
                                    sets is left out at the end */
    struct search_demand **demands;
    size_t *origins; /* for each group that is left: its place in the request */
    struct search_subtree *subtrees;
    const uint64_t **root_sets;
    size_t root_set_count;
};

static struct arena *arena_of(const struct weakening *weakening)
{
    return weakening->relaxation->inquiry->arena;
}

/* Makes room for all that the request has, and one set more for each constraint. */
static void weakening_begin(struct weakening *weakening, const struct relaxation *relaxation)
{
    const struct search_query *query = &relaxation->inquiry->query;
    struct arena *arena = relaxation->inquiry->arena;
    *weakening = (struct weakening){
        .relaxation = relaxation,
        .groups = arena_array(arena, query->group_count, sizeof(*weakening->groups)),
        .demands = arena_array(arena, query->group_count, sizeof(*weakening->demands)),
        .origins = arena_array(arena, query->group_count, sizeof(*weakening->origins)),
        .subtrees = arena_array(arena, query->subtree_count, sizeof(*weakening->subtrees)),
        .root_sets = arena_array(arena, relaxation->constraints->count, sizeof(uint64_t *)),
    };
    for (size_t i = 0; i < query->group_count; i++) {
        const struct search_group *whole = &query->groups[i];
        struct search_group *group = &weakening->groups[i];
        *group = (struct search_group){.granular = whole->granular, .tree = whole->tree};
        weakening->demands[i] =
            arena_array(arena, whole->demand_count, sizeof(**weakening->demands));
        group->demands = weakening->demands[i];
        group->traits.required =
            arena_array(arena, whole->traits.required_count + 2, sizeof(uint64_t *));
        group->aggregates.required =
            arena_array(arena, whole->aggregates.required_count, sizeof(uint64_t *));
    }
}

static void require(struct search_membership *membership, const uint64_t *set)
{
    membership->required[membership->required_count++] = set;
}

static void require_root(struct weakening *weakening, const uint64_t *set)
{
    weakening->root_sets[weakening->root_set_count++] = set;
}

/* Adds a set to what is forbidden. */
static void forbid(struct weakening *weakening, struct search_membership *membership,
                   const uint64_t *set, size_t words, size_t room)
{
    uint64_t *bits = arena_array(arena_of(weakening), room, sizeof(*bits));
    for (size_t i = 0; i < words; i++)
        bits[i] = set[i] | (membership->forbidden != NULL ? membership->forbidden[i] : 0);
    membership->forbidden = bits;
}

static void keep_of_group(struct weakening *weakening, const struct constraint *constraint)
{
    const struct inquiry *inquiry = weakening->relaxation->inquiry;
    const struct search_group *whole = &inquiry->query.groups[constraint->group];
    const struct search_group *forbidden = &inquiry->forbidden.groups[constraint->group];
    struct search_group *group = &weakening->groups[constraint->group];
    size_t words = inquiry->world->aggregate_words, index = constraint->index;
    switch (constraint->kind) {
    case CONSTRAINT_RESOURCE:
        weakening->demands[constraint->group][group->demand_count++] = whole->demands[index];
        break;
    case CONSTRAINT_REQUIRED:
        require(&group->traits,
                marked_set(&weakening->relaxation->marked, whole->traits.required[index]));
        break;
    case CONSTRAINT_FORBIDDEN:
        forbid(weakening, &group->traits, forbidden->traits.required[index],
               inquiry->world->trait_words, weakening->relaxation->marked.world.trait_words);
        break;
    case CONSTRAINT_MEMBER_OF:
        require(&group->aggregates, whole->aggregates.required[index]);
        break;
    default: /* CONSTRAINT_NOT_MEMBER_OF */
        forbid(weakening, &group->aggregates, forbidden->aggregates.required[index], words, words);
        break;
    }
}

static void keep_tree(struct weakening *weakening, const struct constraint *constraint, long bit)
{
    struct search_group *group = &weakening->groups[constraint->group];
    if (bit == NO_MARK)
        return;
    if (group->granular)
        require(&group->traits, marked_bit(&weakening->relaxation->marked, bit));
    else
        require_root(weakening, marked_bit(&weakening->relaxation->marked, bit));
    group->in_tree = !group->granular;
}

/* Asks for a constraint of the request, but for groups of subtrees, which are numbered later. */
static void keep(struct weakening *weakening, size_t number)
{
    const struct relaxation *relaxation = weakening->relaxation;
    const struct search_query *whole = &relaxation->inquiry->query;
    const struct constraint *constraint = &relaxation->constraints->items[number];
    switch (constraint->kind) {
    case CONSTRAINT_IN_TREE:
        keep_tree(weakening, constraint, relaxation->marked.of_constraints[number]);
        break;
    case CONSTRAINT_ROOT_REQUIRED:
        require_root(weakening, marked_set(&relaxation->marked,
                                           whole->root_traits.required[constraint->index]));
        break;
    case CONSTRAINT_ROOT_FORBIDDEN:
        forbid(weakening, &weakening->query.root_traits,
               relaxation->inquiry->forbidden.root_traits.required[constraint->index],
               relaxation->inquiry->world->trait_words, relaxation->marked.world.trait_words);
        break;
    case CONSTRAINT_SAME_SUBTREE:
        weakening->subtrees[weakening->query.subtree_count++] = whole->subtrees[constraint->index];
        break;
    case CONSTRAINT_GROUP_POLICY:
        weakening->query.isolate = true;
        break;
    case CONSTRAINT_ONE_OF_TREE:
        weakening->query.one_of_tree = true;
        break;
    default:
        keep_of_group(weakening, constraint);
        break;
    }
}

/* The unsuffixed group without some of its classes: what these would have provided, the tree must
   still have somewhere. */
static void loosen_unsuffixed(struct weakening *weakening, const bool *kept)
{
    const struct relaxation *relaxation = weakening->relaxation;
    for (size_t i = 0; i < relaxation->constraints->count; i++) {
        const struct constraint *constraint = &relaxation->constraints->items[i];
        struct search_group *group = &weakening->groups[constraint->group];
        size_t all = relaxation->inquiry->query.groups[constraint->group].demand_count;
        bool loose = (constraint->kind == CONSTRAINT_REQUIRED && group->demand_count < all) ||
                     (constraint->kind == CONSTRAINT_MEMBER_OF && group->demand_count == 0);
        if (kept[i] && loose && !group->granular)
            require_root(weakening,
                         marked_bit(&relaxation->marked, relaxation->marked.of_constraints[i]));
    }
    for (size_t i = 0; i < relaxation->inquiry->query.group_count; i++) {
        struct search_group *group = &weakening->groups[i];
        if (!group->granular &&
            group->demand_count < relaxation->inquiry->query.groups[i].demand_count)
            group->traits.required_count = 0;
    }
}

/* A group of a subtree that is left out may still be the one whose provider all others are at or
   below: it asks for any provider. */
static void keep_tops(struct weakening *weakening)
{
    for (size_t i = 0; i < weakening->query.subtree_count; i++)
        for (size_t j = 0; j < weakening->subtrees[i].count; j++) {
            struct search_group *group = &weakening->groups[weakening->subtrees[i].groups[j]];
            if (group_asks_nothing(group))
                require(&group->traits, marked_bit(&weakening->relaxation->marked,
                                                   weakening->relaxation->marked.any));
        }
}

/* Numbers the groups that are left, and leaves the others out of the subtrees. */
static void number_groups(struct weakening *weakening)
{
    size_t count = weakening->relaxation->inquiry->query.group_count, left = 0, subtrees = 0;
    size_t *numbers = arena_array(arena_of(weakening), count, sizeof(*numbers));
    for (size_t i = 0; i < count; i++) {
        const struct search_group *group = &weakening->groups[i];
        bool asks = group->demand_count > 0 || (group->granular && !group_asks_nothing(group));
        numbers[i] = asks ? left : count;
        if (!asks)
            continue;
        weakening->origins[left] = i;
        weakening->groups[left++] = *group;
    }
    for (size_t i = 0; i < weakening->query.subtree_count; i++) {
        struct search_subtree subtree = weakening->subtrees[i];
        size_t *groups = arena_array(arena_of(weakening), subtree.count, sizeof(*groups));
        size_t members = 0;
        for (size_t j = 0; j < subtree.count; j++)
            if (numbers[subtree.groups[j]] < count)
                groups[members++] = numbers[subtree.groups[j]];
        if (members > 1)
            weakening->subtrees[subtrees++] = (struct search_subtree){groups, members};
    }
    weakening->query.groups = weakening->groups;
    weakening->query.group_count = left;
    weakening->query.subtrees = weakening->subtrees;
    weakening->query.subtree_count = subtrees;
    weakening->query.root_traits.required = weakening->root_sets;
    weakening->query.root_traits.required_count = weakening->root_set_count;
}

/* Searches. */

/* Returns whether a root has the required traits: all that is left to ask without groups. With
   found (not NULL) notes all of them. */
static enum search_step match_roots(const struct relaxation *relaxation,
                                    const struct search_query *query, bool *found)
{
    const struct world *world = &relaxation->marked.world;
    enum search_step step = SEARCH_END;
    for (uint32_t i = 0; i < world->provider_count && (found != NULL || step == SEARCH_END); i++) {
        if (world->providers[i].root != i ||
            !membership_holds(&query->root_traits, world_traits(world, i), world->trait_words))
            continue;
        step = SEARCH_FOUND;
        if (found != NULL)
            found[i] = true;
    }
    return step;
}

static enum search_step count_trees(const struct relaxation *relaxation,
                                    const struct search_query *query, bool first, uint32_t *trees,
                                    bool *found)
{
    struct arena *arena = relaxation->inquiry->arena;
    struct budget *budget = relaxation->inquiry->budget;
    struct search search;
    *trees = 0;
    search_begin(&search, arena, &relaxation->marked.world, query, budget);
    struct search_walk walk = search_walk_from(&search, arena, 0);
    for (uint32_t i = 0; i < search.space.anchor_count; i++) {
        search_walk_restart(&walk, i);
        enum search_step step = search_next(&search, &walk);
        if (step == SEARCH_LATE)
            return step;
        if (step == SEARCH_END)
            continue;
        ++*trees;
        if (found != NULL)
            found[search.space.anchors[i]] = true;
        if (first)
            break;
    }
    if (budget_is_over(budget))
        return SEARCH_LATE;
    return *trees > 0 ? SEARCH_FOUND : SEARCH_END;
}

/* Makes the query for what is kept. With `loose` the unsuffixed group may have its required traits
   on any provider that the tree sees, if not all of its classes are kept. */
static void weakening_make(struct weakening *weakening, const struct relaxation *relaxation,
                           const bool *kept, bool loose)
{
    weakening_begin(weakening, relaxation);
    for (size_t i = 0; i < relaxation->constraints->count; i++)
        if (kept[i])
            keep(weakening, i);
    if (loose)
        loosen_unsuffixed(weakening, kept);
    keep_tops(weakening);
    number_groups(weakening);
}

/* Searches for what is kept: for one tree, or with found (not NULL) for all. */
static enum search_step match(const struct relaxation *relaxation, const bool *kept, bool loose,
                              bool *found)
{
    struct arena *arena = relaxation->inquiry->arena;
    struct arena_mark mark = arena_mark(arena);
    struct weakening weakening;
    uint32_t trees;
    if (!budget_spend(relaxation->inquiry->budget, relaxation->work))
        return SEARCH_LATE;
    weakening_make(&weakening, relaxation, kept, loose);
    enum search_step step =
        weakening.query.group_count == 0
            ? match_roots(relaxation, &weakening.query, found)
            : count_trees(relaxation, &weakening.query, found == NULL, &trees, found);
    arena_rewind(arena, &mark);
    return step;
}

/* The classes of the unsuffixed group that are not kept, although others are, and its required
   traits: one of these classes may bring the provider with a trait. */
struct bringers {
    size_t *classes; /* places of constraints */
    size_t count;
    size_t traits; /* kept sets of required traits */
    size_t tries;  /* that are left */
};

static struct bringers find_bringers(const struct relaxation *relaxation, const bool *kept)
{
    const struct constraint_list *constraints = relaxation->constraints;
    struct bringers found = {
        .classes = arena_array(relaxation->inquiry->arena, constraints->count, sizeof(size_t)),
        .tries = BRINGERS_TRIED,
    };
    size_t classes = 0;
    for (size_t i = 0; i < constraints->count; i++) {
        const struct constraint *constraint = &constraints->items[i];
        if (relaxation->inquiry->query.groups[constraint->group].granular)
            continue;
        classes += kept[i] && constraint->kind == CONSTRAINT_RESOURCE;
        found.traits += kept[i] && constraint->kind == CONSTRAINT_REQUIRED;
        if (!kept[i] && constraint->kind == CONSTRAINT_RESOURCE)
            found.classes[found.count++] = i;
    }
    if (classes == 0 || found.traits == 0)
        found.count = 0;
    return found;
}

/* Searches with a number of the bringers beside what is kept, from a place on: for one tree, or
   with found (not NULL) for all. */
static enum search_step match_brought(const struct relaxation *relaxation, bool *kept,
                                      struct bringers *bringers, size_t more, size_t from,
                                      bool *found)
{
    enum search_step any = SEARCH_END;
    if (more == 0)
        return bringers->tries-- == 0 ? SEARCH_LATE : match(relaxation, kept, false, found);
    for (size_t i = from; i + more <= bringers->count; i++) {
        kept[bringers->classes[i]] = true;
        enum search_step step = match_brought(relaxation, kept, bringers, more - 1, i + 1, found);
        kept[bringers->classes[i]] = false;
        if (step == SEARCH_LATE || (step == SEARCH_FOUND && found == NULL))
            return step;
        if (step == SEARCH_FOUND)
            any = step;
    }
    return any;
}

/* The same with any number of the bringers. */
static enum search_step match_all(const struct relaxation *relaxation, const bool *kept,
                                  struct bringers *bringers, bool *found)
{
    size_t count = relaxation->constraints->count;
    bool *brought = arena_array(relaxation->inquiry->arena, count, sizeof(*brought));
    enum search_step any = SEARCH_END;
    memcpy(brought, kept, count * sizeof(*brought));
    for (size_t more = 0; more <= bringers->count && more <= bringers->traits; more++) {
        enum search_step step = match_brought(relaxation, brought, bringers, more, 0, found);
        if (step == SEARCH_LATE || (step == SEARCH_FOUND && found == NULL))
            return step;
        if (step == SEARCH_FOUND)
            any = step;
    }
    return any;
}

enum search_step relaxation_match(const struct relaxation *relaxation, const bool *kept)
{
    struct arena *arena = relaxation->inquiry->arena;
    struct arena_mark mark = arena_mark(arena);
    enum search_step step = match(relaxation, kept, true, NULL);
    struct bringers bringers = find_bringers(relaxation, kept);
    if (step == SEARCH_FOUND && bringers.count > 0)
        step = match_all(relaxation, kept, &bringers, NULL);
    arena_rewind(arena, &mark);
    return step;
}

enum search_step relaxation_find(const struct relaxation *relaxation, const bool *kept, bool *found)
{
    struct arena *arena = relaxation->inquiry->arena;
    struct arena_mark mark = arena_mark(arena);
    struct bringers bringers = find_bringers(relaxation, kept);
    enum search_step step = bringers.count > 0 ? match_all(relaxation, kept, &bringers, found)
                                               : match(relaxation, kept, true, found);
    arena_rewind(arena, &mark);
    return step;
}

/* Shows the candidate that a search has found. Returns whether another is wanted. */
static bool show(const struct weakening *weakening, const struct search *search,
                 struct relaxed_choice *choices, candidate_visitor visit, void *subject)
{
    const uint32_t *choice = search_choice(search);
    for (size_t i = 0; i < search->space.slot_count; i++) {
        const struct search_slot *slot = &search->space.slots[i];
        choices[i] = (struct relaxed_choice){
            .group = weakening->origins[slot->group],
            .class_id = slot->granular ? -1 : slot->demands[0].class_id,
            .provider = choice[i],
        };
    }
    return visit(subject, choices, search->space.slot_count);
}

enum search_step relaxation_visit(const struct relaxation *relaxation, const bool *kept,
                                  uint32_t root, candidate_visitor visit, void *subject)
{
    const struct inquiry *inquiry = relaxation->inquiry;
    struct weakening weakening;
    struct search search;
    uint32_t place = 0;
    if (!budget_spend(inquiry->budget, relaxation->work))
        return SEARCH_LATE;
    weakening_make(&weakening, relaxation, kept, true);
    search_begin(&search, inquiry->arena, &relaxation->marked.world, &weakening.query,
                 inquiry->budget);
    while (place < search.space.anchor_count && search.space.anchors[place] != root)
        place++;
    if (weakening.query.group_count == 0 || place == search.space.anchor_count)
        return budget_is_over(inquiry->budget) ? SEARCH_LATE : SEARCH_END;
    struct search_walk walk = search_walk_from(&search, inquiry->arena, place);
    struct relaxed_choice *choices =
        arena_array(inquiry->arena, search.space.slot_count, sizeof(*choices));
    enum search_step step;
    while ((step = search_next(&search, &walk)) == SEARCH_FOUND)
        if (!show(&weakening, &search, choices, visit, subject))
            return SEARCH_FOUND;
    return step;
}

/* Filters between groups. */

static size_t count_granular(const struct search_query *query)
{
    size_t count = 0;
    for (size_t i = 0; i < query->group_count; i++)
        count += query->groups[i].granular;
    return count;
}

static bool unsuffixed_has_traits(const struct search_query *query)
{
    for (size_t i = 0; i < query->group_count; i++)
        if (!query->groups[i].granular && query->groups[i].traits.required_count > 0)
            return true;
    return false;
}

/* Returns whether two groups ask for one class. */
static bool demands_meet(const struct inquiry *inquiry)
{
    const struct search_query *query = &inquiry->query;
    size_t count = 0, all = 0;
    for (size_t i = 0; i < query->group_count; i++)
        all += query->groups[i].demand_count;
    int64_t *ids = arena_array(inquiry->arena, all, sizeof(*ids));
    for (size_t i = 0; i < query->group_count; i++)
        for (size_t j = 0; j < query->groups[i].demand_count; j++)
            ids[count++] = query->groups[i].demands[j].class_id;
    return sort_unique(ids, count, sizeof(*ids), int64_compare) < all;
}

bool relaxation_applies(const struct relaxation *relaxation, enum explain_filter filter)
{
    const struct search_query *query = &relaxation->inquiry->query;
    switch (filter) {
    case FILTER_SHARING:
        return true;
    case FILTER_ROOT_REQUIRED:
        return query->root_traits.required_count > 0 || query->root_traits.forbidden != NULL;
    case FILTER_TRAITS_TOGETHER:
        return unsuffixed_has_traits(query);
    case FILTER_COMBINED_CAPACITY:
        return demands_meet(relaxation->inquiry);
    case FILTER_GROUP_POLICY:
        return query->isolate && count_granular(query) > 1;
    case FILTER_SAME_SUBTREE:
        return query->subtree_count > 0;
    case FILTER_ONE_OF_TREE:
        return query->one_of_tree;
    default:
        return false;
    }
}

/* Makes a group as it is alone: granular ones only by the trait that says that a provider satisfies
   it, and perhaps with what they take. */
static void make_alone(struct weakening *weakening, size_t number, enum explain_filter last)
{
    const struct relaxation *relaxation = weakening->relaxation;
    const struct search_group *whole = &relaxation->inquiry->query.groups[number];
    struct search_group *group = &weakening->groups[number];
    if (whole->granular) {
        require(&group->traits, marked_bit(&relaxation->marked, relaxation->marked.fits[number]));
        if (last < FILTER_COMBINED_CAPACITY)
            return;
    }
    group->demands = whole->demands;
    group->demand_count = whole->demand_count;
    if (whole->granular)
        return;
    group->in_tree = whole->in_tree;
    group->aggregates = whole->aggregates;
    if (whole->traits.forbidden != NULL)
        group->traits.forbidden = marked_set(&relaxation->marked, whole->traits.forbidden);
    for (size_t i = 0; last >= FILTER_TRAITS_TOGETHER && i < whole->traits.required_count; i++)
        require(&group->traits, marked_set(&relaxation->marked, whole->traits.required[i]));
}

enum search_step relaxation_trees(const struct relaxation *relaxation, enum explain_filter last,
                                  bool first, uint32_t *trees, bool *found)
{
    const struct search_query *whole = &relaxation->inquiry->query;
    struct arena *arena = relaxation->inquiry->arena;
    struct arena_mark mark = arena_mark(arena);
    struct weakening weakening;
    if (!budget_spend(relaxation->inquiry->budget, relaxation->work))
        return SEARCH_LATE;
    weakening_begin(&weakening, relaxation);
    for (size_t i = 0; i < whole->group_count; i++)
        make_alone(&weakening, i, last);
    for (size_t i = 0; i < relaxation->constraints->count; i++) {
        enum constraint_kind kind = relaxation->constraints->items[i].kind;
        bool root = kind == CONSTRAINT_ROOT_REQUIRED || kind == CONSTRAINT_ROOT_FORBIDDEN;
        if ((root && last >= FILTER_ROOT_REQUIRED) ||
            (kind == CONSTRAINT_GROUP_POLICY && last >= FILTER_GROUP_POLICY) ||
            (kind == CONSTRAINT_SAME_SUBTREE && last >= FILTER_SAME_SUBTREE) ||
            (kind == CONSTRAINT_ONE_OF_TREE && last >= FILTER_ONE_OF_TREE))
            keep(&weakening, i);
    }
    number_groups(&weakening);
    enum search_step step = count_trees(relaxation, &weakening.query, first, trees, found);
    arena_rewind(arena, &mark);
    return step;
}
