/*
 * Tells that groups ask by in_tree for trees that no tree sees together. Two hosts never do; a host
 * and a pool do if they have an aggregate in common, which is what a mistake is about.
 */
#include <config.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"

/* The sharing providers in the tree that an in_tree constraint names. */
struct sharing_in_tree {
    uint32_t count, first;
};

/* Finds them. That of the group without suffix must be the tree itself: nothing in it counts. */
static struct sharing_in_tree find_sharing(const struct telling *telling,
                                           const struct constraint *constraint)
{
    const struct world *world = telling->explanation->world;
    const struct search_group *group = &telling->inquiry->query.groups[constraint->group];
    struct sharing_in_tree sharing = {0};
    if (!group->granular || group->tree == WORLD_NONE)
        return sharing;
    const struct world_provider *top = &world->providers[group->tree];
    for (uint32_t place = top->end_below; place-- > top->first_below;)
        if (world->providers[world->in_order[place]].shares) {
            sharing.count++;
            sharing.first = world->in_order[place];
        }
    return sharing;
}

/* Tells that what shares in the tree of one constraint does not share with that of the other. */
static const char *tell_not_shared(const struct telling *telling, const struct constraint *pool,
                                   const struct constraint *other)
{
    const struct explanation *explanation = telling->explanation;
    const struct sharing_in_tree sharing = find_sharing(telling, pool);
    const char *tree = tree_label(telling, other);
    if (sharing.count == 1)
        return arena_printf(
            telling->arena,
            "the provider %s is not shared with %s: they have no aggregate in common",
            provider_label(explanation->world, explanation->names, sharing.first), tree);
    return arena_printf(telling->arena,
                        "nothing in the tree of %s is shared with %s: they have no aggregate in "
                        "common",
                        tree_label(telling, pool), tree);
}

/* A tree is seen by itself, and by those that something in it shares with; so of more than two
   trees that each two have in common, all share. */
const char *cause_of_in_trees(const struct telling *telling)
{
    struct text_builder trees = text_begin(telling->arena), pools = text_begin(telling->arena);
    const struct constraint *pool = NULL, *other = NULL;
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind != CONSTRAINT_IN_TREE)
            return NULL;
        const char *named =
            arena_printf(telling->arena, "%s (in_tree%s)", tree_label(telling, constraint),
                         telling_group(telling, constraint)->suffix);
        text_add_item(&trees, " and ", arena_printf(telling->arena, "that of %s", named));
        text_add_item(&pools, " and ", named);
        if (find_sharing(telling, constraint).count > 0)
            pool = constraint;
        else
            other = constraint;
    }
    if (pool == NULL)
        return arena_printf(telling->arena, "no tree is %s", text_end(&trees));
    if (other != NULL && telling->size == 2)
        return tell_not_shared(telling, pool, other);
    return arena_printf(telling->arena,
                        "no tree can use %s together: they share with no tree in common",
                        text_end(&pools));
}
