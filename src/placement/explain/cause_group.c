/*
 * Puts into words why no provider, or no tree, has all that the set asks of one group.
 */
#include <config.h>

#include <string.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/weight.h"

enum {
    TOLD_MOST = 3,      /* of the nearest misses, the number that is told */
    MEMBERS_TOLD = 2,   /* of those that are not in all aggregates, the number that is told */
    MISSES_WIDTH = 220, /* of the first miss with others */
};

/* Returns whether the set can only be about one provider: it belongs to a granular group, or to one
   class of the unsuffixed group. */
static bool is_of_provider(const struct telling *telling, const size_t *groups, size_t count)
{
    size_t resources = 0;
    if (count != 1)
        return false;
    if (telling->inquiry->query.groups[groups[0]].granular)
        return true;
    for (size_t i = 0; i < telling->size; i++)
        resources += telling_item(telling, i)->kind == CONSTRAINT_RESOURCE;
    return resources == 1 && !telling_has(telling, CONSTRAINT_REQUIRED);
}

/* Those of which some are told. */
struct told_misses {
    struct near_misses misses;
    bool told[TOLD_MOST];
};

/* Returns whether a miss lacks something that only its root has, of a group with a suffix. */
static bool is_below(const struct sought *sought, const struct near_miss *miss)
{
    for (size_t i = 0; i < miss->fault_count; i++)
        if (fault_is_met_by_root(sought, &miss->faults[i]))
            return true;
    return false;
}

static bool lacks_amount(const struct near_miss *miss)
{
    for (size_t i = 0; i < miss->fault_count; i++)
        if (miss->faults[i].kind < INVENTORY_FAULTS && miss->faults[i].kind != FAULT_CLASS)
            return true;
    return false;
}

/* Finds what is sought. Those are told that have the rarest thing, with `some` only if they have
   anything at all, and are not left out by the rest of the request if the nearest is not. Beside
   one that lacks what only its root has, others that just lack it say nothing. */
static struct told_misses told_find(const struct telling *telling, const struct sought *sought,
                                    bool some)
{
    const struct world_provider *providers = telling->explanation->world->providers;
    struct told_misses told = {.misses = near_misses_find(sought, telling->roots)};
    bool hosts = false;
    near_misses_fold(&told.misses);
    near_misses_fold_shared(&told.misses, telling->explanation->world, telling->inquiry->lacks);
    const struct near_miss *first = &told.misses.items[0];
    bool below = told.misses.count > 0 && is_below(sought, first);
    for (size_t i = 0; i < told.misses.count && i < TOLD_MOST; i++) {
        const struct near_miss *miss = &told.misses.items[i];
        told.told[i] = miss->rarest == first->rarest && (!miss->left_out || !first->good) &&
                       (!some || miss->rarest < UINT32_MAX) && miss->place == first->place &&
                       (!below || is_below(sought, miss) || lacks_amount(miss));
        hosts = hosts || (told.told[i] && !providers[miss->provider].shares);
    }
    for (size_t i = 0; i < told.misses.count && i < TOLD_MOST && hosts; i++)
        told.told[i] = told.told[i] && !providers[told.misses.items[i].provider].shares;
    return told;
}

/* Returns the provider that is told first; WORLD_NONE: there is none. */
static uint32_t first_told(const struct told_misses *told)
{
    for (size_t i = 0; i < TOLD_MOST; i++)
        if (told->told[i])
            return told->misses.items[i].provider;
    return WORLD_NONE;
}

/* Tells of the nearest of the trees that are told of what the pool lacks that it sees, if that is
   less than what the first of the misses lacks (WORLD_NONE: there is none): rather of one that has
   all else. */
static const char *tell_pool(const struct telling *telling, const struct sought *sought,
                             size_t group, uint32_t first)
{
    const struct explanation *explanation = telling->explanation;
    uint32_t providers = explanation->world->provider_count;
    struct near_miss pool;
    if (telling->roots == NULL || !sought->group.granular || explanation->world->sharing_count == 0)
        return "";
    const bool *rest = cause_has_rest(telling, group);
    bool *among = arena_array(telling->arena, providers, sizeof(*among));
    for (uint32_t i = 0; i < providers; i++)
        among[i] = rest[i] && telling->roots[i];
    if (!cause_nearest_pool(sought, among, &pool) &&
        !cause_nearest_pool(sought, telling->roots, &pool))
        return "";
    if (first != WORLD_NONE &&
        weight_of_provider(sought, pool.faults[0].on) >= weight_of_provider(sought, first))
        return "";
    telling_name(telling, &pool);
    return cause_miss_words(telling, group, &pool);
}

/* Returns what the set asks of the group without suffix, and all its amounts: without these nothing
   is lacking that could be told. */
