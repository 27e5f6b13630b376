/*
 * Puts into words why groups that each have a provider have none together.
 */
#include <config.h>

#include <string.h>

#include "base/sorted.h"
#include "base/text.h"
#include "placement/explain/cause_parts.h"

enum {
    RAREST_TRIED = 8, /* groups of a set, at most, whose trees are looked for */
    NAMED_MOST = 3,   /* providers that are named one by one */
};

/* Counts for each anchor the providers that it sees. */
struct seen_count {
    const bool *roots;     /* the anchors that are told of; NULL: all */
    uint32_t *seen, *last; /* last: the provider that was counted last, plus one */
    bool told;             /* one that is told of sees the provider */
};

static void count_seen(void *subject, uint32_t anchor, uint32_t provider)
{
    struct seen_count *counted = subject;
    if (counted->roots != NULL && !counted->roots[anchor])
        return;
    counted->seen[anchor] += counted->last[anchor] != provider + 1;
    counted->last[anchor] = provider + 1;
    counted->told = true;
}

/* The providers that satisfy one of some groups. */
struct fitting {
    uint32_t count;
    const char *names; /* "a, b, c, and 2 more" */
    uint32_t most;     /* that one tree sees */
    uint32_t tree;     /* that one */
};

static struct fitting find_fitting(const struct telling *telling, const size_t *groups,
                                   size_t count)
{
    const struct explanation *explanation = telling->explanation;
    uint32_t providers = explanation->world->provider_count;
    struct text_builder names = text_begin(telling->arena);
    struct fitting fitting = {0};
    struct seen_count counted = {
        .roots = telling->roots,
        .seen = arena_array(telling->arena, providers, sizeof(*counted.seen)),
        .last = arena_array(telling->arena, providers, sizeof(*counted.last)),
    };
    for (uint32_t i = 0; i < providers && budget_spend(telling->inquiry->budget, count); i++) {
        if (!telling_fits(telling, groups, count, i))
            continue;
        counted.told = false;
        inquiry_visit_anchors(telling->inquiry, i, false, count_seen, &counted);
        if (counted.told && fitting.count++ < NAMED_MOST)
            text_add_item(&names, ", ", provider_label(explanation->world, explanation->names, i));
    }
    if (fitting.count > NAMED_MOST)
        text_add_item(&names, ", ",
                      arena_printf(telling->arena, "and %u more", fitting.count - NAMED_MOST));
    for (uint32_t i = 0; i < providers; i++)
        if (counted.seen[i] > counted.seen[fitting.tree])
            fitting.tree = i;
    fitting.most = counted.seen[fitting.tree];
    fitting.names = text_end(&names);
    return fitting;
}

/* Returns what the set asks of the group without suffix: " with member_of=..."; or "". */
static const char *plain_texts(const struct telling *telling)
{
    struct text_builder texts = text_begin(telling->arena);
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind < CONSTRAINT_ROOT_REQUIRED &&
            !telling->explanation->funnels[constraint->group]->granular)
            text_add_item(&texts, ", ", constraint->text);
    }
    return texts.length > 0 ? arena_printf(telling->arena, " with %s", text_end(&texts)) : "";
}

