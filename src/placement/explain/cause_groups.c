/*
 * Puts into words why groups that each have a provider have none together.
 */
#include <config.h>

#include <string.h>

#include "base/sorted.h"
#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/nearest.h"
#include "placement/explain/weight.h"

/* Groups of a set, at most, whose trees are looked for. */
enum { RAREST_TRIED = 8 };

enum {
    PAIRS_TRIED = 4,   /* of which is tried whether a tree lacks nothing else, at most */
    TEXTS_MOST = 4,    /* constraints of a group that a tree meets, at most, that are told */
    LACKS_TOLD = 2,    /* groups of which is told what trees with all others lack for them */
    LACKS_WIDTH = 190, /* of what is told of two */
    TEXTS_WIDTH = 110, /* of more constraints than the set has */
};

/* Adds what a constraint asks to a list: "resources1=VCPU:1,MEMORY_MB:1 and required1=A". last: the
   constraint that was added before; NULL: none. */
static void add_text(struct text_builder *texts, const struct constraint *constraint,
                     const struct constraint *last)
{
    size_t name = strcspn(constraint->text, "=") + 1;
    bool joined = last != NULL && last->kind == constraint->kind &&
                  constraint->kind <= CONSTRAINT_FORBIDDEN &&
                  strncmp(last->text + name, "in:", 3) != 0 &&
                  strncmp(constraint->text + name, "in:", 3) != 0;
    text_add_item(texts, joined ? "," : " and ", constraint->text + (joined ? name : 0));
}

/* Returns what the set asks of a group: "resources1=FPGA:1 and required1=CUSTOM_A". */
static const char *group_texts(const struct telling *telling, size_t group, bool *kept)
{
    struct text_builder texts = text_begin(telling->arena);
    const struct constraint *last = NULL;
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind >= CONSTRAINT_ROOT_REQUIRED || constraint->group != group)
            continue;
        kept[telling->set[i]] = true;
        add_text(&texts, constraint, last);
        last = constraint;
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

/* Tells which providers have what the set asks of a group: "1 provider meets resources1=FPGA:1
   (fpga0)". */
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

/* The trees of a group of the set. */
struct group_trees {
    size_t group;
    uint32_t count;
    bool *trees;
    const char *texts; /* what is asked of the group */
};

/* Returns whether the tree of a root has a provider for all that the request asks of a group with a
   suffix. */
static bool has_whole_group(const struct telling *telling, size_t group, uint32_t root)
{
    const struct world *world = telling->explanation->world;
    const struct world_provider *top = &world->providers[root];
    const struct funnel *funnel = telling->explanation->funnels[group];
    for (uint32_t place = top->first_below;
         funnel->granular && place < top->end_below && budget_spend(telling->inquiry->budget, 1);
         place++)
        if (funnel->fits[world->in_order[place]])
            return true;
    return false;
}

/* Returns what a tree has of a group: all that the request asks if it has that, or what the set
   asks. */
static const char *texts_of_tree(const struct telling *telling, const struct group_trees *rare,
                                 uint32_t root)
{
    const struct constraint_list *constraints = &telling->explanation->constraints;
    struct text_builder texts = text_begin(telling->arena);
    const struct constraint *last = NULL;
    size_t count = 0;
    if (!has_whole_group(telling, rare->group, root))
        return rare->texts;
    for (size_t i = 0; i < constraints->count && count <= TEXTS_MOST; i++) {
        const struct constraint *constraint = &constraints->items[i];
        if (constraint->kind >= CONSTRAINT_ROOT_REQUIRED || constraint->group != rare->group)
            continue;
        count++;
        add_text(&texts, constraint, last);
        last = constraint;
    }
    return count <= TEXTS_MOST && !telling_is_wide(telling, texts.length, TEXTS_WIDTH)
               ? text_end(&texts)
               : rare->texts;
}

/* Finds what the nearest of some trees lacks for a group, itself or by a pool that it sees. Returns
   false if they have nothing of it. */
