/*
 * Puts into words why no tree has a root as the set asks, or why those that have one miss the rest.
 */
#include <config.h>

#include <string.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"

/* Returns what a constraint on the root asks. */
static const char *root_predicate(const struct telling *telling,
                                  const struct constraint *constraint)
{
    const struct membership *root = &telling->explanation->request->root_traits;
    if (constraint->kind == CONSTRAINT_ROOT_REQUIRED)
        return arena_printf(telling->arena, "whose root has %s",
                            set_words(telling, "trait", &root->required[constraint->index]));
    return arena_printf(telling->arena, "whose root lacks the trait %s",
                        root->forbidden.names[constraint->index]);
}

/* Counts the roots that are as the set asks but for one constraint: "host-1 lacks A, and 12 more".
   There are some, as the set needs each constraint. */
static const char *roots_without(const struct telling *telling, const struct constraint *constraint,
                                 const char *fault)
{
    struct telling rest = *telling;
    size_t *set = arena_array(telling->arena, telling->size, sizeof(*set));
    rest.set = set;
    rest.size = 0;
    for (size_t i = 0; i < telling->size; i++)
        if (telling_item(telling, i) != constraint)
            set[rest.size++] = telling->set[i];
    return found_words(telling, roots_of_set(&rest), true, fault);
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
                                                     names_told(set, telling->inquiry->brief,
                                                                telling->arena))));
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

/* Returns what the trees lack whose roots are as the set asks. some: only if they have something of
   it. Otherwise, if they have nothing, what is wrong with the roots of those that have the rest. */
static const char *misses_of_roots(const struct telling *telling, const size_t *groups,
                                   size_t count, bool some)
{
    struct telling within = *telling;
    within.roots = roots_of_set(telling);
    const char *misses = count == 1 ? cause_of_misses(&within, groups[0], some)
                                    : cause_of_lacks(&within, groups, count);
    if (*misses != '\0' || some)
        return misses;
    return text_or(cause_trees_with_rest(
                       telling, arena_printf(telling->arena, " %s", cause_root_fault(telling))),
                   "");
}

/* Returns what the set asks of a tree beside its root: "offers 4 VCPU", or "has groups 1 and 2
   together". */
static const char *rest_of_tree(const struct telling *telling, const size_t *groups, size_t count)
{
    return count == 1 ? predicates(telling, NULL)
                      : arena_printf(telling->arena, "has groups %s together",
                                     group_names(telling, groups, count));
}

/* Returns the same as "that offers 4 VCPU", or "with groups 1 and 2 together". */
static const char *asked_of_tree(const struct telling *telling, const size_t *groups, size_t count)
{
    return count == 1 ? arena_printf(telling->arena, "that %s", predicates(telling, NULL))
                      : arena_printf(telling->arena, "with groups %s together",
                                     group_names(telling, groups, count));
}

/* Tells what the trees lack whose root is not forbidden, and last that others have the rest of the
   set; or that all of them have a forbidden root. NULL: that is not so, or not known. */
static const char *tell_forbidden_root(const struct telling *telling, const size_t *groups,
                                       size_t count)
{
    const struct constraint *forbidden = telling_only(telling, CONSTRAINT_ROOT_FORBIDDEN);
    if (forbidden == NULL || telling_has(telling, CONSTRAINT_ROOT_REQUIRED))
        return NULL;
    const char *trees = cause_trees_with_rest(telling, "");
    if (trees == NULL)
        return NULL;
    const char *trait =
        telling->explanation->request->root_traits.forbidden.names[forbidden->index];
    const char *misses = misses_of_roots(telling, groups, count, true);
    if (*misses == '\0')
        return arena_printf(telling->arena,
                            "every tree %s has the forbidden trait %s at its root (root_required): "
                            "%s",
                            asked_of_tree(telling, groups, count), trait, trees);
    const char *said = arena_printf(telling->arena, " does, but has %s", trait);
    return arena_printf(telling->arena, "no tree without %s at its root (root_required) %s: %s; %s",
                        trait, rest_of_tree(telling, groups, count), misses,
                        cause_trees_with_rest(telling, said));
}

/* Returns the group of the request that asks for a class of a provider, and sets the class; or
   SIZE_MAX. */
static size_t find_taker(const struct telling *telling, uint32_t provider, const char **class_name)
{
    const struct search_query *query = &telling->inquiry->query;
    for (size_t i = 0; i < query->group_count; i++)
        for (size_t j = 0; j < query->groups[i].demand_count; j++)
            if (world_inventory_of(telling->explanation->world, provider,
                                   query->groups[i].demands[j].class_id) != NULL) {
                *class_name =
                    telling->explanation->request->groups[i].resources.items[j].class_name;
                return i;
            }
    return SIZE_MAX;
}

/* Tells that only pools have the trait that the set asks of the root, and where it would count.
   "": that is not so. */
static const char *tell_pools(const struct telling *telling)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    const struct constraint *required = telling_only(telling, CONSTRAINT_ROOT_REQUIRED);
    uint32_t pool = WORLD_NONE;
    const char *class_name = "";
    if (required == NULL)
        return "";
    const uint64_t *set = telling->inquiry->query.root_traits.required[required->index];
    for (uint32_t i = world->provider_count; i-- > 0;) {
        if (world->providers[i].root != i ||
            !bits_meet(set, world_traits(world, i), world->trait_words))
            continue;
        if (!world->providers[i].shares)
            return "";
        pool = i;
    }
    size_t taker = pool != WORLD_NONE ? find_taker(telling, pool, &class_name) : SIZE_MAX;
    if (taker == SIZE_MAX)
        return "";
    return arena_printf(telling->arena, "%s shares %s, and required%s%s would find the trait there",
                        provider_label(world, explanation->names, pool), class_name,
                        explanation->request->groups[taker].suffix,
                        required->text + strlen("root_required"));
}

/* Tells that no tree with such a root has the rest of the set, and what they lack. */
static const char *tell_required_root(const struct telling *telling, const char *root,
                                      const size_t *groups, size_t count)
{
    const char *sharing = count == 1 ? cause_of_sharing_or_less(telling, groups[0]) : NULL;
    const char *told = text_with_rest(
        telling->arena,
        arena_printf(telling->arena, "no tree %s (root_required) %s", root,
                     rest_of_tree(telling, groups, count)),
        ": ", sharing != NULL ? sharing : misses_of_roots(telling, groups, count, false));
    return text_with_rest(telling->arena, told, "; ", tell_pools(telling));
}

const char *cause_of_root(const struct telling *telling, const size_t *groups, size_t count)
{
    struct text_builder root = text_begin(telling->arena);
    const char *told = count == 0 ? tell_root_traits(telling) : tell_root_of_tree(telling);
    if (told == NULL && count > 0)
        told = tell_forbidden_root(telling, groups, count);
    if (told != NULL)
        return told;
    for (size_t i = 0; i < telling->size; i++)
        if (constraint_is_of_root(telling_item(telling, i)))
            text_add_item(&root, " and ", root_predicate(telling, telling_item(telling, i)));
    if (count == 0)
        return arena_printf(telling->arena, "there is no tree %s (root_required)", text_end(&root));
    return tell_required_root(telling, text_end(&root), groups, count);
}
