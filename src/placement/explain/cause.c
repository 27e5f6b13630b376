/*
 * Puts the smallest impossible set of constraints into words.
 */
#include <config.h>

#include "placement/explain/cause.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"

/* Of several constraints that are impossible alone, and of the nearest misses, the number that is
   told. */
enum { TOLD_MOST = 3 };

/* Returns what a constraint on the root, or on groups together, asks. */
static const char *wide_predicate(const struct telling *telling,
                                  const struct constraint *constraint)
{
    const struct membership *root = &telling->explanation->request->root_traits;
    if (constraint->kind == CONSTRAINT_ROOT_REQUIRED)
        return arena_printf(telling->arena, "whose root has %s",
                            set_words(telling, "trait", &root->required[constraint->index]));
    return arena_printf(telling->arena, "whose root lacks the trait %s",
                        root->forbidden.names[constraint->index]);
}

static bool is_of_root(const struct constraint *constraint)
{
    return constraint->kind == CONSTRAINT_ROOT_REQUIRED ||
           constraint->kind == CONSTRAINT_ROOT_FORBIDDEN;
}

/* Returns whether each tree is one provider, and none shares: then a tree is called a provider. */
static bool is_flat(const struct explanation *explanation)
{
    return explanation->world->sharing_count == 0 &&
           explanation->trees == explanation->world->provider_count;
}

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

static bool is_negative(const struct constraint *constraint)
{
    return constraint->kind == CONSTRAINT_FORBIDDEN || constraint->kind == CONSTRAINT_NOT_MEMBER_OF;
}

/* Returns what those lack that have the rarest thing the set asks of a group, after a colon; or "".
   among: as for near_misses_find(). */
static const char *tell_misses(const struct telling *telling, size_t group, const bool *among)
{
    const struct explanation *explanation = telling->explanation;
    struct sought sought =
        sought_of_constraints(telling->inquiry, explanation->names, &explanation->constraints,
                              telling->set, telling->size, group);
    struct near_misses misses = near_misses_find(&sought, among);
    struct text_builder told = text_begin(telling->arena);
    if (budget_is_over(telling->inquiry->budget))
        return "";
    for (size_t i = 0; i < misses.count && i < TOLD_MOST; i++)
        if (misses.items[i].rarest == misses.items[0].rarest)
            text_add_item(&told, "; ",
                          near_miss_words(telling->arena, explanation->world, explanation->names,
                                          &misses.items[i]));
    if (told.length == 0 && explanation->filter == FILTER_TRAITS_TOGETHER &&
        explanation->misses.count > 0) /* only the choice of providers is in the way */
        text_add(&told, near_miss_words(telling->arena, explanation->world, explanation->names,
                                        &explanation->misses.items[0]));
    return told.length > 0 ? arena_printf(telling->arena, ": %s", text_end(&told)) : "";
}

/* Returns who has only what is forbidden: " (host-1, and 12 more)"; or "". */
static const char *those_forbidden(const struct telling *telling, size_t group)
{
    const struct explanation *explanation = telling->explanation;
    struct sought sought =
        sought_of_constraints(telling->inquiry, explanation->names, &explanation->constraints,
                              telling->set, telling->size, group);
    struct near_misses misses = near_misses_find(&sought, NULL);
    for (size_t i = 0; i < misses.count && !budget_is_over(telling->inquiry->budget); i++) {
        const struct near_miss *miss = &misses.items[i];
        const char *name = provider_label(explanation->world, explanation->names, miss->provider);
        if (strncmp(miss->reason, "has the forbidden", strlen("has the forbidden")) != 0 &&
            strncmp(miss->reason, "is in the forbidden", strlen("is in the forbidden")) != 0)
            continue;
        return miss->more == 0
                   ? arena_printf(telling->arena, " (%s)", name)
                   : arena_printf(telling->arena, " (%s, and %u more)", name, miss->more);
    }
    return "";
}

/* Tells that all that has the rest of the set has what the only negative constraint forbids.
   Returns NULL if there are more, or none, of these. */
static const char *tell_forbidden(const struct telling *telling)
{
    const struct constraint *negative = NULL;
    size_t *rest = arena_array(telling->arena, telling->size, sizeof(*rest)), count = 0;
    for (size_t i = 0; i < telling->size; i++) {
        if (!is_negative(telling_item(telling, i)))
            rest[count++] = telling->set[i];
        else
            negative = telling_item(telling, i);
    }
    if (count + 1 != telling->size || count == 0)
        return NULL;
    struct telling positive = *telling;
    positive.set = rest;
    positive.size = count;
    const struct request_group *group = telling_group(telling, negative);
    const char *that = predicates(&positive, NULL);
    if (negative->kind == CONSTRAINT_FORBIDDEN)
        return arena_printf(telling->arena, "every provider that %s has the forbidden trait %s%s",
                            that, group->traits.forbidden.names[negative->index],
                            those_forbidden(telling, negative->group));
    return arena_printf(telling->arena,
                        "every provider that %s%s is in the forbidden aggregate %s%s", that,
                        *group->suffix != '\0' ? "" : ", or its root,",
                        group->aggregates.forbidden.names[negative->index],
                        those_forbidden(telling, negative->group));
}