static bool find_lack(const struct sought *sought, const bool *among, struct near_miss *lack)
{
    struct near_miss pool;
    const struct near_misses misses = near_misses_find(sought, among);
    bool shared = cause_nearest_pool(sought, among, &pool);
    *lack = misses.items[0];
    if (shared && (misses.count == 0 || weight_of_provider(sought, pool.faults[0].on) <
                                            weight_of_provider(sought, lack->provider)))
        *lack = pool;
    return (shared || misses.count > 0) && !budget_is_over(sought->inquiry->budget);
}

/* Returns what a tree lacks, with its name only if it is about a provider below the root: "b lacks
   1 VCPU of 1, and 2 more". */
static const char *words_of_tree(const struct telling *telling, size_t group,
                                 const struct near_miss *lack)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    const char *words = cause_miss_words(telling, group, lack);
    const char *label = provider_label(world, explanation->names, lack->provider);
    return world->providers[lack->provider].root == lack->provider ? words + strlen(label) + 1
                                                                   : words;
}

/* Returns what all constraints of a group ask. What else its tree lacks is not told with it. */
static struct sought sought_of_all(const struct telling *telling, size_t group)
{
    const struct explanation *explanation = telling->explanation;
    const struct constraint_list *constraints = &explanation->constraints;
    size_t *set = arena_array(telling->arena, constraints->count, sizeof(*set)), count = 0;
    for (size_t i = 0; i < constraints->count; i++)
        if (constraints->items[i].kind < CONSTRAINT_ROOT_REQUIRED &&
            constraints->items[i].group == group)
            set[count++] = i;
    return sought_of_constraints(telling->inquiry, explanation->names, constraints, set, count,
                                 group);
}

/* Tells what the trees lack for another group that have what the set asks of the rarest group, but
   not of that. tries: only if that suffices for a candidate, as far as there are tries left; NULL:
   it does not matter. NULL: they have nothing of it. */
static const char *tell_lack(const struct telling *telling, const struct group_trees *rare,
                             const struct group_trees *other, size_t *tries)
{
    const struct explanation *explanation = telling->explanation;
    uint32_t providers = explanation->world->provider_count;
    bool *among = arena_array(telling->arena, providers, sizeof(*among));
    struct near_miss lack;
    struct sought sought =
        sought_of_constraints(telling->inquiry, explanation->names, &explanation->constraints,
                              telling->set, telling->size, other->group);
    if (sought.places != NULL) /* there is one that it could take: it is told whole */
        sought = sought_of_all(telling, other->group);
    for (uint32_t i = 0; i < providers; i++)
        among[i] = rare->trees[i] && !other->trees[i];
    if (!find_lack(&sought, among, &lack))
        return NULL;
    if (tries != NULL &&
        (*tries == 0 || !cause_suffices(telling, &sought, other->group, true, &lack))) {
        *tries -= *tries > 0;
        return NULL;
    }
    uint32_t root = explanation->world->providers[lack.provider].root;
    telling_name(telling, &lack);
    return arena_printf(telling->arena, "%s meets %s, but %s",
                        provider_label(explanation->world, explanation->names, root),
                        texts_of_tree(telling, rare, root),
                        words_of_tree(telling, other->group, &lack));
}

/* Returns whether the request asks for more than the set, a group and, if it has a suffix, another
   one. */
static bool asks_more(const struct telling *telling, size_t group, size_t other)
{
    const struct constraint_list *constraints = &telling->explanation->constraints;
    for (size_t i = 0; i < constraints->count; i++) {
        const struct constraint *constraint = &constraints->items[i];
        bool of_group = constraint->kind < CONSTRAINT_ROOT_REQUIRED;
        size_t place = 0;
        if (of_group &&
            (constraint->group == group ||
             (constraint->group == other && telling->explanation->funnels[other]->granular)))
            continue;
        while (place < telling->size && telling->set[place] != i)
            place++;
        if (place == telling->size)
            return true;
    }
    return false;
}