static struct sought sought_with_classes(const struct telling *telling, size_t group)
{
    const struct constraint_list *constraints = &telling->explanation->constraints;
    size_t *set = arena_array(telling->arena, constraints->count, sizeof(*set)), size = 0;
    for (size_t i = 0; i < telling->size; i++)
        set[size++] = telling->set[i];
    for (size_t i = 0; i < constraints->count; i++)
        if (constraints->items[i].kind == CONSTRAINT_RESOURCE &&
            constraints->items[i].group == group)
            set[size++] = i;
    return sought_of_constraints(telling->inquiry, telling->explanation->names, constraints, set,
                                 size, group);
}

/* Returns whether a miss is in one of several aggregates. others: it may lack something else, too.
 */
static bool is_member(const struct near_miss *miss, size_t aggregates, bool others)
{
    size_t missing = 0, forbidden = 0;
    for (size_t i = 0; i < miss->fault_count; i++) {
        missing += miss->faults[i].kind == FAULT_AGGREGATE;
        forbidden += miss->faults[i].kind == FAULT_FORBIDDEN_AGGREGATE;
    }
    return missing < aggregates && missing + forbidden > 0 &&
           (others || missing + forbidden == miss->fault_count);
}

/* Tells of trees in one of the aggregates that the set asks for, and not in the others. sought:
   what it asks of the group without suffix, no classes or traits. */
static const char *tell_members(const struct telling *telling, const struct sought *sought,
                                size_t group)
{
    const struct explanation *explanation = telling->explanation;
    struct text_builder text = text_begin(telling->arena);
    struct sought whole = sought_with_classes(telling, group);
    size_t told = 0;
    if (telling->roots != NULL || sought->group.granular || sought->group.demand_count > 0 ||
        sought->group.traits.required_count > 0 || sought->group.aggregates.required_count == 0)
        return "";
    whole.inquiry = sought->inquiry;
    struct near_misses misses = near_misses_find(&whole, NULL);
    near_misses_fold(&misses);
    for (size_t i = 0; i < 2 * misses.count && told < MEMBERS_TOLD; i++) {
        bool others = i >= misses.count;
        const struct near_miss *miss = &misses.items[others ? i - misses.count : i];
        if (!is_member(miss, sought->group.aggregates.required_count, others))
            continue;
        if (others && told > 0)
            break;
        told++;
        telling_name(telling, miss);
        text_add_item(
            &text, "; ",
            near_miss_words(telling->arena, explanation->world, explanation->names, miss));
    }
    return text_end(&text);
}

static bool is_first(const struct telling *telling)
{
    return telling->set == telling->explanation->impossible.sets[0];
}

/* Returns the words for the first miss that is told, with what else leaves it out. also: that is
   told of the request, too. */
static const char *words_of_first(const struct telling *telling, const struct sought *sought,
                                  size_t group, const struct near_miss *miss, bool also)
{
    const char *words = cause_miss_words(telling, group, miss);
    const char *more =
        also && is_first(telling) ? cause_of_also(telling, group, miss->provider) : "";
    if (!telling_is_wide(telling, strlen(words) + strlen(more), MISSES_WIDTH))
        words = arena_printf(telling->arena, "%s%s", words, more);
    return text_with_rest(telling->arena, words, "; ",
                          cause_of_left_out(telling, sought, miss->provider));
}

/* Returns whether the rest of the request leaves out all that have the rarest thing. */
static bool is_left_out(const struct telling *telling, const struct told_misses *told)
{
    return is_first(telling) && told->misses.count > 0 && told->misses.items[0].left_out;
}

const char *cause_of_misses(const struct telling *telling, size_t group, bool some)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    struct sought sought =
        sought_of_constraints(telling->inquiry, explanation->names, &explanation->constraints,
                              telling->set, telling->size, group);
    struct inquiry inquiry = *telling->inquiry;
    struct text_builder text = text_begin(telling->arena);
    inquiry.allowed = cause_allowed(telling, false);
    sought.inquiry = &inquiry;
    const struct told_misses told = told_find(telling, &sought, some);
    const char *example = is_left_out(telling, &told) ? cause_of_example(telling, group) : "";
    if (*example != '\0')
        return example;
    const char *pool = tell_pool(telling, &sought, group, first_told(&told));
    if (budget_is_over(telling->inquiry->budget))
        return "";
    if (*pool != '\0')
        text_add(&text, pool);
    for (size_t i = 0; i < TOLD_MOST; i++) {
        const struct near_miss *miss = &told.misses.items[i];
        if (!told.told[i] || (*pool != '\0' && !near_miss_is_amounts(miss)))
            continue;
        const char *words = text.length > 0
                                ? near_miss_words(telling->arena, world, explanation->names, miss)
                                : words_of_first(telling, &sought, group, miss, i == 0 && !some);
        if (text.length > 0 && telling_is_wide(telling, text.length + strlen(words), MISSES_WIDTH))
            break;
        telling_name(telling, miss);
        text_add_item(&text, "; ", words);
    }
    if (text.length == 0 && telling->roots == NULL &&
        explanation->filter == FILTER_TRAITS_TOGETHER &&
        explanation->misses.count > 0) /* only the choice of providers is in the way */
        text_add(&text, near_miss_words(telling->arena, world, explanation->names,
                                        &explanation->misses.items[0]));
    return text.length > 0 ? text_end(&text) : tell_members(telling, &sought, group);
}

