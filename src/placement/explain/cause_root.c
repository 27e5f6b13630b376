/*
 * Puts into words why no tree has a root as the set asks, or why those that have one miss the rest.
 */
#include <config.h>

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

const char *cause_of_root(const struct telling *telling, const size_t *groups, size_t count)
{
    struct text_builder root = text_begin(telling->arena);
    const char *told = count == 0 ? tell_root_traits(telling) : tell_root_of_tree(telling);
    if (told == NULL && count > 0)
        told = tell_forbidden_root(telling);
    if (told != NULL)
        return told;
    for (size_t i = 0; i < telling->size; i++)
        if (constraint_is_of_root(telling_item(telling, i)))
            text_add_item(&root, " and ", root_predicate(telling, telling_item(telling, i)));
    if (count == 0)
        return arena_printf(telling->arena, "there is no tree %s (root_required)", text_end(&root));
    return arena_printf(telling->arena, "no tree %s (root_required) %s%s", text_end(&root),
                        predicates(telling, NULL),
                        count == 1 ? cause_of_misses(telling, groups[0], find_roots(telling)) : "");
}
