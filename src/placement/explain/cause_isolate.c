/*
 * Puts into words why groups that must have different providers have too few of them.
 */
#include <config.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/weight.h"

/* Providers that are named one by one. */
enum { NAMED_MOST = 3 };

/* Counts for each anchor the providers that it sees. */
struct seen_count {
    const struct telling *telling;
    uint32_t *seen, *last; /* last: the provider that was counted last, plus one */
    bool told;             /* one that is told of sees the provider */
};

static void count_seen(void *subject, uint32_t anchor, uint32_t provider)
{
    struct seen_count *counted = subject;
    if (counted->telling->roots != NULL && !counted->telling->roots[anchor])
        return;
    counted->seen[anchor] += counted->last[anchor] != provider + 1;
    counted->last[anchor] = provider + 1;
    counted->told = true;
}

/* The providers that satisfy one of some groups. */
struct fitting {
    const struct telling *telling;
    const size_t *groups;
    size_t group_count;
    uint32_t count;
    const char *names; /* "a, b, c, and 2 more" */
    uint32_t *seen;    /* for each anchor: how many it sees */
    uint32_t most;     /* the most that one tree sees; below the number of groups: */
    uint32_t tree;     /* one that sees as many, if possible one that fails at the last filter only;
                          WORLD_NONE: none does */
    uint32_t
        more; /* the other trees that see as many, and lack nothing that this one does not lack */
};

/* Finds the tree to tell of, among those that see most. */
static void choose_tree(struct fitting *fitting)
{
    const struct telling *telling = fitting->telling;
    uint32_t providers = telling->explanation->world->provider_count;
    bool *trees = arena_array(telling->arena, providers, sizeof(*trees));
    fitting->tree = WORLD_NONE;
    for (uint32_t i = 0; i < providers; i++)
        if (fitting->seen[i] > fitting->most)
            fitting->most = fitting->seen[i];
    for (int among = telling->among != NULL; among >= 0 && fitting->tree == WORLD_NONE; among--)
        for (uint32_t i = 0; i < providers; i++) {
            if (fitting->seen[i] == 0 || fitting->seen[i] < fitting->most ||
                (among && !telling->among[i]))
                continue;
            trees[i] = true;
            fitting->tree = i;
        }
    fitting->more = lacks_choose(telling->inquiry->lacks, trees, providers, &fitting->tree);
}

