/*
 * Puts into words why no provider, or no tree, has all that the set asks of one group.
 */
#include <config.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"

/* Of the nearest misses, the number that is told. */
enum { TOLD_MOST = 3 };

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

/* Returns whether a miss is told: one of those with the rarest thing, not left out by the rest of
   the request if the nearest is not, and with `some` only if it has anything at all. */
static bool is_told(const struct near_misses *misses, size_t place, bool some)
{
    uint32_t rarest = misses->items[place].rarest;
    return rarest == misses->items[0].rarest && (!some || rarest < UINT32_MAX) &&
           (!misses->items[place].left_out || !misses->items[0].good);
}

/* Returns whether any miss that is told is not of a sharing provider by itself. */
static bool tells_hosts(const struct telling *telling, const struct near_misses *misses, bool some)
{
    const struct world *world = telling->explanation->world;
    for (size_t i = 0; i < misses->count && i < TOLD_MOST; i++)
        if (is_told(misses, i, some) && !world->providers[misses->items[i].provider].shares)
            return true;
    return false;
}

/* Notes those that are told. */
static void name_told(const struct telling *telling, const struct near_misses *misses, bool some,
                      bool hosts)
{
    const struct world *world = telling->explanation->world;
    for (size_t i = 0; i < misses->count && i < TOLD_MOST; i++)
        if (is_told(misses, i, some) &&
            (!hosts || !world->providers[misses->items[i].provider].shares))
            telling_name(telling, &misses->items[i]);
}

const char *cause_of_misses(const struct telling *telling, size_t group, bool some)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    struct sought sought =
        sought_of_constraints(telling->inquiry, explanation->names, &explanation->constraints,
                              telling->set, telling->size, group);
    struct inquiry inquiry = *telling->inquiry;
    inquiry.allowed = cause_allowed(telling, false);
    sought.inquiry = &inquiry;
    struct near_misses misses = near_misses_find(&sought, telling->roots);
    near_misses_fold(&misses);
    struct text_builder told = text_begin(telling->arena);
    bool hosts = tells_hosts(telling, &misses, some);
    if (budget_is_over(telling->inquiry->budget))
        return "";
    name_told(telling, &misses, some, hosts);
    for (size_t i = 0; i < misses.count && i < TOLD_MOST; i++) {
        const struct near_miss *miss = &misses.items[i];
        if (!is_told(&misses, i, some) || (hosts && world->providers[miss->provider].shares))
            continue;
        const char *first =
            told.length == 0 ? cause_of_left_out(telling, &sought, miss->provider) : "";
        text_add_item(
            &told, "; ",
            text_with_rest(telling->arena,
                           near_miss_words(telling->arena, world, explanation->names, miss), "; ",
                           first));
    }
    if (told.length == 0 && telling->roots == NULL &&
        explanation->filter == FILTER_TRAITS_TOGETHER &&
        explanation->misses.count > 0) /* only the choice of providers is in the way */
        text_add(&told, near_miss_words(telling->arena, world, explanation->names,
                                        &explanation->misses.items[0]));
    return text_end(&told);
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
        if (miss->fault_count != 1 || (miss->faults->kind != FAULT_FORBIDDEN_TRAIT &&
                                       miss->faults->kind != FAULT_FORBIDDEN_AGGREGATE))
            continue;
        const char *name = provider_label(explanation->world, explanation->names, miss->faults->on);
        const struct world_provider *providers = explanation->world->providers;
        bool shared = providers[miss->faults->on].root != providers[miss->provider].root;
        return miss->more == 0 || shared /* it is one, and others are those that see it */
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
    const struct request_group *group = telling_group(telling, negative);
    const char *that = predicates(&positive, NULL);
    if (negative->kind == CONSTRAINT_FORBIDDEN)
        return arena_printf(telling->arena, "every provider that %s has the forbidden trait %s%s",
                            that, group->traits.forbidden.names[negative->index],
                            those_forbidden(telling, negative->group));
    return arena_printf(telling->arena,
                        "every provider that %s is in the forbidden aggregate %s%s%s", that,
                        group->aggregates.forbidden.names[negative->index],
                        *group->suffix != '\0' ? "" : ", or its root is",
                        those_forbidden(telling, negative->group));
}

/* Returns what those lack that an in_tree constraint leaves. */
static const char *misses_of_tree(const struct telling *telling, const struct constraint *tree)
{
    struct telling within = *telling;
    uint32_t count = telling->explanation->world->provider_count;
    bool *roots = arena_array(telling->arena, count, sizeof(*roots));
    uint32_t root = telling->inquiry->query.groups[tree->group].tree;
    if (root != WORLD_NONE)
        roots[root] = true;
    within.roots = roots;
    return cause_of_misses(&within, tree->group, false);
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

const char *cause_of_group(const struct telling *telling, const size_t *groups, size_t count)
{
    bool provider = is_of_provider(telling, groups, count) || telling_is_flat(telling);
    const char *forbidden = provider ? tell_forbidden(telling) : NULL;
    if (forbidden != NULL)
        return forbidden;
    const struct constraint *tree = telling_only(telling, CONSTRAINT_IN_TREE);
    if (tree != NULL)
        return text_with_rest(telling->arena,
                              arena_printf(telling->arena, "nothing in the tree of %s %s",
                                           tree_label(telling, tree), predicates(telling, tree)),
                              ": ", misses_of_tree(telling, tree));
    const char *told = cause_of_sharing_or_less(telling, groups[0]);
    if (told == NULL)
        told = cause_of_misses(telling, groups[0], false);
    return text_with_rest(telling->arena,
                          arena_printf(telling->arena, "%s %s",
                                       provider ? "no provider" : no_tree(telling),
                                       predicates(telling, NULL)),
                          ": ", told);
}