static const char *tell_group(const struct telling *telling, const size_t *groups, size_t count)
{
    bool provider = is_of_provider(telling, groups, count) || is_flat(telling->explanation);
    const char *forbidden = provider ? tell_forbidden(telling) : NULL;
    if (forbidden != NULL)
        return forbidden;
    const struct constraint *tree = telling_only(telling, CONSTRAINT_IN_TREE);
    if (tree != NULL)
        return arena_printf(telling->arena, "nothing in the tree of %s %s%s",
                            tree_label(telling, tree), predicates(telling, tree),
                            tell_misses(telling, groups[0], NULL));
    const char *sharing = cause_of_sharing(telling);
    return arena_printf(telling->arena, "%s %s%s%s", provider ? "no provider" : no_tree(telling),
                        predicates(telling, NULL), sharing != NULL ? ": " : "",
                        sharing != NULL ? sharing : tell_misses(telling, groups[0], NULL));
}

/* Returns for each provider whether it is a root as the set asks. */
static const bool *find_roots(const struct telling *telling)
{
    const struct world *world = telling->explanation->world;
    const struct search_membership *required = &telling->inquiry->query.root_traits;
    const struct search_membership *forbidden = &telling->inquiry->forbidden.root_traits;
    bool *roots = arena_array(telling->arena, world->provider_count, sizeof(*roots));
    for (uint32_t i = 0; i < world->provider_count; i++) {
        const uint64_t *own = world_traits(world, i);
        roots[i] = world->providers[i].root == i;
        for (size_t j = 0; j < telling->size && roots[i]; j++) {
            const struct constraint *constraint = telling_item(telling, j);
            if (constraint->kind == CONSTRAINT_ROOT_REQUIRED)
                roots[i] =
                    bits_meet(required->required[constraint->index], own, world->trait_words);
            else if (constraint->kind == CONSTRAINT_ROOT_FORBIDDEN)
                roots[i] =
                    !bits_meet(forbidden->required[constraint->index], own, world->trait_words);
        }
    }
    return roots;
}

/* Counts the roots that are as the set asks but for one constraint: "host-1 lacks A, and 12 more".
   There are some, as the set needs each constraint. */
static const char *roots_without(const struct telling *telling, const struct constraint *constraint,
                                 const char *fault)
{
    const struct explanation *explanation = telling->explanation;
    struct telling rest = *telling;
    size_t *set = arena_array(telling->arena, telling->size, sizeof(*set));
    uint32_t count = 0, first = 0;
    rest.set = set;
    rest.size = 0;
    for (size_t i = 0; i < telling->size; i++)
        if (telling_item(telling, i) != constraint)
            set[rest.size++] = telling->set[i];
    const bool *roots = find_roots(&rest);
    for (uint32_t i = explanation->world->provider_count; i-- > 0;)
        if (roots[i]) {
            count++;
            first = i;
        }
    const char *label = provider_label(explanation->world, explanation->names, first);
    return count > 1 ? arena_printf(telling->arena, "%s%s, and %u more", label, fault, count - 1)
                     : arena_printf(telling->arena, "%s%s", label, fault);
}

/* Tells that no root has several traits, or that those that have them have a forbidden one. Returns
   NULL if more is forbidden. */
static const char *tell_root_traits(const struct telling *telling)
{
    const struct constraint *forbidden = telling_only(telling, CONSTRAINT_ROOT_FORBIDDEN);
    const struct membership *root = &telling->explanation->request->root_traits;
    struct text_builder traits = text_begin(telling->arena);
    struct text_builder those = text_begin(telling->arena);
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *item = telling_item(telling, i);
        const struct name_set *set = &root->required[item->index];
        if (item->kind != CONSTRAINT_ROOT_REQUIRED)
            continue;
        text_add_item(&traits, " and ", set_words(telling, "trait", set));
        if (forbidden == NULL)
            text_add_item(&those, "; ",
                          roots_without(telling, item,
                                        arena_printf(telling->arena, " lacks %s",
                                                     names_joined(set, ", ", telling->arena))));
    }
    if (!telling_has(telling, CONSTRAINT_ROOT_FORBIDDEN))
        return arena_printf(telling->arena, "no root provider has %s (root_required): %s",
                            text_end(&traits), text_end(&those));
    if (forbidden == NULL || traits.length == 0)
        return NULL;
    return arena_printf(
        telling->arena,
        "every root provider that has %s has the forbidden trait %s (root_required): %s",
        text_end(&traits), root->forbidden.names[forbidden->index],
        roots_without(telling, forbidden, ""));
}

