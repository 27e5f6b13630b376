/*
 * Puts into words why groups of same_subtree have no providers of which one is at or above all
 * others.
 */
#include <config.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/weight.h"

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

/* The groups of a subtree, and who satisfies them. */
struct subtree {
    const struct telling *telling;
    const struct search_subtree *groups;
    uint32_t **before; /* for each group and place in world->in_order: how many places before it
                          satisfy the group */
    uint32_t *fits;    /* for each group: how many satisfy it */
};

static const bool *fits_of(const struct subtree *subtree, size_t number)
{
    return subtree->telling->explanation->funnels[subtree->groups->groups[number]]->fits;
}

static void count_fits(struct subtree *subtree)
{
    const struct world *world = subtree->telling->explanation->world;
    struct arena *arena = subtree->telling->arena;
    size_t groups = subtree->groups->count;
    subtree->before = arena_array(arena, groups, sizeof(*subtree->before));
    subtree->fits = arena_array(arena, groups, sizeof(*subtree->fits));
    for (size_t i = 0;
         i < groups && budget_spend(subtree->telling->inquiry->budget, world->provider_count);
         i++) {
        uint32_t *before = arena_array(arena, world->provider_count + 1, sizeof(*before));
        for (uint32_t j = 0; j < world->provider_count; j++)
            before[j + 1] = before[j] + fits_of(subtree, i)[world->in_order[j]];
        subtree->before[i] = before;
        subtree->fits[i] = before[world->provider_count];
    }
}

/* Returns whether a provider satisfies a group that is at or below another. */
static bool has_below(const struct subtree *subtree, size_t number, uint32_t top)
{
    const struct world_provider *provider = &subtree->telling->explanation->world->providers[top];
    const uint32_t *before = subtree->before[number];
    return before[provider->end_below] > before[provider->first_below];
}

/* How near a provider is to be the one at or above all others. */
struct nearness {
    size_t groups;   /* of the subtree that are satisfied at or below it */
    uint32_t rarest; /* how many satisfy the rarest of these */
};

static struct nearness nearness_of(const struct subtree *subtree, uint32_t top)
{
    struct nearness nearness = {0, UINT32_MAX};
    bool fits = false;
    for (size_t i = 0; i < subtree->groups->count; i++) {
        fits = fits || fits_of(subtree, i)[top];
        if (!has_below(subtree, i, top))
            continue;
        nearness.groups++;
        if (subtree->fits[i] < nearness.rarest)
            nearness.rarest = subtree->fits[i];
    }
    return fits ? nearness : (struct nearness){0, UINT32_MAX};
}

static bool is_told_of(const struct subtree *subtree, uint32_t provider)
{
    const struct telling *telling = subtree->telling;
    uint32_t root = telling->explanation->world->providers[provider].root;
    return root != WORLD_NONE && (telling->roots == NULL || telling->roots[root]);
}

/* Finds the provider that satisfies a group and has most of the others at or below it. */
static struct nearness find_top(const struct subtree *subtree, uint32_t *top)
{
    const struct inquiry *inquiry = subtree->telling->inquiry;
    struct nearness best = {0, UINT32_MAX};
    for (uint32_t i = 0; i < inquiry->world->provider_count &&
                         budget_spend(inquiry->budget, subtree->groups->count);
         i++) {
        struct nearness nearness = is_told_of(subtree, i) ? nearness_of(subtree, i) : best;
        if (nearness.groups < best.groups ||
            (nearness.groups == best.groups && nearness.rarest >= best.rarest))
            continue;
        best = nearness;
        *top = i;
    }
    return best;
}

static const char *label_of(const struct subtree *subtree, uint32_t provider)
{
    const struct explanation *explanation = subtree->telling->explanation;
    return provider_label(explanation->world, explanation->names, provider);
}

/* Returns what the nearest provider at or below another lacks for a group. */
static const char *tell_lack_below(const struct subtree *subtree, size_t number, uint32_t top)
{
    const struct telling *telling = subtree->telling;
    const struct world *world = telling->explanation->world;
    size_t group = subtree->groups->groups[number];
    const struct sought sought =
        sought_of_group(telling->inquiry, telling->explanation->names, group);
    struct faults faults = {.sought = &sought};
    uint32_t best = WORLD_NONE;
    double least = 0;
    for (uint32_t place = world->providers[top].first_below;
         place < world->providers[top].end_below && budget_spend(telling->inquiry->budget, 32);
         place++) {
        double weight = weight_of_provider(&sought, world->in_order[place]);
        if (best != WORLD_NONE && weight >= least)
            continue;
        best = world->in_order[place];
        least = weight;
    }
    if (best == WORLD_NONE || budget_is_over(telling->inquiry->budget))
        return "";
    faults_of_provider(&faults, best);
    return arena_printf(telling->arena, "%s %s", best == top ? "it" : label_of(subtree, best),
                        faults_words(&faults, best));
}