/* What the last thing is that a tree lacks. */
struct last_lack {
    size_t group; /* that it is for */
    struct near_miss miss;
    const char *label; /* of the tree */
    const char *meets; /* "required=A and all else" */
};

/* Finds what the nearest of some trees lacks for a group, at a pool or itself. rare: of a pool it
   may be anything, as it is the rest that is rare. Otherwise it must be an amount. */
static bool find_last_lack(const struct telling *telling, const struct group_trees *other,
                           const bool *trees, const struct group_trees *rest, bool pool, bool rare,
                           struct near_miss *lack)
{
    uint32_t providers = telling->explanation->world->provider_count;
    bool *among = arena_array(telling->arena, providers, sizeof(*among));
    const struct sought sought =
        sought_of_group(telling->inquiry, telling->explanation->names, other->group);
    for (uint32_t i = 0; trees != NULL && i < providers; i++)
        among[i] = trees[i] && !other->trees[i] && rest->trees[i];
    if (pool)
        return cause_nearest_pool(&sought, among, lack) && (rare || near_miss_is_amounts(lack));
    const struct near_misses misses = near_misses_find(&sought, among);
    *lack = misses.items[0];
    return misses.count > 0 && near_miss_is_amounts(lack);
}

/* Finds a tree that has all that the request asks for but one group, or at least each of the other
   groups by itself. */
static bool find_last(const struct telling *telling, const struct group_trees *found, size_t count,
                      bool pool, struct last_lack *last)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    for (size_t i = count; i-- > 0;) {
        const struct group_trees *other = &found[i], *rest = &found[i == 0];
        bool all = find_last_lack(telling, other, cause_has_rest(telling, other->group), rest, pool,
                                  i > 0, &last->miss);
        if (!all && !find_last_lack(telling, other, cause_allowed_beside(telling, &other->group, 1),
                                    rest, pool, i > 0, &last->miss))
            continue;
        uint32_t root = world->providers[last->miss.provider].root;
        bool more = all && asks_more(telling, other->group, rest->group);
        last->group = other->group;
        last->label = provider_label(world, explanation->names, root);
        last->meets = arena_printf(telling->arena, "%s meets %s%s", last->label,
                                   texts_of_tree(telling, rest, root), more ? " and all else" : "");
        telling_name(telling, &last->miss);
        return true;
    }
    return false;
}

/* Tells of a pool that has too little left for a tree that has all else, after a tree that has too
   little itself: "a meets required=A and all else, but cannot use pool, which lacks ...". NULL:
   there is no such pool. */
static const char *tell_pool(const struct telling *telling, const struct group_trees *found,
                             size_t count)
{
    struct last_lack pool, own;
    if (telling->explanation->world->sharing_count == 0 ||
        !find_last(telling, found, count, true, &pool))
        return NULL;
    const char *lacks = words_of_tree(telling, pool.group, &pool.miss);
    if (!find_last(telling, found, count, false, &own))
        return arena_printf(telling->arena, "%s, but %s", pool.meets, lacks);
    return arena_printf(telling->arena, "%s, but %s; %s%s %s", own.meets,
                        words_of_tree(telling, own.group, &own.miss),
                        strcmp(own.meets, pool.meets) == 0 ? pool.label : pool.meets,
                        strcmp(own.meets, pool.meets) == 0 ? "" : ", but", lacks);
}

/* Returns what the set asks of a group as "is in the aggregate A". NULL: it asks the group without
   suffix for resources; then find_trees() may not find all trees. */
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
        if (constraint->kind == CONSTRAINT_RESOURCE &&
            !telling->inquiry->query.groups[group].granular)
            return NULL;
        set[part.size++] = telling->set[i];
    }
    return predicates(&part, NULL);
}

/* Tells that trees with the one group of the set have nothing of the other, of which tell_lack()
   finds nothing. NULL: they have the other too. */
