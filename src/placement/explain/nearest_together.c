/*
 * The nearest misses of all groups together: which trees have nothing for which groups, and what
 * their roots lack.
 */
#include <config.h>

#include <string.h>

#include "base/text.h"
#include "placement/explain/missing.h"
#include "placement/explain/nearest.h"
#include "placement/explain/weight.h"

static void see_any(void *subject, uint32_t anchor, uint32_t provider)
{
    bool *trees = subject;
    (void)provider;
    trees[anchor] = true;
}

void near_group_trees(const struct inquiry *inquiry, const struct funnel *funnel, bool *trees)
{
    const struct world *world = inquiry->world;
    if (!budget_spend(inquiry->budget, world->provider_count))
        return;
    for (uint32_t i = 0; i < world->provider_count; i++)
        trees[i] = !funnel->granular && funnel->fits[i];
    for (uint32_t i = 0; funnel->granular && i < world->provider_count; i++)
        if (funnel->fits[i])
            inquiry_visit_anchors(inquiry, i, false, see_any, trees);
}

static void tell_place(const struct sought *sought, struct near_miss *miss)
{
    if (sought->group.granular && miss->place == PLACE_WRONG)
        miss->reason = arena_printf(sought->inquiry->arena,
                                    "is in another subtree (same_subtree) and %s", miss->reason);
}

/* Returns what a tree lacks for a group: "lacks 1 VCPU of 2", "gpu0 lacks ..."; "": it has nothing
   of it. */
static const char *group_lack(const struct inquiry *inquiry, const char *const *names, size_t group,
                              uint32_t root)
{
    struct inquiry alone = *inquiry;
    bool *among = arena_array(inquiry->arena, inquiry->world->provider_count, sizeof(*among));
    const struct sought sought = sought_of_group(&alone, names, group);
    alone.lacks = NULL; /* what else the tree lacks is told before */
    among[root] = true;
    struct near_misses misses = near_group_find(&sought, among, WORLD_NONE);
    if (misses.count == 0)
        return "";
    struct near_miss *miss = &misses.items[0];
    tell_place(&sought, miss);
    return miss->provider == root
               ? miss->reason
               : arena_printf(inquiry->arena, "%s %s",
                              provider_label(inquiry->world, names, miss->provider), miss->reason);
}

/* Returns the groups that a tree has nothing for, but one, and of a single one what it lacks:
   "nothing for group 1: gpu0 lacks 1 VGPU of 2"; "": there are none. */
static const char *groups_words(const struct inquiry *inquiry, const char *const *names,
                                uint32_t root, size_t but)
{
    struct text_builder list = text_begin(inquiry->arena);
    size_t only = lacks_only_group(inquiry->lacks, root, but);
    const char *lack = only != SIZE_MAX ? group_lack(inquiry, names, only, root) : "";
    for (size_t i = 0; i < inquiry->lacks->group_count; i++)
        if (i != but && inquiry->lacks->groups[i][root].bits != 0)
            text_add_item(&list, ", ",
                          text_filled_or(inquiry->request->groups[i].suffix, "without suffix"));
    if (list.length == 0)
        return "";
    return arena_printf(inquiry->arena, "nothing for group%s %s%s%s", only == SIZE_MAX ? "s" : "",
                        text_end(&list), *lack != '\0' ? ": " : "", lack);
}

/* Tells which groups the tree of a miss has nothing for, beside the one that is sought. */
static void tell_groups(const struct sought *sought, struct near_miss *miss)
{
    const struct inquiry *inquiry = sought->inquiry;
    uint32_t root = inquiry->world->providers[miss->provider].root;
    const char *groups = groups_words(inquiry, sought->names, root, sought->number);
    if (*groups == '\0')
        return;
    const char *has = root == miss->provider ? "has" : "its tree has";
    const char *comma =
        strchr(miss->reason, ',') != NULL || strstr(miss->reason, " and ") != NULL ? "," : "";
    miss->reason = *miss->reason == '\0' ? arena_printf(inquiry->arena, "%s %s", has, groups)
                                         : arena_printf(inquiry->arena, "%s%s and %s %s",
                                                        miss->reason, comma, has, groups);
    if (strchr(groups, ':') != NULL)
        miss->alike = false;
}