/* Returns the providers that are what a negative constraint forbids, or whose roots are. */
static uint32_t who_is_forbidden(const struct telling *telling, const struct constraint *negative,
                                 uint32_t provider)
{
    const struct world *world = telling->explanation->world;
    const struct search_group *forbidden = &telling->inquiry->forbidden.groups[negative->group];
    if (negative->kind == CONSTRAINT_NOT_MEMBER_OF &&
        !bits_meet(forbidden->aggregates.required[negative->index],
                   world_aggregates(world, provider), world->aggregate_words))
        return world->providers[provider].root;
    return provider;
}

/* Finds the providers that have what is sought, and what else they lack; the root of others is
   WORLD_NONE. */
static void find_rests(const struct telling *telling, const struct sought *positive,
                       struct lack_rest *rests)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    const struct sought whole =
        sought_of_group(telling->inquiry, explanation->names, positive->number);
    struct faults faults = {.sought = positive}, of_whole = {.sought = &whole};
    bool one = positive->group.granular || telling_is_flat(telling);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        uint32_t root = world->providers[i].root;
        rests[i] = (struct lack_rest){.group = positive->number, .root = WORLD_NONE};
        if (root == WORLD_NONE || !budget_spend(telling->inquiry->budget, 48))
            continue;
        faults.count = of_whole.count = 0;
        if (one)
            faults_of_provider(&faults, i);
        else
            faults_of_slot(&faults, 0, i, root);
        if (faults.count > 0)
            continue;
        rests[i].root = root;
        if (positive->group.granular)
            faults_of_provider(&of_whole, i);
        rests[i].bits = faults_bits(&of_whole, 0);
        if (!positive->group.granular && telling->inquiry->lacks != NULL)
            rests[i].bits = telling->inquiry->lacks->groups[positive->number][root].bits;
    }
}

/* Returns the providers with what is forbidden and all else of the set: " (host-1, and 12 more)".
   Those that nothing else in the request leaves out come first, and of these one that lacks fewest
   other things; those are counted that lack nothing that it does not lack, too. positive: what else
   is sought. */
static const char *those_forbidden(const struct telling *telling, const struct constraint *negative,
                                   const struct sought *positive)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    const bool *allowed = cause_allowed(telling, false);
    struct lack_rest *rests = arena_array(telling->arena, world->provider_count, sizeof(*rests));
    uint32_t first = WORLD_NONE, fewest = 0, more = 0;
    bool good = false;
    find_rests(telling, positive, rests);
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 8);
         i++) {
        if (rests[i].root == WORLD_NONE)
            continue;
        bool allows = allowed == NULL || allowed[world->providers[i].root];
        uint32_t lacks = lacks_count(telling->inquiry->lacks, &rests[i]);
        if (first != WORLD_NONE && (allows != good ? good : lacks >= fewest))
            continue;
        first = i;
        fewest = lacks;
        good = allows;
    }
    if (first == WORLD_NONE || budget_is_over(telling->inquiry->budget))
        return "";
    for (uint32_t i = 0; i < world->provider_count; i++)
        more += i != first && rests[i].root != WORLD_NONE &&
                lacks_within(telling->inquiry->lacks, &rests[i], &rests[first]);
    const char *name =
        provider_label(world, explanation->names, who_is_forbidden(telling, negative, first));
    return arena_printf(telling->arena, " (%s%s)", name, more_words(telling->arena, more));
}

/* Returns what the nearest lack that do not have what is forbidden, only amounts; or "". */
static const char *those_without(const struct telling *telling, size_t group)
{
    const struct explanation *explanation = telling->explanation;
    struct sought sought =
        sought_of_constraints(telling->inquiry, explanation->names, &explanation->constraints,
                              telling->set, telling->size, group);
    struct inquiry inquiry = *telling->inquiry;
    inquiry.allowed = cause_allowed(telling, false);
    sought.inquiry = &inquiry;
    const struct near_misses misses = near_misses_find(&sought, telling->roots);
    for (size_t i = 0; i < misses.count && !budget_is_over(telling->inquiry->budget); i++) {
        const struct near_miss *miss = &misses.items[i];
        if (!near_miss_is_amounts(miss) || miss->left_out)
            continue;
        telling_name(telling, miss);
        return near_miss_words(telling->arena, explanation->world, explanation->names, miss);
    }
    return "";
}