static const char *tell_isolate(const struct telling *telling, const size_t *all, size_t all_count)
{
    const struct explanation *explanation = telling->explanation;
    size_t *groups = arena_array(telling->arena, all_count, sizeof(*groups)), count = 0;
    for (size_t i = 0; i < all_count; i++)
        if (explanation->funnels[all[i]]->granular)
            groups[count++] = all[i];
    const struct fitting fitting = find_fitting(telling, groups, count);
    const char *names = group_names(telling, groups, count);
    const char *rest = plain_texts(telling);
    if (fitting.count == 0)
        return arena_printf(telling->arena,
                            "group_policy=isolate needs %zu providers for groups %s%s, but none "
                            "fits",
                            count, names, rest);
    if (fitting.count < count)
        return arena_printf(telling->arena,
                            "group_policy=isolate needs %zu providers for groups %s%s, but only "
                            "%u %s (%s)",
                            count, names, rest, fitting.count, fitting.count == 1 ? "fits" : "fit",
                            fitting.names);
    if (fitting.most < count && !budget_is_over(telling->inquiry->budget))
        return arena_printf(
            telling->arena,
            "group_policy=isolate needs %zu providers for groups %s, but at most %u of a tree%s "
            "%s (%s)",
            count, names, fitting.most, rest, fitting.most == 1 ? "fits" : "fit",
            provider_label(explanation->world, explanation->names, fitting.tree));
    return arena_printf(telling->arena,
                        "group_policy=isolate: no tree%s has a different provider for each of the "
                        "groups %s",
                        rest, names);
}

/* Different trees. */

/* Returns what the set asks of a group: "resources1=FPGA:1 and required1=CUSTOM_A". */
static const char *group_texts(const struct telling *telling, size_t group, bool *kept)
{
    struct text_builder texts = text_begin(telling->arena);
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind >= CONSTRAINT_ROOT_REQUIRED || constraint->group != group)
            continue;
        kept[telling->set[i]] = true;
        text_add_item(&texts, " and ", constraint->text);
    }
    return text_end(&texts);
}

/* Finds the providers that have what is sought: of a granular group, or one class of another. */
static void find_holders(const struct sought *sought, bool *found)
{
    const struct world *world = sought->inquiry->world;
    struct faults faults = {.sought = sought};
    for (uint32_t i = 0; i < world->provider_count && budget_spend(sought->inquiry->budget, 32);
         i++) {
        if (world->providers[i].root == WORLD_NONE)
            continue;
        faults.count = 0;
        if (sought->group.granular)
            faults_of_provider(&faults, i);
        else
            faults_of_slot(&faults, 0, i, world->providers[i].root);
        found[i] = faults.count == 0;
    }
}

/* Tells who has what the set asks of a group: "1 provider meets resources1=FPGA:1 (fpga0)". */
static const char *tell_holders(const struct telling *telling, size_t group)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    bool *kept = arena_array(telling->arena, explanation->constraints.count, sizeof(*kept));
    bool *found = arena_array(telling->arena, world->provider_count, sizeof(*found));
    const char *texts = group_texts(telling, group, kept);
    const struct sought sought =
        sought_of_constraints(telling->inquiry, explanation->names, &explanation->constraints,
                              telling->set, telling->size, group);
    bool one = sought.group.granular ||
               (sought.group.demand_count == 1 && sought.group.traits.required_count == 0);
    uint32_t count = 0, first = 0;
    if (one)
        find_holders(&sought, found);
    else if (relaxation_find(telling->relaxation, kept, found) != SEARCH_FOUND)
        return texts;
    if (budget_is_over(telling->inquiry->budget))
        return texts;
    for (uint32_t i = world->provider_count; i-- > 0;)
        if (found[i]) {
            count++;
            first = i;
        }
    const char *label = provider_label(world, explanation->names, first);
    if (!one) /* what is shared is found for one tree only: they cannot be counted */
        return arena_printf(telling->arena, "the tree of %s meets %s", label, texts);
    return arena_printf(telling->arena, "%u provider%s %s (%s)", count,
                        count == 1 ? " meets" : "s meet", texts, label);
}

static void see_tree(void *subject, uint32_t anchor, uint32_t provider)
{
    bool *trees = subject;
    (void)provider;
    trees[anchor] = true;
}