static const char *tell_nothing_of(const struct telling *telling, const struct group_trees *rare,
                                   const struct group_trees *other)
{
    const struct explanation *explanation = telling->explanation;
    const char *asked = group_predicates(telling, other->group);
    uint32_t providers = explanation->world->provider_count, first;
    bool *trees = arena_array(telling->arena, providers, sizeof(*trees));
    for (uint32_t i = 0; i < providers; i++)
        trees[i] = rare->trees[i] && !other->trees[i];
    uint32_t more = lacks_choose(telling->inquiry->lacks, trees, providers, &first);
    if (asked == NULL || first == WORLD_NONE || budget_is_over(telling->inquiry->budget))
        return NULL;
    return arena_printf(telling->arena, "%s meets %s, but nothing in its tree %s%s",
                        provider_label(explanation->world, explanation->names, first),
                        texts_of_tree(telling, rare, first), asked,
                        more_words(telling->arena, more));
}

static int group_trees_compare(const void *left, const void *right)
{
    const struct group_trees *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    return a->group < b->group ? -1 : a->group > b->group;
}

/* Tells of trees that have all groups but one what they lack for it, of up to two groups. */
static const char *tell_all_but_one(const struct telling *telling, const struct group_trees *found,
                                    size_t count)
{
    struct text_builder text = text_begin(telling->arena);
    uint32_t providers = telling->explanation->world->provider_count;
    size_t told = 0;
    for (size_t i = 0; i < count && told < LACKS_TOLD; i++) {
        const struct group_trees *other = &found[count - 1 - i];
        struct group_trees rest = found[i + 1 == count ? 1 : 0];
        bool *trees = arena_array(telling->arena, providers, sizeof(*trees));
        for (uint32_t j = 0; j < providers && budget_spend(telling->inquiry->budget, count); j++) {
            trees[j] = true;
            for (size_t k = 0; k < count && trees[j]; k++)
                trees[j] = found[k].trees[j] == (&found[k] != other);
        }
        rest.trees = trees;
        const char *lack = tell_lack(telling, &rest, other, NULL);
        if (lack == NULL)
            lack = tell_nothing_of(telling, &rest, other);
        if (lack == NULL ||
            (told > 0 && telling_is_wide(telling, text.length + strlen(lack), LACKS_WIDTH)))
            continue;
        told++;
        text_add_item(&text, "; ", lack);
    }
    return told > 0 ? text_end(&text) : NULL;
}

/* Tells what trees lack for one group that have what the set asks of another, the rarest first, and
   before them those that lack nothing else. NULL: they have nothing of it. */
static const char *tell_pairs(const struct telling *telling, const struct group_trees *found,
                              size_t count)
{
    const char *told = NULL;
    size_t tries = PAIRS_TRIED;
    for (size_t i = 0; i < count * count && told == NULL; i++)
        if (i / count != i % count && found[i / count].count > 0)
            told = tell_lack(telling, &found[i / count], &found[i % count], &tries);
    for (size_t i = 0; i < count * count && told == NULL; i++) {
        const struct group_trees *rare = &found[i / count], *other = &found[i % count];
        if (rare == other || rare->count == 0)
            continue;
        told = tell_lack(telling, rare, other, NULL);
        if (told == NULL && !telling->inquiry->query.groups[other->group].granular)
            told = tell_nothing_of(telling, rare, other);
    }
    for (size_t i = 0; i < count * count && told == NULL; i++)
        if (i / count != i % count)
            told = tell_nothing_of(telling, &found[i / count], &found[i % count]);
    return told;
}

/* Tells what the trees lack that have one of the groups, the rarest if they have something of
   another. */
