/*
 * Puts the smallest impossible set of constraints into words.
 */
#include <config.h>

#include "placement/explain/cause.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/sorted.h"
#include "base/text.h"
#include "placement/explain/wording.h"

/* Of several constraints that are impossible alone, the number that is told. */
enum { TOLD_MOST = 3 };

/* Single constraints. */

static const char *tell_units(const struct telling *telling, const struct class_figures *figures)
{
    const char *amount =
        arena_printf(telling->arena, "%" PRId64 " %s", figures->amount, figures->class_name);
    if (figures->amount > figures->most_unit)
        return arena_printf(telling->arena,
                            "no provider allows %s at once: max_unit is at most %" PRId64, amount,
                            figures->most_unit);
    if (figures->amount < figures->least_unit)
        return arena_printf(telling->arena,
                            "no provider allows as little as %s: min_unit is at least %" PRId64,
                            amount, figures->least_unit);
    return arena_printf(telling->arena,
                        "no provider allows %s: step_size, min_unit or max_unit forbids it",
                        amount);
}

static const char *tell_resource(const struct telling *telling, const struct constraint *constraint)
{
    const struct explanation *explanation = telling->explanation;
    const struct class_figures *figures =
        &explanation->funnels[constraint->group]->classes[constraint->index];
    const char *name = figures->class_name;
    if (figures->have == 0)
        return arena_printf(telling->arena, "no provider has an inventory of %s", name);
    if (figures->units == 0)
        return tell_units(telling, figures);
    if (figures->amount > figures->most_total)
        return arena_printf(telling->arena,
                            "no provider has a capacity of %" PRId64 " %s: at most %" PRId64,
                            figures->amount, name, figures->most_total);
    const char *others = "";
    if (figures->have > figures->units)
        others = arena_printf(telling->arena, "; %u %s not allow the amount (units)",
                              figures->have - figures->units,
                              figures->have - figures->units == 1 ? "other does" : "others do");
    return arena_printf(
        telling->arena, "no provider has %" PRId64 " %s left: at most %" PRId64 " (%s)%s",
        figures->amount, name, figures->most_free,
        provider_label(explanation->world, explanation->names, figures->freest), others);
}

static const char *tell_single(const struct telling *telling, const struct constraint *constraint)
{
    struct arena *arena = telling->arena;
    const struct request_group *group = telling_group(telling, constraint);
    const struct membership *root = &telling->explanation->request->root_traits;
    switch (constraint->kind) {
    case CONSTRAINT_RESOURCE:
        return tell_resource(telling, constraint);
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
        return arena_printf(arena, "no root provider has %s (root_required)",
                            set_words(telling, "trait", &root->required[constraint->index]));
    case CONSTRAINT_ROOT_FORBIDDEN:
        return arena_printf(arena, "every root provider has the trait %s (root_required=!%s)",
                            root->forbidden.names[constraint->index],
                            root->forbidden.names[constraint->index]);
    default:
        return constraint->text;
    }
}

/* Sets. */

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

/* Returns "no tree": what does the opposite of the rest of the sentence. */
static const char *no_tree(const struct telling *telling)
{
    return telling->explanation->world->sharing_count > 0 ? "no tree, even with sharing,"
                                                          : "no tree";
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
        return arena_printf(telling->arena, "every provider that %s has the forbidden trait %s",
                            that, group->traits.forbidden.names[negative->index]);
    return arena_printf(telling->arena, "every provider that %s%s is in the forbidden aggregate %s",
                        that, *group->suffix != '\0' ? "" : ", or its root,",
                        group->aggregates.forbidden.names[negative->index]);
}

static const char *tell_group(const struct telling *telling, const size_t *groups, size_t count)
{
    bool provider = is_of_provider(telling, groups, count);
    const char *forbidden = provider ? tell_forbidden(telling) : NULL;
    if (forbidden != NULL)
        return forbidden;
    const struct constraint *tree = telling_only(telling, CONSTRAINT_IN_TREE);
    if (tree != NULL)
        return arena_printf(telling->arena, "nothing in the tree of %s %s",
                            tree_label(telling, tree), predicates(telling, tree));
    provider = provider || is_flat(telling->explanation);
    return arena_printf(telling->arena, "%s %s", provider ? "no provider" : no_tree(telling),
                        predicates(telling, NULL));
}

