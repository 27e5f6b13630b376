/*
 * The nearest misses of all groups together: which trees have nothing for which groups, and what
 * their roots lack.
 */
#include <config.h>

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

/* Returns what a tree lacks for a group: "lacks 1 VCPU of 2", "gpu0 lacks ..."; "": it has nothing
   of it. */
static const char *group_lack(const struct inquiry *inquiry, const char *const *names, size_t group,
                              uint32_t root)
{
    bool *among = arena_array(inquiry->arena, inquiry->world->provider_count, sizeof(*among));
    const struct sought sought = sought_of_group(inquiry, names, group);
    among[root] = true;
    const struct near_misses misses = near_misses_find(&sought, among);
    if (misses.count == 0)
        return "";
    const struct near_miss *miss = &misses.items[0];
    return miss->provider == root
               ? miss->reason
               : arena_printf(inquiry->arena, "%s %s",
                              provider_label(inquiry->world, names, miss->provider), miss->reason);
}

/* Tells of a tree which groups it has nothing for, and of a single one what it lacks. */
static void tell_groups(struct near_miss *miss, const struct inquiry *inquiry,
                        const char *const *names, const char *list, size_t count, size_t first)
{
    struct arena *arena = inquiry->arena;
    const char *lack = count == 1 ? group_lack(inquiry, names, first, miss->provider) : "";
    miss->reason = arena_printf(arena, "has nothing for group%s %s%s%s", count > 1 ? "s" : "", list,
                                *lack != '\0' ? ": " : "", lack);
    miss->alike = *lack == '\0';
}

struct near_misses near_groups_find(const struct inquiry *inquiry, const char *const *names,
                                    struct funnel *const *funnels)
{
    size_t groups = inquiry->query.group_count, counts[MISSES_MOST] = {0},
           firsts[MISSES_MOST] = {0};
    struct text_builder lists[MISSES_MOST];
    struct missing missing = missing_begin(inquiry);
    for (size_t i = 0; i < groups; i++) {
        near_group_trees(inquiry, funnels[i], missing.has);
        for (uint32_t j = 0; j < inquiry->world->provider_count; j++)
            if (!missing.has[j]) {
                missing.misses[j].weight++;
                missing.misses[j].kinds = (missing.misses[j].kinds + i + 1) * 0x9e3779b97f4a7c15u;
            }
        missing_note(&missing, true);
    }
    struct near_misses found = missing_nearest(&missing, true, NULL);
    for (size_t i = 0; i < found.count; i++)
        lists[i] = text_begin(inquiry->arena);
    for (size_t i = 0; i < groups; i++) {
        const char *suffix = inquiry->request->groups[i].suffix;
        near_group_trees(inquiry, funnels[i], missing.has);
        for (size_t j = 0; j < found.count; j++)
            if (!missing.has[found.items[j].provider]) {
                text_add_item(&lists[j], ", ", text_filled_or(suffix, "without suffix"));
                firsts[j] = counts[j]++ == 0 ? i : firsts[j];
            }
    }
    for (size_t i = 0; i < found.count; i++)
        tell_groups(&found.items[i], inquiry, names, text_end(&lists[i]), counts[i], firsts[i]);
    return found;
}

static const char *root_words(const struct inquiry *inquiry, const uint64_t *own)
{
    const struct membership *asked = &inquiry->request->root_traits;
    const struct search_membership *required = &inquiry->query.root_traits;
    const struct search_membership *forbidden = &inquiry->forbidden.root_traits;
    struct text_builder lacks = text_begin(inquiry->arena);
    for (size_t i = 0; i < required->required_count; i++)
        if (!bits_meet(required->required[i], own, inquiry->world->trait_words))
            text_add_item(&lacks, " and ",
                          arena_printf(inquiry->arena, "lacks the trait %s",
                                       names_joined(&asked->required[i], ", ", inquiry->arena)));
    for (size_t i = 0; i < forbidden->required_count; i++)
        if (bits_meet(forbidden->required[i], own, inquiry->world->trait_words))
            text_add_item(&lacks, " and ",
                          arena_printf(inquiry->arena, "has the forbidden trait %s",
                                       asked->forbidden.names[i]));
    return arena_printf(inquiry->arena, "%s (root_required)", text_end(&lacks));
}

struct near_misses near_roots_find(const struct inquiry *inquiry, const bool *found)
{
    const struct world *world = inquiry->world;
    const struct search_membership *required = &inquiry->query.root_traits;
    const struct search_membership *forbidden = &inquiry->forbidden.root_traits;
    struct missing missing = missing_begin(inquiry);
    size_t work = 4 + (required->required_count + forbidden->required_count) * world->trait_words;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, work); i++) {
        struct miss *miss = &missing.misses[i];
        const uint64_t *own = world_traits(world, i);
        miss->rarest = 1;
        for (size_t j = 0; j < required->required_count + forbidden->required_count; j++) {
            bool bad = j < required->required_count
                           ? !bits_meet(required->required[j], own, world->trait_words)
                           : bits_meet(forbidden->required[j - required->required_count], own,
                                       world->trait_words);
            miss->weight += bad ? WEIGHT_ONE : 0;
            miss->kinds = (miss->kinds + bad) * 0x9e3779b97f4a7c15u;
        }
    }
    struct near_misses misses = missing_nearest(&missing, true, found);
    for (size_t i = 0; i < misses.count; i++)
        misses.items[i].reason = root_words(inquiry, world_traits(world, misses.items[i].provider));
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
            misses.items[0] = (struct near_miss){.provider = i, .reason = reason, .alike = true};
        else
            misses.items[0].more++;
    }
    misses.count = misses.count > 0;
    return misses;
}
