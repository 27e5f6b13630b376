/*
 * Puts into words why groups of same_subtree have no providers of which one is at or above all
 * others.
 */
#include <config.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/nearest_top.h"
#include "placement/explain/rooms.h"

/* Groups that are told one by one. */
enum { TOLD_MOST = 4 };

/* Tops that lack different things, of which it is told. */
enum { TOPS_TOLD = 2 };

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
    for (size_t i = 0; i < count && i < TOLD_MOST; i++)
        text_add_item(&fits, ", ", fits_words(telling, groups[i]));
    if (count > TOLD_MOST)
        text_add_format(&fits, ", and %zu more groups", count - TOLD_MOST);
    return text_end(&fits);
}

/* The groups of a subtree, and the providers that satisfy them. */
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

static uint32_t root_of(const struct subtree *subtree, uint32_t provider)
{
    return subtree->telling->explanation->world->providers[provider].root;
}

static bool is_told_of(const struct subtree *subtree, uint32_t provider)
{
    return telling_tells_of(subtree->telling, root_of(subtree, provider));
}

static const char *label_of(const struct subtree *subtree, uint32_t provider)
{
    const struct explanation *explanation = subtree->telling->explanation;
    return provider_label(explanation->world, explanation->names, provider);
}

/* How near a tree is whose groups have providers, but in no subtree. */
enum nearness {
    APART,     /* none of these is at or below another */
    ELSEWHERE, /* what is missing below one of them is elsewhere in the tree */
    UNFIT,     /* below it is one with the classes that one more group asks for */
};

/* The top of a tree that has most groups at or below it, and what keeps it from having all. */
struct apart {
    enum nearness nearness;
    size_t missing; /* groups without a provider at or below the top */
    uint64_t kinds; /* what is wrong: equal for trees of which the same is told */
    struct nearest_top top;
};

/* Finds, at or below a top, a provider with the classes of a group: the top itself if it asks for
   none. Returns WORLD_NONE if there is none. */
static uint32_t find_unfit(const struct subtree *subtree, size_t number, uint32_t top)
{
    const struct inquiry *inquiry = subtree->telling->inquiry;
    const struct world *world = inquiry->world;
    const struct search_group *group = &inquiry->query.groups[subtree->groups->groups[number]];
    const struct world_provider *provider = &world->providers[top];
    for (uint32_t place = provider->first_below;
         place < provider->end_below && budget_spend(inquiry->budget, 1 + group->demand_count);
         place++) {
        size_t classes = 0;
        while (classes < group->demand_count &&
               world_inventory_of(world, world->in_order[place],
                                  group->demands[classes].class_id) != NULL)
            classes++;
        if (classes == group->demand_count)
            return world->in_order[place];
    }
    return WORLD_NONE;
}

/* Returns a number for what a provider lacks of a group. */
static uint64_t kinds_of(const struct subtree *subtree, size_t number, uint32_t provider)
{
    const struct telling *telling = subtree->telling;
    const struct sought sought = sought_of_group(telling->inquiry, telling->explanation->names,
                                                 subtree->groups->groups[number]);
    struct faults faults = {.sought = &sought};
    faults_of_provider(&faults, provider);
    return faults_kinds(&faults, provider);
}

/* Looks what a provider has at or below it. Returns false if that is no subtree of at least two
   groups, one of which it serves itself, or could if it did not lack something else. */
static bool look_at(const struct subtree *subtree, uint32_t top, struct apart *apart)
{
    size_t count = subtree->groups->count, last = 0;
    bool serves = false;
    *apart = (struct apart){.nearness = ELSEWHERE};
    apart->top.top = top;
    for (size_t i = 0; i < count; i++) {
        bool has = has_below(subtree, i, top);
        serves = serves || fits_of(subtree, i)[top];
        apart->top.groups[i].fits = has;
        if (has)
            continue;
        apart->missing++;
        apart->kinds |= (uint64_t)1 << i;
        last = i;
    }
    uint32_t unfit = apart->missing == 1 ? find_unfit(subtree, last, top) : WORLD_NONE;
    if (unfit != WORLD_NONE && (serves || unfit == top)) {
        apart->nearness = UNFIT;
        apart->top.groups[last].provider = unfit;
        apart->kinds ^= kinds_of(subtree, last, unfit);
        return true;
    }
    return serves && apart->missing > 0 && count - apart->missing > 1;
}