static const char *tell_root(const struct telling *telling)
{
    struct text_builder root = text_begin(telling->arena);
    for (size_t i = 0; i < telling->size; i++)
        if (is_of_root(telling_item(telling, i)))
            text_add_item(&root, " and ", wide_predicate(telling, telling_item(telling, i)));
    const char *rest = predicates(telling, NULL);
    if (*rest == '\0')
        return arena_printf(telling->arena, "there is no tree %s (root_required)", text_end(&root));
    return arena_printf(telling->arena, "no tree %s (root_required) %s", text_end(&root), rest);
}

/* Returns how many providers satisfy at least one of the granular groups alone. */
static uint32_t count_fitting(const struct telling *telling, const size_t *groups, size_t count)
{
    uint32_t fitting = 0;
    for (uint32_t i = 0; i < telling->explanation->world->provider_count; i++)
        for (size_t j = 0; j < count; j++) {
            const struct funnel *funnel = telling->explanation->funnels[groups[j]];
            if (!funnel->granular || !funnel->fits[i])
                continue;
            fitting++;
            break;
        }
    return fitting;
}

static const char *tell_isolate(const struct telling *telling, const size_t *groups, size_t count)
{
    uint32_t fitting = count_fitting(telling, groups, count);
    const char *names = group_names(telling, groups, count);
    if (fitting < count)
        return arena_printf(telling->arena,
                            "group_policy=isolate needs %zu providers for groups %s, but only %u "
                            "%s",
                            count, names, fitting, fitting == 1 ? "fits" : "fit");
    return arena_printf(telling->arena,
                        "group_policy=isolate: no tree has a different provider for each of the "
                        "groups %s",
                        names);
}

static const char *tell_subtree(const struct telling *telling, const size_t *groups, size_t count)
{
    struct text_builder subtrees = text_begin(telling->arena);
    const char *names = group_names(telling, groups, count);
    for (size_t i = 0; i < telling->size; i++)
        if (telling_item(telling, i)->kind == CONSTRAINT_SAME_SUBTREE)
            text_add_item(&subtrees, " and ", telling_item(telling, i)->text);
    if (telling_has(telling, CONSTRAINT_GROUP_POLICY))
        return arena_printf(telling->arena,
                            "%s with group_policy=isolate: no subtree has different providers for "
                            "groups %s",
                            text_end(&subtrees), names);
    return arena_printf(telling->arena, "%s: no provider has groups %s at or below it",
                        text_end(&subtrees), names);
}

/* Returns the sum of what the groups of the set ask for of a class, if several do; else 0. */
static int64_t combined(const struct telling *telling, const char *class_name)
{
    int64_t sum = 0;
    size_t groups = 0;
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind != CONSTRAINT_RESOURCE)
            continue;
        const struct resource_amount *asked =
            &telling_group(telling, constraint)->resources.items[constraint->index];
        if (text_compare(&asked->class_name, &class_name) != 0)
            continue;
        groups++;
        if (__builtin_add_overflow(sum, asked->amount, &sum))
            sum = INT64_MAX;
    }
    return groups > 1 ? sum : 0;
}

/* Returns whether each tree has at most one provider with a class, and none of these shares: then
   all groups that ask for it need the same one. */
static bool is_one_a_tree(const struct telling *telling, int64_t class_id)
{
    const struct world *world = telling->explanation->world;
    bool *seen = arena_array(telling->arena, world->provider_count, sizeof(*seen));
    for (uint32_t i = 0; i < world->provider_count; i++) {
        uint32_t root = world->providers[i].root;
        if (root == WORLD_NONE || world_inventory_of(world, i, class_id) == NULL)
            continue;
        if (seen[root] || world->providers[i].shares)
            return false;
        seen[root] = true;
    }
    return true;
}