/* Tells of a host that in_tree names alone what its root is. NULL: the set is about more. */
static const char *tell_root_of_tree(const struct telling *telling)
{
    const struct constraint *tree = telling_only(telling, CONSTRAINT_IN_TREE);
    if (tree == NULL || telling->size != 2)
        return NULL;
    const struct constraint *other = telling_item(telling, telling_item(telling, 0) == tree);
    const struct membership *root = &telling->explanation->request->root_traits;
    if (other->kind == CONSTRAINT_ROOT_FORBIDDEN)
        return arena_printf(telling->arena,
                            "the tree of %s (in_tree) has a root with the forbidden trait %s "
                            "(root_required)",
                            tree_label(telling, tree), root->forbidden.names[other->index]);
    return arena_printf(telling->arena,
                        "the tree of %s (in_tree) has a root without %s "
                        "(root_required)",
                        tree_label(telling, tree),
                        set_words(telling, "trait", &root->required[other->index]));
}

/* Tells that all trees with the rest of the set have a forbidden root, and names one. NULL: that is
   not so, or not known. */
static const char *tell_forbidden_root(const struct telling *telling)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    const struct constraint *forbidden = telling_only(telling, CONSTRAINT_ROOT_FORBIDDEN);
    bool *kept = arena_array(telling->arena, explanation->constraints.count, sizeof(*kept));
    bool *found = arena_array(telling->arena, world->provider_count, sizeof(*found));
    uint32_t count = 0, first = 0;
    if (forbidden == NULL || telling_has(telling, CONSTRAINT_ROOT_REQUIRED))
        return NULL;
    for (size_t i = 0; i < telling->size; i++)
        kept[telling->set[i]] = telling_item(telling, i) != forbidden;
    if (relaxation_find(telling->relaxation, kept, found) != SEARCH_FOUND)
        return NULL;
    for (uint32_t i = world->provider_count; i-- > 0;)
        if (found[i]) {
            count++;
            first = i;
        }
    if (count == 0)
        return NULL;
    const char *more = "";
    if (count > 1) /* what is shared is found for one tree only: they cannot be counted */
        more = world->sharing_count > 0 ? ", and others"
                                        : arena_printf(telling->arena, ", and %u more", count - 1);
    return arena_printf(
        telling->arena,
        "every tree that %s has the forbidden trait %s at its root (root_required): "
        "%s%s",
        predicates(telling, NULL),
        telling->explanation->request->root_traits.forbidden.names[forbidden->index],
        provider_label(world, explanation->names, first), more);
}

static const char *tell_root(const struct telling *telling, const size_t *groups, size_t count)
{
    struct text_builder root = text_begin(telling->arena);
    const char *told = count == 0 ? tell_root_traits(telling) : tell_root_of_tree(telling);
    if (told == NULL && count > 0)
        told = tell_forbidden_root(telling);
    if (told != NULL)
        return told;
    for (size_t i = 0; i < telling->size; i++)
        if (is_of_root(telling_item(telling, i)))
            text_add_item(&root, " and ", wide_predicate(telling, telling_item(telling, i)));
    if (count == 0)
        return arena_printf(telling->arena, "there is no tree %s (root_required)", text_end(&root));
    return arena_printf(telling->arena, "no tree %s (root_required) %s%s", text_end(&root),
                        predicates(telling, NULL),
                        count == 1 ? tell_misses(telling, groups[0], find_roots(telling)) : "");
}

static const char *tell_set(const struct telling *telling)
{
    size_t *groups = arena_array(telling->arena, telling->size, sizeof(*groups));
    size_t count = telling_groups(telling, groups);
    bool wide = telling_has(telling, CONSTRAINT_SAME_SUBTREE) ||
                telling_has(telling, CONSTRAINT_GROUP_POLICY);
    if (telling->size == 1)
        return cause_of_single(telling, telling_item(telling, 0));
    if (!wide && telling_has(telling, CONSTRAINT_ONE_OF_TREE))
        return arena_printf(telling->arena,
                            "below microversion 1.29 no single provider of a tree %s",
                            predicates(telling, NULL));
    if (!wide && (telling_has(telling, CONSTRAINT_ROOT_REQUIRED) ||
                  telling_has(telling, CONSTRAINT_ROOT_FORBIDDEN)))
        return tell_root(telling, groups, count);
    if (!wide && count == 1)
        return tell_group(telling, groups, count);
    return cause_of_groups(telling, groups, count);
}

/* One truth with the filter. */

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
        return is_of_root(constraint);
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

/* Returns whether the set tells why nothing is left at the filter. */
static bool tells_filter(const struct telling *telling)
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