static bool is_nearer(const struct apart *one, const struct apart *other)
{
    return one->nearness != other->nearness ? one->nearness > other->nearness
                                            : one->missing < other->missing;
}

/* Finds the nearest top of a tree with a provider for each group, if one of these is at or below
   another. */
static struct apart find_apart(const struct subtree *subtree, uint32_t root)
{
    const struct inquiry *inquiry = subtree->telling->inquiry;
    const struct world *world = inquiry->world;
    struct apart best = {.nearness = APART}, apart;
    for (uint32_t place = world->providers[root].first_below;
         place < world->providers[root].end_below && subtree->groups->count <= TOP_GROUPS_MOST &&
         budget_spend(inquiry->budget, subtree->groups->count);
         place++)
        if (look_at(subtree, world->in_order[place], &apart) && is_nearer(&apart, &best))
            best = apart;
    return best;
}

/* Finds the nearest of the trees with a provider for each group, and how many others there are of
   which the same is to be told, and that lack nothing else either. Returns its root, or WORLD_NONE.
 */
static uint32_t find_with_all(const struct subtree *subtree, struct apart *nearest, uint32_t *more)
{
    const struct inquiry *inquiry = subtree->telling->inquiry;
    uint32_t first, providers = inquiry->world->provider_count;
    bool *trees = arena_array(inquiry->arena, providers, sizeof(*trees));
    struct apart *found = arena_array(inquiry->arena, providers, sizeof(*found));
    *nearest = (struct apart){.nearness = APART};
    for (uint32_t root = 0; root < providers; root++) {
        size_t groups = 0;
        if (root_of(subtree, root) != root || !is_told_of(subtree, root) ||
            !budget_spend(inquiry->budget, subtree->groups->count))
            continue;
        while (groups < subtree->groups->count && has_below(subtree, groups, root))
            groups++;
        trees[root] = groups == subtree->groups->count;
        if (trees[root])
            found[root] = find_apart(subtree, root);
        if (trees[root] && is_nearer(&found[root], nearest))
            *nearest = found[root];
    }
    for (uint32_t root = 0; root < providers; root++)
        trees[root] = trees[root] && !is_nearer(nearest, &found[root]);
    lacks_choose(inquiry->lacks, trees, providers, &first);
    if (first == WORLD_NONE)
        return first;
    *nearest = found[first];
    for (uint32_t root = 0; root < providers; root++)
        trees[root] = trees[root] && found[root].kinds == nearest->kinds;
    *more = lacks_count_alike(inquiry->lacks, trees, providers, first);
    return first;
}

/* Returns the first provider of a tree that satisfies a group. */
static uint32_t first_fit(const struct subtree *subtree, size_t number, uint32_t root)
{
    const struct world *world = subtree->telling->explanation->world;
    uint32_t place = world->providers[root].first_below;
    while (!fits_of(subtree, number)[world->in_order[place]])
        place++;
    return world->in_order[place];
}

/* Returns the providers of a tree that satisfy the groups: "a fits _A and b fits _B". */
static const char *tell_fits_of(const struct subtree *subtree, uint32_t root)
{
    const struct telling *telling = subtree->telling;
    size_t count = subtree->groups->count, told = count <= TOLD_MOST ? count : TOLD_MOST;
    struct text_builder fits = text_begin(telling->arena);
    for (size_t i = 0; i < told; i++)
        text_add_item(&fits, i + 1 == count ? " and " : ", ",
                      arena_printf(telling->arena, "%s fits %s",
                                   label_of(subtree, first_fit(subtree, i, root)),
                                   group_name(telling, subtree->groups->groups[i])));
    if (told < count)
        text_add_format(&fits, " and %zu more groups", count - told);
    return text_end(&fits);
}

/* Notes a tree as the nearest, with why it is not enough. Others are counted as it. */
static void show(const struct subtree *subtree, uint32_t root, const char *why, uint32_t more)
{
    telling_show(subtree->telling,
                 &(struct near_miss){
                     .provider = root,
                     .reason = arena_printf(subtree->telling->arena, "%s: %s",
                                            filter_miss(FILTER_SAME_SUBTREE), why),
                     .more = more,
                     .alike = true,
                 });
}

