/*
 * Gathers names, and refuses names that do not exist.
 */
#include <config.h>

#include "placement/candidates/resolve.h"

#include <string.h>

#include "base/sorted.h"
#include "base/text.h"
#include "placement/candidates/search.h"

static const char sharing_trait[] = "MISC_SHARES_VIA_AGGREGATE";

/* Vocabularies. */

static void vocabulary_sort(struct vocabulary *vocabulary, struct arena *arena)
{
    vocabulary->count =
        sort_unique(vocabulary->names, vocabulary->count, sizeof(*vocabulary->names), text_compare);
    vocabulary->ids = arena_array(arena, vocabulary->count, sizeof(*vocabulary->ids));
}

/* Returns the place of a name, which is there. */
static size_t vocabulary_find(const struct vocabulary *vocabulary, const char *name)
{
    const char **found = sorted_find(&name, vocabulary->names, vocabulary->count,
                                     sizeof(*vocabulary->names), text_compare);
    return (size_t)(found - vocabulary->names);
}

static int64_t vocabulary_id(const struct vocabulary *vocabulary, const char *name)
{
    return vocabulary->ids[vocabulary_find(vocabulary, name)];
}

static size_t membership_size(const struct membership *membership)
{
    size_t size = membership->forbidden.count;
    for (size_t i = 0; i < membership->required_count; i++)
        size += membership->required[i].count;
    return size;
}

static void vocabulary_add_set(struct vocabulary *vocabulary, const struct name_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        vocabulary->names[vocabulary->count++] = set->names[i];
}

static void vocabulary_add(struct vocabulary *vocabulary, const struct membership *membership)
{
    for (size_t i = 0; i < membership->required_count; i++)
        vocabulary_add_set(vocabulary, &membership->required[i]);
    vocabulary_add_set(vocabulary, &membership->forbidden);
}

static void gather_names(struct resolution *resolution)
{
    const struct candidate_request *request = resolution->request;
    struct arena *arena = resolution->context->arena;
    size_t classes = 0, traits = 1 + membership_size(&request->root_traits), aggregates = 0;
    for (size_t i = 0; i < request->group_count; i++) {
        classes += request->groups[i].resources.count;
        traits += membership_size(&request->groups[i].traits);
        aggregates += membership_size(&request->groups[i].aggregates);
    }
    resolution->names.classes.names = arena_array(arena, classes, sizeof(char *));
    resolution->names.traits.names = arena_array(arena, traits, sizeof(char *));
    resolution->names.aggregates.names = arena_array(arena, aggregates, sizeof(char *));
    resolution->names.traits.names[resolution->names.traits.count++] = sharing_trait;
    vocabulary_add(&resolution->names.traits, &request->root_traits);
    for (size_t i = 0; i < request->group_count; i++) {
        const struct request_group *group = &request->groups[i];
        for (size_t j = 0; j < group->resources.count; j++)
            resolution->names.classes.names[resolution->names.classes.count++] =
                group->resources.items[j].class_name;
        vocabulary_add(&resolution->names.traits, &group->traits);
        vocabulary_add(&resolution->names.aggregates, &group->aggregates);
    }
    vocabulary_sort(&resolution->names.classes, arena);
    vocabulary_sort(&resolution->names.traits, arena);
    vocabulary_sort(&resolution->names.aggregates, arena);
}

void resolution_begin(struct resolution *resolution, struct context *context,
                      const struct candidate_request *request)
{
    *resolution = (struct resolution){.context = context, .request = request};
    gather_names(resolution);
    resolution->names.sharing_trait = vocabulary_find(&resolution->names.traits, sharing_trait);
}

/* The query. */

static uint64_t *set_bits(struct arena *arena, const struct vocabulary *vocabulary,
                          const struct name_set *set, size_t words)
{
    uint64_t *bits = arena_array(arena, words, sizeof(*bits));
    for (size_t i = 0; i < set->count; i++) {
        size_t place = vocabulary_find(vocabulary, set->names[i]);
        size_t number = vocabulary->numbers != NULL ? vocabulary->numbers[place] : place;
        if (number != SIZE_MAX)
            bits_add(bits, number);
    }
    return bits;
}

static void make_membership(struct arena *arena, const struct vocabulary *vocabulary,
                            const struct membership *asked, size_t words,
                            struct search_membership *membership)
{
    *membership = (struct search_membership){
        .required = arena_array(arena, asked->required_count, sizeof(uint64_t *)),
        .required_count = asked->required_count,
    };
    for (size_t i = 0; i < asked->required_count; i++)
        membership->required[i] = set_bits(arena, vocabulary, &asked->required[i], words);
    if (asked->forbidden.count > 0)
        membership->forbidden = set_bits(arena, vocabulary, &asked->forbidden, words);
}