static struct fitting find_fitting(const struct telling *telling, const size_t *groups,
                                   size_t count)
{
    const struct explanation *explanation = telling->explanation;
    uint32_t providers = explanation->world->provider_count;
    struct text_builder names = text_begin(telling->arena);
    struct fitting fitting = {.telling = telling, .groups = groups, .group_count = count};
    struct seen_count counted = {
        .telling = telling,
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
    fitting.seen = counted.seen;
    fitting.names = text_end(&names);
    choose_tree(&fitting);
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

/* Looks for the providers of one tree. */
struct tree_look {
    uint32_t tree;
    bool seen;
};

static void look_for_tree(void *subject, uint32_t anchor, uint32_t provider)
{
    struct tree_look *look = subject;
    (void)provider;
    look->seen = look->seen || anchor == look->tree;
}

/* Returns the providers that a tree sees and that satisfy one of the groups: "a, b and c", or "a,
   b, c and 2 more". */
static const char *tell_providers(const struct fitting *fitting, uint32_t tree)
{
    const struct telling *telling = fitting->telling;
    const struct explanation *explanation = telling->explanation;
    struct text_builder names = text_begin(telling->arena);
    uint32_t left = fitting->seen[tree], told = 0;
    for (uint32_t i = 0; i < explanation->world->provider_count && left > 0 && told < NAMED_MOST &&
                         budget_spend(telling->inquiry->budget, fitting->group_count);
         i++) {
        struct tree_look look = {.tree = tree};
        if (!telling_fits(telling, fitting->groups, fitting->group_count, i))
            continue;
        inquiry_visit_anchors(telling->inquiry, i, false, look_for_tree, &look);
        if (!look.seen)
            continue;
        told++;
        text_add_item(&names, --left == 0 ? " and " : ", ",
                      provider_label(explanation->world, explanation->names, i));
    }
    if (left > 0)
        text_add_format(&names, " and %u more", left);
    return text_end(&names);
}

/* Returns what the nearest other provider of the tree lacks for one of the groups: "b lacks 2 PCPU
   of 4"; "": the others have nothing of it. */
static const char *tell_other(const struct fitting *fitting)
{
    const struct telling *telling = fitting->telling;
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    const struct world_provider *top = &world->providers[fitting->tree];
    const struct sought sought =
        sought_of_group(telling->inquiry, explanation->names, fitting->groups[0]);
    struct faults faults = {.sought = &sought};
    uint32_t best = WORLD_NONE;
    double least = WEIGHT_CLASS;
    for (uint32_t place = top->first_below;
         place < top->end_below &&
         budget_spend(telling->inquiry->budget, 16 + fitting->group_count);
         place++) {
        uint32_t provider = world->in_order[place];
        double weight = weight_of_provider(&sought, provider);
        if (weight >= least ||
            telling_fits(telling, fitting->groups, fitting->group_count, provider))
            continue;
        best = provider;
        least = weight;
    }
    if (best == WORLD_NONE || sought.group.demand_count == 0)
        return "";
    faults_of_provider(&faults, best);
    return arena_printf(telling->arena, "%s %s", provider_label(world, explanation->names, best),
                        faults_words(&faults, best));
}

/* Returns the tree that sees most: "c1: numa0, and 2 more trees", or if it is the provider "c1". */
static const char *tell_tree(const struct fitting *fitting)
{
    const struct telling *telling = fitting->telling;
    const struct explanation *explanation = telling->explanation;
    const char *label = provider_label(explanation->world, explanation->names, fitting->tree);
    bool itself = fitting->most == 1 &&
                  telling_fits(telling, fitting->groups, fitting->group_count, fitting->tree);
    const char *words = itself ? label
                               : arena_printf(telling->arena, "%s: %s", label,
                                              tell_providers(fitting, fitting->tree));
    return fitting->more == 0 ? words
                              : arena_printf(telling->arena, "%s, and %u more tree%s", words,
                                             fitting->more, fitting->more == 1 ? "" : "s");
}

static const char *few_words(const struct fitting *fitting, uint32_t tree, const char *names,
                             const char *other)
{
    struct arena *arena = fitting->telling->arena;
    return text_with_rest(arena,
                          arena_printf(arena, "has %u of %zu providers for groups %s (%s)",
                                       fitting->seen[tree], fitting->group_count, names,
                                       tell_providers(fitting, tree)),
                          "; ", other);
}

/* Notes the trees as the nearest, those together that see as many providers. other: what is told of
   the one that the sentence names. */
static void show_trees(const struct fitting *fitting, const char *names, const char *other)
{
    const struct telling *telling = fitting->telling;
    struct arena *arena = telling->arena;
    uint32_t *counts = arena_array(arena, fitting->most + 1, sizeof(*counts));
    uint32_t *trees = arena_array(arena, fitting->most + 1, sizeof(*trees));
    for (uint32_t i = 0; i < telling->explanation->world->provider_count; i++)
        if (telling->among != NULL && telling_tells_of(telling, i) &&
            counts[fitting->seen[i]]++ == 0)
            trees[fitting->seen[i]] = i;
    for (uint32_t seen = fitting->most, told = 0; seen > 0 && told < NAMED_MOST; seen--) {
        if (counts[seen] == 0)
            continue;
        told++;
        bool named = trees[seen] == fitting->tree;
        telling_show(telling,
                     &(struct near_miss){
                         .provider = trees[seen],
                         .reason = few_words(fitting, trees[seen], names, named ? other : ""),
                         .more = counts[seen] - 1,
                         .alike = true,
                     });
    }
}

/* Tells that each tree sees too few providers. */
static const char *tell_few(const struct fitting *fitting, const char *names, const char *rest,
                            const char *except)
{
    struct arena *arena = fitting->telling->arena;
    const char *other = tell_other(fitting);
    const char *needs =
        arena_printf(arena, "group_policy=isolate needs %zu providers for groups %s",
                     fitting->group_count, names);
    show_trees(fitting, names, other);
    if (fitting->count < fitting->group_count)
        needs = arena_printf(arena, "%s%s, but only %u %s (%s)%s", needs, rest, fitting->count,
                             fitting->count == 1 ? "fits" : "fit", fitting->names, except);
    else
        needs =
            arena_printf(arena, "%s, but at most %u of a tree%s %s (%s)%s", needs, fitting->most,
                         rest, fitting->most == 1 ? "fits" : "fit", tell_tree(fitting), except);
    return text_with_rest(arena, needs, "; ", other);
}

/* Finds the providers that fit the granular groups of some groups, and lists these groups. */
static struct fitting find_fitting_granular(const struct telling *telling, const size_t *all,
                                            size_t all_count)
{
    size_t *groups = arena_array(telling->arena, all_count, sizeof(*groups)), count = 0;
    for (size_t i = 0; i < all_count; i++)
        if (telling->explanation->funnels[all[i]]->granular)
            groups[count++] = all[i];
    return find_fitting(telling, groups, count);
}

bool cause_nearest_isolated(const struct telling *telling, const size_t *groups, size_t count,
                            struct near_miss *nearest)
{
    uint32_t trees = 0;
    if (telling->among == NULL)
        return false;
    struct fitting fitting = find_fitting_granular(telling, groups, count);
    fitting.tree = WORLD_NONE;
    for (uint32_t i = 0; i < telling->explanation->world->provider_count; i++) {
        bool best = fitting.tree == WORLD_NONE || fitting.seen[i] > fitting.seen[fitting.tree];
        if (!telling_tells_of(telling, i) || fitting.seen[i] == 0 ||
            fitting.seen[i] >= fitting.group_count)
            continue;
        trees = best ? 1 : trees + (fitting.seen[i] == fitting.seen[fitting.tree]);
        fitting.tree = best ? i : fitting.tree;
    }
    if (fitting.tree == WORLD_NONE || budget_is_over(telling->inquiry->budget))
        return false;
    const char *names = group_names(telling, fitting.groups, fitting.group_count);
    *nearest = (struct near_miss){
        .provider = fitting.tree,
        .reason = few_words(&fitting, fitting.tree, names, tell_other(&fitting)),
        .more = trees - 1,
        .alike = true,
    };
    return true;
}

const char *cause_of_isolate(const struct telling *telling, const size_t *all, size_t all_count,
                             const char *except)
{
    const struct explanation *explanation = telling->explanation;
    const struct constraint *policy = telling_only(telling, CONSTRAINT_GROUP_POLICY);
    struct near_miss nearest;
    const struct fitting fitting = find_fitting_granular(telling, all, all_count);
    const size_t *groups = fitting.groups;
    size_t count = fitting.group_count;
    const char *names = group_names(telling, groups, count);
    const char *rest = plain_texts(telling), *told = "";
    if (fitting.tree != WORLD_NONE && fitting.most < count &&
        !budget_is_over(telling->inquiry->budget))
        return tell_few(&fitting, names, rest, except);
    if (cause_nearest_without(telling, policy, &nearest)) {
        telling_show(telling, &nearest);
        told = near_miss_words(telling->arena, explanation->world, explanation->names, &nearest);
    }
    return text_with_rest(telling->arena,
                          arena_printf(telling->arena,
                                       "group_policy=isolate: no tree%s has a different provider "
                                       "for each of the groups %s%s",
                                       rest, names, except),
                          ": ", told);
}