static uint32_t depth_of(const struct world *world, uint32_t provider)
{
    uint32_t depth = 0;
    for (; world->providers[provider].parent != WORLD_NONE; depth++)
        provider = world->providers[provider].parent;
    return depth;
}

/* Returns where a provider is that is not at or below a top: "beside it", or "below numa1", which
   is as deep in the tree as the top. */
static const char *place_words(const struct subtree *subtree, uint32_t provider, uint32_t top)
{
    const struct world *world = subtree->telling->explanation->world;
    uint32_t depth = depth_of(world, top), above = provider;
    for (uint32_t i = depth_of(world, provider); i > depth; i--)
        above = world->providers[above].parent;
    return above == provider
               ? "beside it"
               : arena_printf(subtree->telling->arena, "below %s", label_of(subtree, above));
}

/* Tells which groups a top has at or below it, and where the providers of the others are:
   "numa0 has _n and _numa, but not _f: fpga is below numa1". */
static const char *tell_elsewhere(const struct subtree *subtree, const struct apart *apart,
                                  uint32_t root)
{
    const struct telling *telling = subtree->telling;
    size_t have[TOP_GROUPS_MOST], lack[TOP_GROUPS_MOST], having = 0, lacking = 0;
    struct text_builder places = text_begin(telling->arena);
    for (size_t i = 0; i < subtree->groups->count; i++) {
        uint32_t fit = first_fit(subtree, i, root);
        if (apart->top.groups[i].fits) {
            have[having++] = subtree->groups->groups[i];
            continue;
        }
        lack[lacking++] = subtree->groups->groups[i];
        if (lacking <= TOLD_MOST)
            text_add_item(&places, ", ",
                          arena_printf(telling->arena, "%s is %s", label_of(subtree, fit),
                                       place_words(subtree, fit, apart->top.top)));
    }
    return arena_printf(telling->arena, "%s has %s, but not %s: %s",
                        label_of(subtree, apart->top.top), group_names(telling, have, having),
                        group_names(telling, lack, lacking), text_end(&places));
}

/* Tells what a provider lacks that could serve the only group without one, and who does elsewhere:
   "numa0 has _s, but for _c it has the forbidden trait A; numa1 fits _c, beside it". */
static const char *tell_unfit(const struct subtree *subtree, const struct apart *apart,
                              uint32_t root)
{
    const struct telling *telling = subtree->telling;
    size_t number = 0;
    while (apart->top.groups[number].fits)
        number++;
    uint32_t fit = first_fit(subtree, number, root);
    return arena_printf(telling->arena, "%s; %s fits %s, %s",
                        nearest_top_words(telling, subtree->groups, &apart->top),
                        label_of(subtree, fit),
                        group_name(telling, subtree->groups->groups[number]),
                        place_words(subtree, fit, apart->top.top));
}

/* Tells of a tree with a provider for each group why these are in no subtree. NULL: there is none.
 */
static const char *tell_apart(const struct subtree *subtree)
{
    struct arena *arena = subtree->telling->arena;
    struct apart apart;
    uint32_t more, root = find_with_all(subtree, &apart, &more);
    if (root == WORLD_NONE)
        return NULL;
    if (apart.nearness == APART) {
        const char *fits = arena_printf(arena, "%s, side by side", tell_fits_of(subtree, root));
        show(subtree, root, fits, more);
        return arena_printf(arena,
                            "the provider of one group must be above those of the others; in the "
                            "tree of %s, %s%s",
                            label_of(subtree, root), fits,
                            more > 0 ? arena_printf(arena, ", and so in %u more", more) : "");
    }
    const char *told = apart.nearness == UNFIT ? tell_unfit(subtree, &apart, root)
                                               : tell_elsewhere(subtree, &apart, root);
    show(subtree, root, told, more);
    return arena_printf(arena, "no subtree has all of them: %s%s", told,
                        more > 0 ? arena_printf(arena, ", and so in %u more", more) : "");
}