static const char *tell_rarest(const struct telling *telling, const size_t *groups, size_t count)
{
    uint32_t providers = telling->explanation->world->provider_count;
    struct group_trees found[RAREST_TRIED];
    if (count > RAREST_TRIED)
        count = RAREST_TRIED;
    for (size_t i = 0; i < count; i++) {
        found[i] = (struct group_trees){
            .group = groups[i],
            .trees = arena_array(telling->arena, providers, sizeof(bool)),
        };
        found[i].count = find_trees(telling, groups[i], &found[i].texts, found[i].trees);
    }
    sort(found, count, sizeof(*found), group_trees_compare);
    const char *told = tell_pool(telling, found, count);
    if (told == NULL && count > 2)
        told = tell_all_but_one(telling, found, count);
    return told != NULL ? told : tell_pairs(telling, found, count);
}

/* Tells what the tree lacks for another group that the one without suffix asks for (in_tree): that
   is the host of a migration. NULL: the set is about more. */
static const char *tell_target(const struct telling *telling, const size_t *groups, size_t count)
{
    const struct constraint *tree = telling_only(telling, CONSTRAINT_IN_TREE);
    uint32_t providers = telling->explanation->world->provider_count;
    if (tree == NULL || count != 2 || telling->inquiry->query.groups[tree->group].granular)
        return NULL;
    uint32_t root = telling->inquiry->query.groups[tree->group].tree;
    struct group_trees other = {
        .group = groups[groups[0] == tree->group],
        .trees = arena_array(telling->arena, providers, sizeof(bool)),
    };
    find_trees(telling, other.group, &other.texts, other.trees);
    const char *asked = group_predicates(telling, other.group);
    if (root == WORLD_NONE || other.trees[root] || asked == NULL ||
        budget_is_over(telling->inquiry->budget))
        return NULL;
    return text_with_rest(
        telling->arena,
        arena_printf(
            telling->arena, "nothing in the tree of %s (in_tree)%s %s", tree_label(telling, tree),
            telling->explanation->world->sharing_count > 0 ? ", or shared with it," : "", asked),
        ": ", cause_of_target(telling, root, other.group));
}

/* Returns what the nearer trees lack, with the pool that would share, or with what others lack
   only. */
static const char *tell_nearer(const struct telling *telling, const char *nearer,
                               const char *sharing)
{
    const char *roads = cause_with_roads(telling, nearer);
    return strcmp(roads, nearer) == 0 ? text_with_rest(telling->arena, nearer, "; ", sharing)
                                      : roads;
}

/* Groups that each have a provider, but not in one tree. */
static const char *tell_groups(const struct telling *telling, const size_t *groups, size_t count)
{
    struct text_builder holders = text_begin(telling->arena);
    struct telling within = *telling;
    const char *told = cause_of_sharing(telling, &within.roots);
    const char *nearer =
        told != NULL && within.roots != NULL ? tell_rarest(&within, groups, count) : NULL;
    if (nearer != NULL)
        told = tell_nearer(telling, nearer, told);
    if (told == NULL)
        told = tell_rarest(telling, groups, count);
    const char *combined = told == NULL ? cause_of_combined(telling, groups, count) : NULL;
    if (combined != NULL)
        return combined;
    for (size_t i = 0; i < count && i < RAREST_TRIED && told == NULL; i++)
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
        bool root = telling_has(telling, CONSTRAINT_ROOT_REQUIRED) ||
                    telling_has(telling, CONSTRAINT_ROOT_FORBIDDEN);
        const char *except = root ? cause_except_roots(telling) : "";
        return subtree ? arena_printf(telling->arena, "%s%s",
                                      cause_of_subtree(&within, groups, count), except)
                       : cause_of_isolate(&within, groups, count, except);
    }
    const char *combined = telling->explanation->filter == FILTER_COMBINED_CAPACITY
                               ? cause_of_combined(telling, groups, count)
                               : NULL;
    if (combined != NULL)
        return combined;
    const char *trees = cause_of_in_trees(telling);
    const char *target = trees == NULL ? tell_target(telling, groups, count) : NULL;
    if (target != NULL)
        return target;
    return trees != NULL ? trees : tell_groups(telling, groups, count);
}