/* Returns whether a provider has a class of the set and what the set requires of its traits: the
   other classes of the group without suffix cannot be had with the trait either, but it is the
   class of the provider with the trait that lacks. */
static bool is_of_bringer(const struct telling *telling)
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
            return true;
    return false;
}

/* Returns the set that tells best why nothing is left at the filter, or the first. */
static size_t find_telling(struct telling *telling)
{
    const struct impossible_sets *impossible = &telling->explanation->impossible;
    size_t first = impossible->count;
    for (size_t i = 0; i < impossible->count; i++) {
        telling->set = impossible->sets[i];
        if (!tells_filter(telling))
            continue;
        if (is_of_bringer(telling))
            return i;
        if (first == impossible->count)
            first = i;
    }
    return first < impossible->count ? first : 0;
}

/* The sentence. */

/* Returns what is said after a set that is not about the filter at which nothing is left. */
static const char *tell_filter(const struct telling *telling)
{
    const struct explanation *explanation = telling->explanation;
    if (explanation->group == explanation->funnel_count)
        return arena_printf(telling->arena, ". Nothing is left at the filter %s",
                            filter_label(explanation->filter));
    return arena_printf(telling->arena, ". Nothing is left at the filter %s of group %s",
                        filter_label(explanation->filter), group_name(telling, explanation->group));
}

/* Tells the other constraints that are impossible alone, each sentence once. */
static void tell_others(struct telling *telling, size_t first, struct text_builder *text)
{
    const struct impossible_sets *impossible = &telling->explanation->impossible;
    const char *told[SETS_MOST] = {arena_strdup(telling->arena, text_end(text))};
    size_t count = 1;
    for (size_t i = 0; i < impossible->count; i++) {
        if (i == first)
            continue;
        telling->set = impossible->sets[i];
        told[count] = tell_set(telling);
        size_t same = 0;
        while (strcmp(told[same], told[count]) != 0)
            same++;
        if (same < count)
            continue;
        if (count++ == TOLD_MOST) {
            text_add(text, "; and more");
            return;
        }
        text_add_item(text, "; ", told[count - 1]);
    }
}

static const char *tell_sets(struct telling *telling)
{
    const struct impossible_sets *impossible = &telling->explanation->impossible;
    struct text_builder text = text_begin(telling->arena);
    size_t first = find_telling(telling);
    telling->set = impossible->sets[first];
    text_add(&text, tell_set(telling));
    const char *filter = tells_filter(telling) ? "" : tell_filter(telling);
    if (impossible->size == 1)
        tell_others(telling, first, &text);
    text_add(&text, filter);
    return text_end(&text);
}

static const char *tell_candidates(const struct candidate_count *count, struct arena *arena)
{
    if (count->found == 0)
        return "Not known: the search took too long.";
    return arena_printf(arena, "%" PRIu64 " candidate%s%s.", count->found,
                        count->found == 1 ? "" : "s", count->more ? " or more" : "");
}

static const char *tell_nothing(struct telling *telling)
{
    const struct explanation *explanation = telling->explanation;
    if (explanation->world->provider_count == 0)
        return "there are no resource providers";
    for (size_t i = 0; i < explanation->funnel_count; i++)
        if (group_asks_nothing(&telling->inquiry->query.groups[i]))
            return arena_printf(telling->arena,
                                "group %s asks for no resources, traits or aggregates, and "
                                "matches nothing",
                                group_name(telling, i));
    if (explanation->impossible.count > 0)
        return tell_sets(telling);
    if (explanation->filter == FILTERS)
        return "the time did not suffice to find out why";
    if (explanation->group == explanation->funnel_count)
        return arena_printf(telling->arena, "no tree passes the filter %s of all groups together",
                            filter_label(explanation->filter));
    return arena_printf(telling->arena, "no %s passes the filter %s of group %s",
                        explanation->funnels[explanation->group]->granular ? "provider" : "tree",
                        filter_label(explanation->filter), group_name(telling, explanation->group));
}

/* Returns the text as a sentence. A parameter of the query at its beginning stays as it is. */
static const char *sentence(struct arena *arena, const char *text)
{
    char *made = arena_printf(arena, "%s.", text);
    if (made[strcspn(made, " =")] != '=')
        *made = (char)toupper((unsigned char)*made);
    return made;
}

const char *cause_of(const struct inquiry *inquiry, const struct relaxation *relaxation,
                     const struct explanation *explanation)
{
    struct telling telling = {
        .inquiry = inquiry,
        .explanation = explanation,
        .relaxation = relaxation,
        .arena = inquiry->arena,
        .size = explanation->impossible.size,
    };
    if (explanation->candidates.found > 0 || explanation->candidates.more)
        return tell_candidates(&explanation->candidates, inquiry->arena);
    return sentence(inquiry->arena, tell_nothing(&telling));
}