/* Tells of the nearest tree which providers it has without one of the constraints between groups:
   ": c1 has _a on a and _b on b"; "": there is none. If only trees have that which fail at an
   earlier filter too, tells how many different providers one of the others has. */
static const char *tell_without(const struct telling *telling, const struct constraint *left_out,
                                const size_t *groups, size_t count)
{
    const struct explanation *explanation = telling->explanation;
    struct near_miss nearest, few;
    bool any = left_out != NULL && cause_nearest_without(telling, left_out, &nearest);
    bool isolate = left_out != NULL && left_out->kind == CONSTRAINT_GROUP_POLICY;
    bool apart = any && telling->among != NULL && !telling->among[nearest.provider];
    if (isolate && (!any || apart) && cause_nearest_isolated(telling, groups, count, &few)) {
        nearest = few;
        any = true;
    }
    if (!any)
        return "";
    telling_show(telling, &nearest);
    return arena_printf(
        telling->arena, ": %s",
        near_miss_words(telling->arena, explanation->world, explanation->names, &nearest));
}

/* Notes tops as the nearest: two of one tree together, and what a tree lacks that has a group
   nowhere by that. */
static void show_tops(const struct subtree *subtree, const struct nearest_top *tops,
                      const char *const *words, size_t count)
{
    const struct telling *telling = subtree->telling;
    bool joined = count > 1 && root_of(subtree, tops[0].top) == root_of(subtree, tops[1].top);
    for (size_t i = 0; i < (joined ? 1 : count); i++) {
        uint32_t root = root_of(subtree, tops[i].top);
        if (telling_tells_of(telling, root))
            show(subtree, root,
                 joined ? arena_printf(telling->arena, "%s; %s", words[0], words[1]) : words[i], 0);
        else
            nearest_top_name(telling, subtree->groups, &tops[i]);
    }
}

static const char *likewise(const struct telling *telling, const struct nearest_top *nearest)
{
    return nearest->more > 0 ? arena_printf(telling->arena, ", and %u more likewise", nearest->more)
                             : "";
}

/* Returns the trees that are told of, and those that lack a group of the subtree, but have all else
   that the request asks for; NULL: all. */
static const bool *find_wider(const struct subtree *subtree)
{
    const struct telling *telling = subtree->telling;
    uint32_t providers = telling->explanation->world->provider_count;
    struct telling all = *telling;
    all.among = NULL;
    const bool *beside =
        cause_allowed_beside(&all, subtree->groups->groups, subtree->groups->count);
    if (telling->among == NULL || beside == NULL)
        return telling->among;
    bool *wider = arena_array(telling->arena, providers, sizeof(*wider));
    for (uint32_t i = 0; i < providers; i++)
        wider[i] = telling->among[i] || beside[i];
    return wider;
}

/* Tells of tops of which each lacks only amounts, for other groups than the one before, the nearest
   first. NULL: there is none. */
static const char *tell_mendable(const struct subtree *subtree)
{
    const struct telling *telling = subtree->telling;
    struct telling wide = *telling;
    struct nearest_top tops[TOPS_TOLD];
    const char *words[TOPS_TOLD];
    struct text_builder told = text_begin(telling->arena);
    size_t count = 0;
    wide.among = find_wider(subtree);
    while (count < TOPS_TOLD &&
           nearest_top_find(&wide, subtree->groups, false, count > 0 ? &tops[0] : NULL,
                            &tops[count]) &&
           tops[count].missing > 0 && tops[count].missing <= tops[0].missing &&
           tops[count].mendable) {
        words[count] = nearest_top_words(telling, subtree->groups, &tops[count]);
        text_add_item(&told, "; ", words[count]);
        text_add(&told, likewise(telling, &tops[count]));
        count++;
    }
    if (count == 0 || budget_is_over(telling->inquiry->budget))
        return NULL;
    show_tops(subtree, tops, words, count);
    return arena_printf(telling->arena, "no subtree has all of them: %s", text_end(&told));
}