void near_miss_tell_rest(const struct sought *sought, struct near_miss *miss)
{
    const struct inquiry *inquiry = sought->inquiry;
    bool whole = sought->part == SOUGHT_WHOLE && inquiry->lacks != NULL;
    bool pool = sought->group.granular && inquiry->world->providers[miss->provider].shares;
    if (whole && !pool)
        tell_groups(sought, miss);
    tell_place(sought, miss);
}

/* Notes which groups a tree has nothing for, and what its root lacks. */
static void note_tree(const struct inquiry *inquiry, uint32_t root, struct miss *miss)
{
    const struct lacks *lacks = inquiry->lacks;
    miss->kinds = lacks_kind(lacks, root, SIZE_MAX);
    miss->lacks = lacks_count(lacks, &miss->rest);
    miss->pool = inquiry->world->providers[root].shares && lacks_class(lacks, root, SIZE_MAX);
}

/* Tells of trees what their roots lack, and which groups they have nothing for. */
static void tell_trees(const struct inquiry *inquiry, const char *const *names,
                       struct near_misses *misses)
{
    const struct sought sought = {.inquiry = inquiry, .names = names, .number = SIZE_MAX};
    for (size_t i = 0; i < misses->count; i++) {
        struct faults faults = {.sought = &sought};
        faults_of_root(&faults, misses->items[i].provider);
        near_miss_tell(&misses->items[i], &faults);
        tell_groups(&sought, &misses->items[i]);
    }
}

struct near_misses near_groups_find(const struct inquiry *inquiry, const char *const *names)
{
    const struct lacks *lacks = inquiry->lacks;
    const struct world *world = inquiry->world;
    struct missing missing = missing_begin(inquiry);
    if (lacks == NULL)
        return (struct near_misses){.count = 0};
    missing.whole = true;
    for (size_t i = 0; i < lacks->group_count; i++) {
        for (uint32_t j = 0; j < world->provider_count && budget_spend(inquiry->budget, 2); j++) {
            missing.has[j] = world->providers[j].root == j && lacks->groups[i][j].bits == 0;
            missing.misses[j].weight += !missing.has[j];
        }
        missing_note(&missing, true);
    }
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, 16); i++)
        if (world->providers[i].root == i)
            note_tree(inquiry, i, &missing.misses[i]);
    struct near_misses found = missing_nearest(&missing, true, NULL, WORLD_NONE);
    tell_trees(inquiry, names, &found);
    return found;
}

struct near_misses near_roots_find(const struct inquiry *inquiry, const char *const *names,
                                   const bool *found)
{
    const struct lacks *lacks = inquiry->lacks;
    const struct world *world = inquiry->world;
    struct missing missing = missing_begin(inquiry);
    if (lacks == NULL)
        return (struct near_misses){.count = 0};
    missing.whole = true;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, 16); i++) {
        struct miss *miss = &missing.misses[i];
        if (world->providers[i].root != i || lacks->roots[i] == 0)
            continue;
        miss->rarest = 1;
        miss->weight = WEIGHT_ONE;
        note_tree(inquiry, i, miss);
    }
    struct near_misses misses = missing_nearest(&missing, true, found, WORLD_NONE);
    tell_trees(inquiry, names, &misses);
    return misses;
}

struct near_misses near_misses_alike(const struct inquiry *inquiry, const bool *found,
                                     const char *reason)
{
    struct near_misses misses = {.count = 0};
    for (uint32_t i = 0; i < inquiry->world->provider_count; i++) {
        if (!found[i])
            continue;
        if (misses.count++ == 0)
            misses.items[0] =
                (struct near_miss){.provider = i, .reason = reason, .alike = true, .lacks = 1};
        else
            misses.items[0].more++;
    }
    misses.count = misses.count > 0;
    return misses;
}