/* Finds the trees that have what the set asks of a group. Returns how many. */
static uint32_t find_trees(const struct telling *telling, size_t group, const char **texts,
                           bool *trees)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    bool *kept = arena_array(telling->arena, explanation->constraints.count, sizeof(*kept));
    bool *found = arena_array(telling->arena, world->provider_count, sizeof(*found));
    const struct sought sought =
        sought_of_constraints(telling->inquiry, explanation->names, &explanation->constraints,
                              telling->set, telling->size, group);
    uint32_t count = 0;
    *texts = group_texts(telling, group, kept);
    if (sought.group.granular)
        find_holders(&sought, found);
    else if (relaxation_find(telling->relaxation, kept, trees) == SEARCH_LATE)
        return 0;
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (found[i])
            inquiry_visit_anchors(telling->inquiry, i, false, see_tree, trees);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        trees[i] = trees[i] && (telling->roots == NULL || telling->roots[i]);
        count += trees[i];
    }
    return count;
}

/* Tells what the trees lack for a group that have what the set asks of the rarest group. NULL: they
   have nothing of it. */
static const char *tell_lack(const struct telling *telling, size_t group, const char *texts,
                             const bool *trees)
{
    const struct explanation *explanation = telling->explanation;
    const struct sought sought =
        sought_of_constraints(telling->inquiry, explanation->names, &explanation->constraints,
                              telling->set, telling->size, group);
    const struct near_misses misses = near_misses_find(&sought, trees);
    if (misses.count == 0 || budget_is_over(telling->inquiry->budget))
        return NULL;
    uint32_t root = explanation->world->providers[misses.items[0].provider].root;
    const char *words =
        near_miss_words(telling->arena, explanation->world, explanation->names, &misses.items[0]);
    const char *label = provider_label(explanation->world, explanation->names, root);
    return arena_printf(telling->arena, "%s meets %s, but %s", label, texts,
                        misses.items[0].provider == root ? words + strlen(label) + 1 : words);
}

/* The trees of a group of the set. */
struct group_trees {
    size_t group;
    uint32_t count;
    bool *trees;
    const char *texts; /* what is asked of the group */
};

/* Returns what the set asks of a group as "is in the aggregate A", if that is no resource; or NULL.
 */
static const char *group_predicates(const struct telling *telling, size_t group)
{
    struct telling part = *telling;
    size_t *set = arena_array(telling->arena, telling->size, sizeof(*set));
    part.set = set;
    part.size = 0;
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind >= CONSTRAINT_ROOT_REQUIRED || constraint->group != group)
            continue;
        if (constraint->kind == CONSTRAINT_RESOURCE)
            return NULL;
        set[part.size++] = telling->set[i];
    }
    return predicates(&part, NULL);
}

/* Tells that trees with the one group of the set have nothing of the other, which asks for no
   resources. NULL: it does, or there are more groups. */
static const char *tell_nothing_of(const struct telling *telling, size_t count,
                                   const struct group_trees *rare, const struct group_trees *other)
{
    const struct explanation *explanation = telling->explanation;
    const char *asked = group_predicates(telling, other->group);
    uint32_t first = 0;
    if (count != 2 || asked == NULL || telling->inquiry->query.groups[other->group].granular)
        return NULL;
    while (!rare->trees[first])
        first++;
    const char *more =
        rare->count > 1 ? arena_printf(telling->arena, ", and %u more", rare->count - 1) : "";
    return arena_printf(telling->arena, "%s meets %s, but nothing in its tree %s%s",
                        provider_label(explanation->world, explanation->names, first), rare->texts,
                        asked, more);
}

static int group_trees_compare(const void *left, const void *right)
{
    const struct group_trees *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    return a->group < b->group ? -1 : a->group > b->group;
}

/* Tells what the trees lack that have one of the groups, the rarest if they have something of
   another. */