/* Tells what the nearest top lacks, or that the groups have providers, but in no subtree. */
static const char *tell_missing(const struct subtree *subtree, const struct nearest_top *nearest)
{
    const struct telling *telling = subtree->telling;
    const size_t *groups = subtree->groups->groups;
    size_t count = subtree->groups->count;
    const char *apart = nearest->mendable ? NULL : tell_apart(subtree);
    if (nearest->mendable || (apart == NULL && count - nearest->missing > 1)) {
        const char *told = nearest_top_words(telling, subtree->groups, nearest);
        show(subtree, root_of(subtree, nearest->top), told, 0);
        return arena_printf(telling->arena, "no subtree has all of them: %s%s", told,
                            likewise(telling, nearest));
    }
    if (apart != NULL)
        return apart;
    return arena_printf(telling->arena,
                        "no tree has groups %s itself, without what others share; %s",
                        group_names(telling, groups, count), all_fits(telling, groups, count));
}

static const char *tell_one(const struct telling *telling, const struct constraint *constraint)
{
    struct subtree subtree = {
        .telling = telling,
        .groups = &telling->inquiry->query.subtrees[constraint->index],
    };
    struct nearest_top nearest;
    const size_t *groups = subtree.groups->groups;
    size_t count = subtree.groups->count;
    count_fits(&subtree);
    if (budget_is_over(telling->inquiry->budget))
        return arena_printf(telling->arena, "no subtree has groups %s",
                            group_names(telling, groups, count));
    bool found = nearest_top_find(telling, subtree.groups, false, NULL, &nearest);
    const char *lack =
        found && nearest.missing > 0 && telling->among != NULL ? tell_mendable(&subtree) : NULL;
    if (lack == NULL && found && nearest.missing > 0)
        lack = tell_missing(&subtree, &nearest);
    if (lack != NULL)
        return lack;
    const char *without = tell_without(telling, constraint, groups, count);
    const char *room = found ? room_words_of_provider(telling, nearest.top) : "";
    const char *told =
        arena_printf(telling->arena, "no subtree has groups %s together%s%s",
                     group_names(telling, groups, count), *without != '\0' ? "" : "; ",
                     *without != '\0' ? without : all_fits(telling, groups, count));
    return *room == '\0' ? told
                         : arena_printf(telling->arena, "%s; %s %s", told,
                                        label_of(&subtree, nearest.top), room);
}

/* Tells that subtrees cannot be had together, or not with different providers. */
static const char *tell_several(const struct telling *telling, const char *subtrees,
                                const size_t *groups, size_t count)
{
    const struct constraint *policy = telling_only(telling, CONSTRAINT_GROUP_POLICY);
    const struct constraint *left_out = policy;
    const char *names = "their groups"; /* whatever they ask for */
    for (size_t i = 0; i < telling->size && policy == NULL; i++)
        if (telling_item(telling, i)->kind == CONSTRAINT_SAME_SUBTREE)
            left_out = telling_item(telling, i);
    if (count > 0)
        names = arena_printf(telling->arena, "group%s %s", count > 1 ? "s" : "",
                             group_names(telling, groups, count));
    const char *without = tell_without(telling, left_out, groups, count);
    if (*without == '\0' && count > 0)
        without = arena_printf(telling->arena, "; %s", all_fits(telling, groups, count));
    if (policy != NULL && *without == ':')
        return arena_printf(telling->arena, "%s with group_policy=isolate%s", subtrees, without);
    if (policy != NULL)
        return arena_printf(telling->arena,
                            "%s with group_policy=isolate: no subtree has different providers for "
                            "%s%s",
                            subtrees, names, without);
    return arena_printf(telling->arena, "%s: no tree has %s in such subtrees at once%s", subtrees,
                        names, without);
}

const char *cause_of_subtree(const struct telling *telling, const size_t *groups, size_t count)
{
    const struct constraint *only = telling_only(telling, CONSTRAINT_SAME_SUBTREE);
    struct text_builder subtrees = text_begin(telling->arena);
    if (only != NULL && !telling_has(telling, CONSTRAINT_GROUP_POLICY))
        return arena_printf(telling->arena, "%s: %s", only->text, tell_one(telling, only));
    for (size_t i = 0; i < telling->size; i++)
        if (telling_item(telling, i)->kind == CONSTRAINT_SAME_SUBTREE)
            text_add_item(&subtrees, " and ", telling_item(telling, i)->text);
    return tell_several(telling, text_end(&subtrees), groups, count);
}
