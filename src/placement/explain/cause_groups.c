/*
 * Puts into words why groups that each have a provider have none together.
 */
#include <config.h>

#include <string.h>

#include "base/sorted.h"
#include "base/text.h"
#include "placement/explain/cause_parts.h"

/* Groups of a set, at most, whose trees are looked for. */
enum { RAREST_TRIED = 8 };

/* Returns how many providers, or trees, satisfy a group, and the first: "1 fits (fpga0)". */
static const char *fits_words(const struct telling *telling, size_t group)
{
    const struct explanation *explanation = telling->explanation;
    uint32_t count = 0, first = 0;
    for (uint32_t i = 0; i < explanation->world->provider_count; i++) {
        if (!explanation->funnels[group]->fits[i])
            continue;
        if (count++ == 0)
            first = i;
    }
    return arena_printf(telling->arena, "%u fit%s %s (%s)", count, count == 1 ? "s" : "",
                        group_name(telling, group),
                        provider_label(explanation->world, explanation->names, first));
}

static const char *all_fits(const struct telling *telling, const size_t *groups, size_t count)
{
    struct text_builder fits = text_begin(telling->arena);
    for (size_t i = 0; i < count; i++)
        text_add_item(&fits, ", ", fits_words(telling, groups[i]));
    return text_end(&fits);
}

/* Counts for each anchor the providers that it sees. */
struct seen_count {
    uint32_t *seen, *last; /* last: the provider that was counted last, plus one */
};

static void count_seen(void *subject, uint32_t anchor, uint32_t provider)
{
    struct seen_count *counted = subject;
    counted->seen[anchor] += counted->last[anchor] != provider + 1;
    counted->last[anchor] = provider + 1;
}

/* Finds the tree that sees most providers that satisfy one of the groups. Returns how many, and how
   many there are. */
static uint32_t find_fullest(const struct telling *telling, const size_t *groups, size_t count,
                             uint32_t *tree, uint32_t *fitting)
{
    uint32_t providers = telling->explanation->world->provider_count;
    struct seen_count counted = {
        .seen = arena_array(telling->arena, providers, sizeof(*counted.seen)),
        .last = arena_array(telling->arena, providers, sizeof(*counted.last)),
    };
    *tree = *fitting = 0;
    for (uint32_t i = 0; i < providers && budget_spend(telling->inquiry->budget, count); i++) {
        if (!telling_fits(telling, groups, count, i))
            continue;
        ++*fitting;
        inquiry_visit_anchors(telling->inquiry, i, false, count_seen, &counted);
    }
    for (uint32_t i = 0; i < providers; i++)
        if (counted.seen[i] > counted.seen[*tree])
            *tree = i;
    return counted.seen[*tree];
}

static const char *tell_isolate(const struct telling *telling, const size_t *groups, size_t count)
{
    const struct explanation *explanation = telling->explanation;
    uint32_t fitting, tree, most = find_fullest(telling, groups, count, &tree, &fitting);
    const char *names = group_names(telling, groups, count);
    size_t granular = 0;
    for (size_t i = 0; i < count; i++)
        granular += explanation->funnels[groups[i]]->granular;
    if (fitting < granular)
        return arena_printf(telling->arena,
                            "group_policy=isolate needs %zu providers for groups %s, but only %u "
                            "%s",
                            granular, names, fitting, fitting == 1 ? "fits" : "fit");
    if (most < granular && !budget_is_over(telling->inquiry->budget))
        return arena_printf(telling->arena,
                            "group_policy=isolate needs %zu providers for groups %s, but at most "
                            "%u of a tree %s (%s)",
                            granular, names, most, most == 1 ? "fits" : "fit",
                            provider_label(explanation->world, explanation->names, tree));
    return arena_printf(telling->arena,
                        "group_policy=isolate: no tree has a different provider for each of the "
                        "groups %s",
                        names);
}

static const char *tell_subtree(const struct telling *telling, const size_t *groups, size_t count)
{
    struct text_builder subtrees = text_begin(telling->arena);
    const char *names = "its groups"; /* whatever they ask for */
    for (size_t i = 0; i < telling->size; i++)
        if (telling_item(telling, i)->kind == CONSTRAINT_SAME_SUBTREE)
            text_add_item(&subtrees, " and ", telling_item(telling, i)->text);
    if (count > 0)
        names = arena_printf(telling->arena, "group%s %s", count > 1 ? "s" : "",
                             group_names(telling, groups, count));
    if (telling_has(telling, CONSTRAINT_GROUP_POLICY))
        return arena_printf(telling->arena,
                            "%s with group_policy=isolate: no subtree has different providers for "
                            "%s",
                            text_end(&subtrees), names);
    return arena_printf(telling->arena, "%s: no provider has %s at or below it%s%s",
                        text_end(&subtrees), names, count > 0 ? "; " : "",
                        all_fits(telling, groups, count));
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
    for (uint32_t i = 0; i < world->provider_count; i++)
        count += trees[i];
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

const char *cause_of_groups(const struct telling *telling, const size_t *groups, size_t count)
{
    const char *combined_text = NULL;
    if (telling_has(telling, CONSTRAINT_SAME_SUBTREE))
        return tell_subtree(telling, groups, count);
    if (telling_has(telling, CONSTRAINT_GROUP_POLICY))
        return tell_isolate(telling, groups, count);
    if (telling->explanation->filter == FILTER_COMBINED_CAPACITY)
        combined_text = cause_of_combined(telling, groups, count);
    return combined_text != NULL ? combined_text : tell_groups(telling, groups, count);
}