/* Tells that a class does not suffice for all groups of the set that ask for it. */
static const char *tell_class(const struct telling *telling, const struct constraint *constraint,
                              int64_t sum, const char *names)
{
    const struct class_figures *figures =
        &telling->explanation->funnels[constraint->group]->classes[constraint->index];
    const struct search_group *group = &telling->inquiry->query.groups[constraint->group];
    bool one = is_one_a_tree(telling, group->demands[constraint->index].class_id);
    const char *reason = arena_printf(
        telling->arena, "no tree offers %" PRId64 " %s in these parts", sum, figures->class_name);
    if (one && sum > figures->most_free)
        reason = arena_printf(telling->arena,
                              "of %" PRId64 " %s a provider has at most %" PRId64 " left", sum,
                              figures->class_name, figures->most_free);
    else if (one && sum > figures->most_unit)
        reason = arena_printf(telling->arena,
                              "of %" PRId64 " %s a provider allows at most %" PRId64 " (max_unit)",
                              sum, figures->class_name, figures->most_unit);
    return arena_printf(telling->arena, "groups %s fit alone, not together: %s", names, reason);
}

static const char *tell_combined(const struct telling *telling, const size_t *groups, size_t count)
{
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind != CONSTRAINT_RESOURCE)
            continue;
        int64_t sum = combined(
            telling,
            telling_group(telling, constraint)->resources.items[constraint->index].class_name);
        if (sum > 0)
            return tell_class(telling, constraint, sum, group_names(telling, groups, count));
    }
    return NULL;
}

/* Groups that each have a provider, but not in one tree. */
static const char *tell_groups(const struct telling *telling, const size_t *groups, size_t count)
{
    struct text_builder texts = text_begin(telling->arena);
    for (size_t i = 0; i < telling->size; i++)
        text_add_item(&texts, ", ", telling_item(telling, i)->text);
    return arena_printf(telling->arena, "%s has groups %s together: %s", no_tree(telling),
                        group_names(telling, groups, count), text_end(&texts));
}

static const char *tell_set(const struct telling *telling)
{
    size_t *groups = arena_array(telling->arena, telling->size, sizeof(*groups));
    size_t count = telling_groups(telling, groups);
    const char *combined_text;
    if (telling->size == 1)
        return tell_single(telling, telling_item(telling, 0));
    if (telling_has(telling, CONSTRAINT_SAME_SUBTREE))
        return tell_subtree(telling, groups, count);
    if (telling_has(telling, CONSTRAINT_GROUP_POLICY))
        return tell_isolate(telling, groups, count);
    if (telling_has(telling, CONSTRAINT_ONE_OF_TREE))
        return arena_printf(telling->arena,
                            "below microversion 1.29 no single provider of a tree %s",
                            predicates(telling, NULL));
    if (telling_has(telling, CONSTRAINT_ROOT_REQUIRED) ||
        telling_has(telling, CONSTRAINT_ROOT_FORBIDDEN))
        return tell_root(telling);
    if (count == 1)
        return tell_group(telling, groups, count);
    if (telling->explanation->filter == FILTER_COMBINED_CAPACITY &&
        (combined_text = tell_combined(telling, groups, count)) != NULL)
        return combined_text;
    return tell_groups(telling, groups, count);
}

/* The sentence. */

static const char *tell_sets(struct telling *telling)
{
    const struct impossible_sets *impossible = &telling->explanation->impossible;
    struct text_builder text = text_begin(telling->arena);
    for (size_t i = 0; i < impossible->count; i++) {
        telling->set = impossible->sets[i];
        text_add_item(&text, "; ", tell_set(telling));
        if (impossible->size > 1)
            break;
        if (i + 1 == TOLD_MOST && i + 1 < impossible->count) {
            text_add(&text, "; and more");
            break;
        }
    }
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

const char *cause_of(const struct inquiry *inquiry, const struct explanation *explanation)
{
    struct telling telling = {
        .inquiry = inquiry,
        .explanation = explanation,
        .arena = inquiry->arena,
        .size = explanation->impossible.size,
    };
    if (explanation->candidates.found > 0 || explanation->candidates.more)
        return tell_candidates(&explanation->candidates, inquiry->arena);
    return sentence(inquiry->arena, tell_nothing(&telling));
}