static const char *tell_rarest(const struct telling *telling, const size_t *groups, size_t count)
{
    uint32_t providers = telling->explanation->world->provider_count;
    struct group_trees found[RAREST_TRIED];
    const char *told = NULL;
    if (count > RAREST_TRIED)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        found[i] = (struct group_trees){
            .group = groups[i],
            .trees = arena_array(telling->arena, providers, sizeof(bool)),
        };
        found[i].count = find_trees(telling, groups[i], &found[i].texts, found[i].trees);
    }
    sort(found, count, sizeof(*found), group_trees_compare);
    for (size_t i = 0; i < count * count && told == NULL; i++) {
        const struct group_trees *rare = &found[i / count], *other = &found[i % count];
        if (rare == other || rare->count == 0)
            continue;
        told = tell_lack(telling, other->group, rare->texts, rare->trees);
        if (told == NULL)
            told = tell_nothing_of(telling, count, rare, other);
    }
    return told;
}

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

/* Tells that groups ask by in_tree for trees that no tree sees together. NULL: the set is about
   more. A tree is seen by itself, and by those that something in it shares with; so of more than
   two trees that each two have in common, all share. */
static const char *tell_trees(const struct telling *telling)
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

/* Groups that each have a provider, but not in one tree. */
static const char *tell_groups(const struct telling *telling, const size_t *groups, size_t count)
{
    struct text_builder holders = text_begin(telling->arena);
    const char *told = cause_of_sharing(telling);
    if (told == NULL)
        told = tell_rarest(telling, groups, count);
    for (size_t i = 0; i < count && told == NULL; i++)
        text_add_item(&holders, ", ", tell_holders(telling, groups[i]));
    return arena_printf(telling->arena, "%s has groups %s together: %s", no_tree(telling),
                        group_names(telling, groups, count),
                        told != NULL ? told : text_end(&holders));
}

const char *cause_of_lacks(const struct telling *telling, const size_t *groups, size_t count)
{
    const char *room = cause_of_room(telling, groups, count);
    const char *told = tell_rarest(telling, groups, count);
    return told != NULL ? text_with_rest(telling->arena, told, "; ", room) : room;
}

/* Returns the trees that have what the set asks of the root and of the group without suffix; NULL:
   all of them. */
static const bool *find_wide_trees(const struct telling *telling)
{
    const struct explanation *explanation = telling->explanation;
    bool *kept = arena_array(telling->arena, explanation->constraints.count, sizeof(*kept));
    bool *found = arena_array(telling->arena, explanation->world->provider_count, sizeof(*found));
    bool any = false, root = false, own = explanation->world->sharing_count == 0;
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        bool plain = constraint->kind < CONSTRAINT_ROOT_REQUIRED &&
                     !explanation->funnels[constraint->group]->granular;
        root = root || constraint_is_of_root(constraint);
        kept[telling->set[i]] = plain || constraint_is_of_root(constraint);
        any = any || kept[telling->set[i]];
        own = own || (plain && constraint->kind != CONSTRAINT_RESOURCE);
    }
    if (any && own && relaxation_find(telling->relaxation, kept, found) != SEARCH_LATE)
        return found;
    return root ? roots_of_set(telling) : NULL;
}

const char *cause_of_groups(const struct telling *telling, const size_t *groups, size_t count)
{
    bool subtree = telling_has(telling, CONSTRAINT_SAME_SUBTREE);
    if (subtree || telling_has(telling, CONSTRAINT_GROUP_POLICY)) {
        struct telling within = *telling;
        within.roots = find_wide_trees(telling);
        const char *told = subtree ? cause_of_subtree(&within, groups, count)
                                   : tell_isolate(&within, groups, count);
        bool root = telling_has(telling, CONSTRAINT_ROOT_REQUIRED) ||
                    telling_has(telling, CONSTRAINT_ROOT_FORBIDDEN);
        return root ? cause_except_roots(telling, told) : told;
    }
    const char *combined = telling->explanation->filter == FILTER_COMBINED_CAPACITY
                               ? cause_of_combined(telling, groups, count)
                               : NULL;
    if (combined != NULL)
        return combined;
    const char *trees = tell_trees(telling);
    return trees != NULL ? trees : tell_groups(telling, groups, count);
}