/* Fails if a name of the set does not exist. */
static enum outcome check_traits(const struct resolution *resolution, const struct name_set *set)
{
    struct text_builder missing = text_begin(resolution->context->arena);
    for (size_t i = 0; i < set->count; i++)
        if (vocabulary_id(&resolution->names.traits, set->names[i]) < 0)
            text_add_item(&missing, ", ", set->names[i]);
    if (missing.text == NULL)
        return OUTCOME_OK;
    return context_fail(resolution->context, OUTCOME_TRAIT_NOT_FOUND, "No such trait(s): %s.",
                        text_end(&missing));
}

/* Checks the required traits, then the forbidden ones. apart: each required set is checked alone
   first, so that the message names only its traits. */
static enum outcome check_membership(const struct resolution *resolution,
                                     const struct membership *membership, bool apart)
{
    struct name_set all = {.names = arena_array(resolution->context->arena,
                                                membership_size(membership), sizeof(char *))};
    for (size_t i = 0; i < membership->required_count; i++) {
        if (apart)
            TRY(check_traits(resolution, &membership->required[i]));
        for (size_t j = 0; j < membership->required[i].count; j++)
            all.names[all.count++] = membership->required[i].names[j];
    }
    TRY(check_traits(resolution, &all));
    return check_traits(resolution, &membership->forbidden);
}

/* Returns whether a provider is a member of the required aggregates. */
static bool some_provider(const struct world *world, const struct search_membership *aggregates,
                          struct budget *budget)
{
    size_t work = 1 + aggregates->required_count * world->aggregate_words;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(budget, work); i++)
        if (membership_requires(aggregates, world_aggregates(world, i), world->aggregate_words))
            return true;
    return false;
}

static bool asks_anything(const struct membership *membership)
{
    return membership->required_count > 0 || membership->forbidden.count > 0;
}

static bool some_root(const struct world *world, const struct search_membership *traits)
{
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (world->providers[i].root == i &&
            membership_holds(traits, world_traits(world, i), world->trait_words))
            return true;
    return false;
}

/* The root of each tree that a group names. */
struct trees {
    const char **uuids; /* sorted, each once */
    uint32_t *roots;    /* WORLD_NONE: there is no such tree */
    size_t count;
};

static const char **trees_find(const struct trees *trees, const char *uuid)
{
    return sorted_find(&uuid, trees->uuids, trees->count, sizeof(*trees->uuids), text_case_compare);
}

static struct trees find_trees(const struct resolution *resolution, const struct world *world,
                               struct budget *budget)
{
    const struct candidate_request *request = resolution->request;
    struct arena *arena = resolution->context->arena;
    struct trees trees = {.uuids = arena_array(arena, request->group_count, sizeof(char *))};
    for (size_t i = 0; i < request->group_count; i++)
        if (request->groups[i].in_tree != NULL)
            trees.uuids[trees.count++] = request->groups[i].in_tree;
    trees.count = sort_unique(trees.uuids, trees.count, sizeof(*trees.uuids), text_case_compare);
    trees.roots = arena_array(arena, trees.count, sizeof(*trees.roots));
    for (size_t i = 0; i < trees.count; i++)
        trees.roots[i] = WORLD_NONE;
    for (uint32_t i = 0; trees.count > 0 && i < world->provider_count; i++) {
        const char **found = trees_find(&trees, world->providers[i].uuid);
        if (found != NULL && trees.roots[found - trees.uuids] == WORLD_NONE)
            trees.roots[found - trees.uuids] = world->providers[i].root;
        if (!budget_spend(budget, 32))
            break;
    }
    return trees;
}

/* Makes one group, without checks. */
static void make_group(const struct resolution *resolution, const struct world *world,
                       const struct trees *trees, const struct request_group *asked,
                       struct search_group *group)
{
    struct arena *arena = resolution->context->arena;
    struct search_demand *demands = arena_array(arena, asked->resources.count, sizeof(*demands));
    *group = (struct search_group){
        .granular = *asked->suffix != '\0',
        .demands = demands,
        .demand_count = asked->resources.count,
        .in_tree = asked->in_tree != NULL,
    };
    for (size_t i = 0; i < asked->resources.count; i++) {
        const struct resource_amount *item = &asked->resources.items[i];
        demands[i].class_id = vocabulary_id(&resolution->names.classes, item->class_name);
        demands[i].amount = item->amount;
    }
    make_membership(arena, &resolution->names.aggregates, &asked->aggregates,
                    world->aggregate_words, &group->aggregates);
    make_membership(arena, &resolution->names.traits, &asked->traits, world->trait_words,
                    &group->traits);
    if (asked->in_tree != NULL)
        group->tree = trees->roots[trees_find(trees, asked->in_tree) - trees->uuids];
}