/* Tells which groups a provider has at or below it, and what lacks for the first of the others. */
static const char *tell_top(const struct subtree *subtree, uint32_t top)
{
    const struct telling *telling = subtree->telling;
    size_t *have = arena_array(telling->arena, subtree->groups->count, sizeof(*have)), count = 0;
    size_t missing = subtree->groups->count;
    for (size_t i = subtree->groups->count; i-- > 0;)
        if (!has_below(subtree, i, top))
            missing = i;
    for (size_t i = 0; i < subtree->groups->count; i++)
        if (has_below(subtree, i, top))
            have[count++] = subtree->groups->groups[i];
    return arena_printf(telling->arena, "%s has %s, but for %s %s", label_of(subtree, top),
                        group_names(telling, have, count),
                        group_name(telling, subtree->groups->groups[missing]),
                        tell_lack_below(subtree, missing, top));
}

/* Tells of a tree with a provider for each group that these are side by side. NULL: there is none.
 */
static const char *tell_side_by_side(const struct subtree *subtree)
{
    const struct telling *telling = subtree->telling;
    const struct world *world = telling->explanation->world;
    struct text_builder fits = text_begin(telling->arena);
    uint32_t root = 0;
    for (; root < world->provider_count; root++) {
        size_t groups = 0;
        if (world->providers[root].root != root || !is_told_of(subtree, root) ||
            !budget_spend(telling->inquiry->budget, subtree->groups->count))
            continue;
        for (size_t i = 0; i < subtree->groups->count; i++)
            groups += has_below(subtree, i, root);
        if (groups == subtree->groups->count)
            break;
    }
    if (root == world->provider_count)
        return NULL;
    for (size_t i = 0; i < subtree->groups->count; i++) {
        uint32_t place = world->providers[root].first_below;
        while (!fits_of(subtree, i)[world->in_order[place]])
            place++;
        text_add_item(&fits, i + 1 == subtree->groups->count ? " and " : ", ",
                      arena_printf(telling->arena, "%s fits %s",
                                   label_of(subtree, world->in_order[place]),
                                   group_name(telling, subtree->groups->groups[i])));
    }
    return arena_printf(telling->arena, "in the tree of %s, %s, side by side",
                        label_of(subtree, root), text_end(&fits));
}

static const char *tell_one(const struct telling *telling, const struct constraint *constraint)
{
    struct subtree subtree = {
        .telling = telling,
        .groups = &telling->inquiry->query.subtrees[constraint->index],
    };
    uint32_t top = 0;
    const size_t *groups = subtree.groups->groups;
    size_t count = subtree.groups->count;
    count_fits(&subtree);
    if (budget_is_over(telling->inquiry->budget))
        return arena_printf(telling->arena, "no subtree has groups %s",
                            group_names(telling, groups, count));
    struct nearness nearness = find_top(&subtree, &top);
    if (nearness.groups > 1 && nearness.groups < count)
        return arena_printf(telling->arena, "no subtree has all of them: %s",
                            tell_top(&subtree, top));
    const char *apart = nearness.groups <= 1 ? tell_side_by_side(&subtree) : NULL;
    if (apart != NULL)
        return arena_printf(telling->arena,
                            "the provider of one group must be above those of the others; %s",
                            apart);
    if (nearness.groups <= 1)
        return arena_printf(telling->arena,
                            "no tree has groups %s itself, without what others share; %s",
                            group_names(telling, groups, count), all_fits(telling, groups, count));
    return arena_printf(telling->arena, "no subtree has groups %s together; %s",
                        group_names(telling, groups, count), all_fits(telling, groups, count));
}

const char *cause_of_subtree(const struct telling *telling, const size_t *groups, size_t count)
{
    const struct constraint *only = telling_only(telling, CONSTRAINT_SAME_SUBTREE);
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
    if (only != NULL)
        return arena_printf(telling->arena, "%s: %s", only->text, tell_one(telling, only));
    return arena_printf(telling->arena, "%s: no provider has %s at or below it%s%s",
                        text_end(&subtrees), names, count > 0 ? "; " : "",
                        all_fits(telling, groups, count));
}