/* Tells that all that has the rest of the set has what the only negative constraint forbids.
   Returns NULL if there are more, or none, of these. */
static const char *tell_forbidden(const struct telling *telling)
{
    const struct explanation *explanation = telling->explanation;
    const struct constraint *negative = NULL;
    size_t *rest = arena_array(telling->arena, telling->size, sizeof(*rest)), count = 0;
    for (size_t i = 0; i < telling->size; i++) {
        if (!constraint_is_negative(telling_item(telling, i)))
            rest[count++] = telling->set[i];
        else
            negative = telling_item(telling, i);
    }
    if (count + 1 != telling->size || count == 0)
        return NULL;
    struct telling positive = *telling;
    positive.set = rest;
    positive.size = count;
    const struct sought sought =
        sought_of_constraints(telling->inquiry, explanation->names, &explanation->constraints, rest,
                              count, negative->group);
    const struct request_group *group = telling_group(telling, negative);
    const char *that = predicates(&positive, NULL),
               *those = those_forbidden(telling, negative, &sought);
    const char *told =
        negative->kind == CONSTRAINT_FORBIDDEN
            ? arena_printf(telling->arena, "every provider that %s has the forbidden trait %s%s",
                           that, group->traits.forbidden.names[negative->index], those)
            : arena_printf(
                  telling->arena, "every provider that %s is in the forbidden aggregate %s%s%s",
                  that, group->aggregates.forbidden.names[negative->index],
                  *group->suffix != '\0' || telling_is_flat(telling) ? "" : ", or its root is",
                  those);
    return text_with_rest(telling->arena, told, "; ", those_without(telling, negative->group));
}

const char *cause_of_misses_of_tree(const struct telling *telling, size_t group)
{
    const struct constraint *tree = telling_only(telling, CONSTRAINT_IN_TREE);
    struct telling within = *telling;
    uint32_t count = telling->explanation->world->provider_count;
    bool *roots = arena_array(telling->arena, count, sizeof(*roots));
    if (tree == NULL)
        return cause_of_misses(telling, group, false);
    uint32_t root = telling->inquiry->query.groups[tree->group].tree;
    if (root != WORLD_NONE)
        roots[root] = true;
    within.roots = roots;
    return cause_of_misses(&within, group, false);
}

const char *cause_of_sharing_or_less(const struct telling *telling, size_t group)
{
    struct telling within = *telling;
    const char *sharing = cause_of_sharing(telling, &within.roots);
    if (sharing == NULL || within.roots == NULL)
        return sharing;
    const char *misses = cause_of_misses(&within, group, true);
    return *misses == '\0' ? sharing : text_with_rest(telling->arena, misses, "; ", sharing);
}

/* Returns whether no provider has an inventory in the tree that a constraint names, though the set
   asks it for one. */
static bool is_empty_tree(const struct telling *telling, const struct constraint *tree)
{
    const struct world *world = telling->explanation->world;
    uint32_t root = telling->inquiry->query.groups[tree->group].tree;
    if (root == WORLD_NONE || !telling_has(telling, CONSTRAINT_RESOURCE))
        return false;
    const struct world_provider *top = &world->providers[root];
    for (uint32_t place = top->first_below; place < top->end_below; place++)
        if (world->providers[world->in_order[place]].inventory_count > 0)
            return false;
    return true;
}

const char *cause_of_group(const struct telling *telling, const size_t *groups, size_t count)
{
    bool provider = is_of_provider(telling, groups, count) || telling_is_flat(telling);
    const char *forbidden = provider ? tell_forbidden(telling) : NULL;
    if (forbidden != NULL)
        return forbidden;
    const struct constraint *tree = telling_only(telling, CONSTRAINT_IN_TREE);
    if (tree != NULL && is_empty_tree(telling, tree))
        return arena_printf(telling->arena, "nothing in the tree of %s (in_tree) " NO_INVENTORY,
                            tree_label(telling, tree));
    if (tree != NULL)
        return text_with_rest(telling->arena,
                              arena_printf(telling->arena, "nothing in the tree of %s %s",
                                           tree_label(telling, tree), predicates(telling, tree)),
                              ": ", cause_of_misses_of_tree(telling, groups[0]));
    const char *told = cause_of_sharing_or_less(telling, groups[0]);
    if (told == NULL)
        told = cause_of_misses(telling, groups[0], false);
    return text_with_rest(telling->arena,
                          arena_printf(telling->arena, "%s %s",
                                       provider ? "no provider" : no_tree(telling),
                                       predicates(telling, NULL)),
                          ": ", told);
}