/* Checks one group in upstream's order. */
static enum outcome check_group(const struct resolution *resolution, const struct world *world,
                                struct budget *budget, const struct request_group *asked,
                                const struct search_group *group, bool *hopeless)
{
    for (size_t i = 0; i < group->demand_count; i++)
        if (group->demands[i].class_id < 0)
            return context_fail(resolution->context, OUTCOME_CLASS_NOT_FOUND,
                                "No such resource class %s.", asked->resources.items[i].class_name);
    if (group->aggregates.required_count > 0 && !some_provider(world, &group->aggregates, budget)) {
        *hopeless = true;
        return OUTCOME_OK;
    }
    TRY(check_membership(resolution, &asked->traits, true));
    *hopeless = group->in_tree && group->tree == WORLD_NONE;
    return OUTCOME_OK;
}

static size_t group_number(const struct candidate_request *request, const char *suffix)
{
    size_t i = 0;
    while (i < request->group_count && strcmp(request->groups[i].suffix, suffix) != 0)
        i++;
    return i;
}

static void make_subtrees(const struct resolution *resolution, struct search_query *query)
{
    const struct candidate_request *request = resolution->request;
    struct arena *arena = resolution->context->arena;
    struct search_subtree *subtrees = arena_array(arena, request->subtree_count, sizeof(*subtrees));
    for (size_t i = 0; i < request->subtree_count; i++) {
        const struct name_set *suffixes = &request->subtrees[i];
        size_t *groups = arena_array(arena, suffixes->count, sizeof(*groups));
        for (size_t j = 0; j < suffixes->count; j++)
            groups[j] = group_number(request, suffixes->names[j]);
        subtrees[i] = (struct search_subtree){groups, suffixes->count};
    }
    query->subtrees = subtrees;
    query->subtree_count = request->subtree_count;
}

/* Begins a query, which has no groups yet. */
static struct search_query begin_query(const struct resolution *resolution,
                                       const struct world *world)
{
    const struct candidate_request *request = resolution->request;
    struct search_query query = {.group_count = request->group_count,
                                 .isolate = request->isolate,
                                 .one_of_tree = request->one_of_tree};
    make_membership(resolution->context->arena, &resolution->names.traits, &request->root_traits,
                    world->trait_words, &query.root_traits);
    make_subtrees(resolution, &query);
    return query;
}

enum outcome resolution_query(struct resolution *resolution, const struct world *world,
                              struct budget *budget, struct search_query *query, bool *hopeless)
{
    const struct candidate_request *request = resolution->request;
    struct arena *arena = resolution->context->arena;
    struct search_group *groups = arena_array(arena, request->group_count, sizeof(*groups));
    *query = begin_query(resolution, world);
    query->groups = groups;
    *hopeless = false;
    TRY(check_membership(resolution, &request->root_traits, false));
    *hopeless = asks_anything(&request->root_traits) && !some_root(world, &query->root_traits);
    struct trees trees = find_trees(resolution, world, budget);
    for (size_t i = 0; !*hopeless && i < request->group_count; i++) {
        make_group(resolution, world, &trees, &request->groups[i], &groups[i]);
        enum outcome outcome =
            check_group(resolution, world, budget, &request->groups[i], &groups[i], hopeless);
        if (budget_is_over(budget))
            return OUTCOME_TOO_LONG;
        if (outcome == OUTCOME_OK)
            continue;
        enum search_step step = search_groups_match(arena, world, query, i, budget);
        if (step == SEARCH_LATE)
            return OUTCOME_TOO_LONG;
        if (step == SEARCH_FOUND)
            return outcome;
        *hopeless = true;
        resolution->context->failure = (struct failure){OUTCOME_OK, NULL};
    }
    return OUTCOME_OK;
}

void resolution_query_unchecked(const struct resolution *resolution, const struct world *world,
                                struct budget *budget, struct search_query *query)
{
    const struct candidate_request *request = resolution->request;
    struct search_group *groups =
        arena_array(resolution->context->arena, request->group_count, sizeof(*groups));
    *query = begin_query(resolution, world);
    query->groups = groups;
    struct trees trees = find_trees(resolution, world, budget);
    for (size_t i = 0; i < request->group_count; i++)
        make_group(resolution, world, &trees, &request->groups[i], &groups[i]);
}
