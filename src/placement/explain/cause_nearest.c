/*
 * Shows by a tree how a set of constraints fails: without one constraint between groups it has
 * providers for all of them, and these are told.
 */
#include <config.h>

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/rooms.h"
#include "placement/explain/weight.h"

enum {
    CANDIDATES_TRIED = 256, /* of the tree, at most */
    PLACES_MOST = 4,        /* groups whose providers are told */
};

/* Who could have a group, in one subtree with the groups that are in another subtree as well. */
struct joint {
    size_t group;
    uint32_t provider; /* WORLD_NONE: nobody */
    double weight;     /* of what lacks it */
};

/* The candidates of a tree without the constraint that is left out. */
struct sample {
    const struct telling *telling;
    uint32_t tree;
    const bool *asked; /* for each group of the request: the set asks something of it */
    size_t tried;
    bool all;                    /* all candidates were looked at */
    struct relaxed_choice *best; /* of the one that uses most providers... */
    size_t count, clashes;
    const struct search_subtree *left_out; /* NULL: none, or it has no group of another subtree */
    const bool *fixed;  /* for each group of the request: another subtree of the set has it, too */
    struct joint joint; /* ... and whose groups come nearest to be in that subtree */
    bool *varies;       /* for each choice: another candidate has another provider for it */
};

static bool clash(const struct relaxed_choice *one, const struct relaxed_choice *other)
{
    return one->class_id < 0 && other->class_id < 0 && one->provider == other->provider;
}

/* Returns how many granular groups use a provider that an earlier one uses. */
static size_t count_clashes(const struct relaxed_choice *choices, size_t count)
{
    size_t clashes = 0;
    for (size_t i = 0; i < count; i++) {
        size_t before = 0;
        while (before < i && !clash(&choices[before], &choices[i]))
            before++;
        clashes += before < i;
    }
    return clashes;
}

static bool is_at_or_above(const struct world *world, uint32_t upper, uint32_t lower)
{
    const struct world_provider *above = &world->providers[upper];
    uint32_t place = world->providers[lower].first_below;
    return place >= above->first_below && place < above->end_below;
}

/* Returns whether one of a provider and those of the fixed groups of the subtree is at or above all
   others. */
static bool is_joint(const struct sample *sample, const struct relaxed_choice *choices,
                     size_t count, uint32_t provider)
{
    const struct world *world = sample->telling->explanation->world;
    uint32_t top = provider;
    for (size_t i = 0; i < count; i++)
        if (sample->fixed[choices[i].group] && is_at_or_above(world, choices[i].provider, top))
            top = choices[i].provider;
    for (size_t i = 0; i < count; i++)
        if (sample->fixed[choices[i].group] && !is_at_or_above(world, top, choices[i].provider))
            return false;
    return true;
}

/* Finds the provider that serves a group of the subtree best beside the fixed groups. */
static struct joint find_joint(const struct sample *sample, const struct relaxed_choice *choices,
                               size_t count, size_t group)
{
    const struct telling *telling = sample->telling;
    const struct world *world = telling->explanation->world;
    const struct world_provider *root = &world->providers[sample->tree];
    const struct sought sought =
        sought_of_group(telling->inquiry, telling->explanation->names, group);
    struct joint joint = {.group = group, .provider = WORLD_NONE};
    for (uint32_t place = root->first_below;
         place < root->end_below && budget_spend(telling->inquiry->budget, 32 + 2 * count);
         place++) {
        uint32_t provider = world->in_order[place];
        double weight = weight_of_provider(&sought, provider);
        if ((joint.provider != WORLD_NONE && weight >= joint.weight) ||
            !is_joint(sample, choices, count, provider))
            continue;
        joint.provider = provider;
        joint.weight = weight;
    }
    return joint;
}

/* Returns the group of the subtree that is left out, and of no other, that lacks most. */
static struct joint find_worst(const struct sample *sample, const struct relaxed_choice *choices,
                               size_t count)
{
    struct joint worst = {.provider = WORLD_NONE};
    for (size_t i = 0; sample->left_out != NULL && i < sample->left_out->count; i++) {
        size_t group = sample->left_out->groups[i];
        if (sample->fixed[group] || !sample->asked[group])
            continue;
        struct joint joint = find_joint(sample, choices, count, group);
        if (joint.provider != WORLD_NONE &&
            (worst.provider == WORLD_NONE || joint.weight > worst.weight))
            worst = joint;
    }
    return worst;
}

/* Returns whether a candidate is nearer than the best so far. */
static bool is_nearer(const struct sample *sample, size_t clashes, const struct joint *joint)
{
    if (sample->left_out == NULL)
        return clashes < sample->clashes;
    return joint->provider != WORLD_NONE &&
           (sample->joint.provider == WORLD_NONE || joint->weight < sample->joint.weight);
}

static bool look_at(void *subject, const struct relaxed_choice *choices, size_t count)
{
    struct sample *sample = subject;
    if (!budget_spend(sample->telling->inquiry->budget, count * count) ||
        sample->tried++ == CANDIDATES_TRIED) {
        sample->all = false;
        return false;
    }
    size_t clashes = count_clashes(choices, count), size = count * sizeof(*choices);
    const struct joint joint = find_worst(sample, choices, count);
    if (sample->best == NULL) {
        sample->best =
            memcpy(arena_array(sample->telling->arena, count, sizeof(*choices)), choices, size);
        sample->varies = arena_array(sample->telling->arena, count, sizeof(*sample->varies));
        sample->count = count;
        sample->clashes = clashes;
        sample->joint = joint;
        return true;
    }
    for (size_t i = 0; i < count; i++)
        sample->varies[i] = sample->varies[i] || choices[i].provider != sample->best[i].provider;
    if (is_nearer(sample, clashes, &joint)) {
        memcpy(sample->best, choices, size);
        sample->clashes = clashes;
        sample->joint = joint;
    }
    return true;
}

static const char *label_of(const struct telling *telling, uint32_t provider)
{
    return provider_label(telling->explanation->world, telling->explanation->names, provider);
}

/* Returns what a choice is for: the suffix of a group, or a class of the one without suffix. */
static const char *choice_name(const struct telling *telling, const struct relaxed_choice *choice)
{
    const struct search_group *group = &telling->inquiry->query.groups[choice->group];
    size_t place = 0;
    if (choice->class_id < 0) {
        const char *suffix = telling->explanation->request->groups[choice->group].suffix;
        return isdigit((unsigned char)*suffix) ? arena_printf(telling->arena, "group %s", suffix)
                                               : suffix;
    }
    while (group->demands[place].class_id != choice->class_id)
        place++;
    return telling->explanation->request->groups[choice->group].resources.items[place].class_name;
}

/* Returns the providers of the groups that the set asks something of, but not of those that are
   told already (NULL: all): "_g on gpu0 and _n on numa0"; "": there are none. */
static const char *tell_places(const struct sample *sample, const bool *told)
{
    struct text_builder places = text_begin(sample->telling->arena);
    size_t count = 0, left = 0;
    for (size_t i = 0; i < sample->count; i++)
        count += sample->asked[sample->best[i].group] && (told == NULL || !told[i]);
    left = count;
    for (size_t i = 0; i < sample->count && count - left < PLACES_MOST; i++)
        if (sample->asked[sample->best[i].group] && (told == NULL || !told[i]))
            text_add_item(&places, --left == 0 ? " and " : ", ",
                          arena_printf(sample->telling->arena, "%s on %s",
                                       choice_name(sample->telling, &sample->best[i]),
                                       label_of(sample->telling, sample->best[i].provider)));
    if (left > 0)
        text_add_format(&places, " and %zu more", left);
    return text_end(&places);
}

/* Returns another provider of the tree that satisfies one of the groups, and which: "; b fits _x,
   but not in that subtree"; or "". */
static const char *tell_aside(const struct sample *sample, const bool *told, uint32_t provider)
{
    const struct telling *telling = sample->telling;
    const struct world *world = telling->explanation->world;
    const struct world_provider *top = &world->providers[world->providers[provider].root];
    if (!telling_has(telling, CONSTRAINT_SAME_SUBTREE))
        return "";
    for (size_t i = 0; i < sample->count; i++)
        for (uint32_t place = top->first_below;
             told[i] && place < top->end_below && budget_spend(telling->inquiry->budget, 1);
             place++) {
            uint32_t other = world->in_order[place];
            if (other != provider && sample->asked[sample->best[i].group] &&
                telling->explanation->funnels[sample->best[i].group]->fits[other])
                return arena_printf(telling->arena, "; %s fits %s, but not in that subtree",
                                    label_of(telling, other),
                                    group_name(telling, sample->best[i].group));
        }
    return "";
}

/* Tells which groups have one provider together. */
static const char *tell_clash(const struct sample *sample)
{
    const struct telling *telling = sample->telling;
    struct arena *arena = telling->arena;
    size_t *groups = arena_array(arena, sample->count, sizeof(*groups)), count = 0, first = 0;
    bool *told = arena_array(arena, sample->count, sizeof(*told)), only = sample->all;
    for (size_t i = 0; i < sample->count && count == 0; i++)
        for (size_t j = i + 1; j < sample->count && count == 0; j++)
            if (clash(&sample->best[i], &sample->best[j])) {
                first = i;
                count = 1;
            }
    count = 0;
    for (size_t i = first; i < sample->count; i++) {
        if (!clash(&sample->best[first], &sample->best[i]))
            continue;
        told[i] = true;
        groups[count++] = sample->best[i].group;
        only = only && !sample->varies[i];
    }
    uint32_t provider = sample->best[first].provider;
    const char *names = group_names(telling, groups, count);
    const char *label = provider == sample->tree ? "itself" : label_of(telling, provider);
    const char *both = count == 2 ? "both " : "";
    const char *words =
        only ? arena_printf(arena, "has only %s for %sgroups %s", label, both, names)
             : arena_printf(arena, "has only one provider at a time for %sgroups %s, such as %s",
                            both, names, label);
    words = text_with_rest(arena, words, ", with ", tell_places(sample, told));
    return only ? arena_printf(arena, "%s%s", words, tell_aside(sample, told, provider)) : words;
}

/* Tells where the groups are, and what the provider lacks that could be in the subtree. */
static const char *tell_apart(const struct sample *sample)
{
    const struct telling *telling = sample->telling;
    const struct joint *joint = &sample->joint;
    const char *places = arena_printf(telling->arena, "has %s", tell_places(sample, NULL));
    if (sample->left_out == NULL || joint->provider == WORLD_NONE || joint->weight >= WEIGHT_CLASS)
        return places;
    const struct sought sought =
        sought_of_group(telling->inquiry, telling->explanation->names, joint->group);
    struct faults faults = {.sought = &sought};
    faults_of_provider(&faults, joint->provider);
    const char *lack = faults.count > 0 ? faults_words(&faults, joint->provider)
                                        : room_words_of_provider(telling, joint->provider);
    return *lack == '\0' ? places
                         : arena_printf(telling->arena, "%s; for %s in one subtree, %s %s", places,
                                        group_name(telling, joint->group),
                                        label_of(telling, joint->provider), lack);
}

/* Returns which groups of the subtree that is left out are in another one of the set; NULL: none.
 */
static const bool *find_fixed(const struct telling *telling, const struct constraint *left_out)
{
    const struct search_query *query = &telling->inquiry->query;
    bool *fixed = arena_array(telling->arena, query->group_count, sizeof(*fixed));
    bool *own = arena_array(telling->arena, query->group_count, sizeof(*own));
    for (size_t i = 0; i < query->subtrees[left_out->index].count; i++)
        own[query->subtrees[left_out->index].groups[i]] = true;
    bool any = false;
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind != CONSTRAINT_SAME_SUBTREE || constraint == left_out)
            continue;
        const struct search_subtree *subtree = &query->subtrees[constraint->index];
        for (size_t j = 0; j < subtree->count; j++) {
            fixed[subtree->groups[j]] = own[subtree->groups[j]];
            any = any || own[subtree->groups[j]];
        }
    }
    return any ? fixed : NULL;
}

/* Returns whether a tree is one of those to tell of. Each rank asks for less. */
static bool is_of_rank(const struct telling *telling, uint32_t root, int rank)
{
    const struct world *world = telling->explanation->world;
    if (rank == 0)
        return telling->among != NULL && telling_tells_of(telling, root);
    if (rank == 1 && !membership_holds(&telling->inquiry->query.root_traits,
                                       world_traits(world, root), world->trait_words))
        return false;
    return rank == 3 || telling->roots == NULL || telling->roots[root];
}

/* Chooses the tree to tell of, among those found. Returns how many are like it. */
static uint32_t choose_tree(const struct telling *telling, const bool *found, uint32_t *tree)
{
    uint32_t providers = telling->explanation->world->provider_count, more = 0;
    bool *trees = arena_array(telling->arena, providers, sizeof(*trees));
    *tree = WORLD_NONE;
    for (int rank = 0; rank < 4 && *tree == WORLD_NONE; rank++) {
        for (uint32_t i = 0; i < providers; i++)
            trees[i] = found[i] && is_of_rank(telling, i, rank);
        more = lacks_choose(telling->inquiry->lacks, trees, providers, tree);
    }
    return more;
}

bool cause_nearest_without(const struct telling *telling, const struct constraint *left_out,
                           struct near_miss *nearest)
{
    const struct explanation *explanation = telling->explanation;
    struct arena *arena = telling->arena;
    bool *kept = arena_array(arena, explanation->constraints.count, sizeof(*kept));
    bool *found = arena_array(arena, explanation->world->provider_count, sizeof(*found));
    bool *asked = arena_array(arena, explanation->funnel_count, sizeof(*asked));
    struct sample sample = {.telling = telling, .asked = asked, .all = true};
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        kept[telling->set[i]] = constraint != left_out;
        if (constraint->kind < CONSTRAINT_ROOT_REQUIRED)
            asked[constraint->group] = true;
    }
    if (relaxation_find(telling->relaxation, kept, found) != SEARCH_FOUND)
        return false;
    uint32_t more = choose_tree(telling, found, &sample.tree);
    if (sample.tree == WORLD_NONE)
        return false;
    if (left_out->kind == CONSTRAINT_SAME_SUBTREE) {
        sample.fixed = find_fixed(telling, left_out);
        if (sample.fixed != NULL)
            sample.left_out = &telling->inquiry->query.subtrees[left_out->index];
    }
    sample.all =
        relaxation_visit(telling->relaxation, kept, sample.tree, look_at, &sample) != SEARCH_LATE &&
        sample.all;
    if (sample.count < 2 || budget_is_over(telling->inquiry->budget))
        return false;
    bool isolate = left_out->kind == CONSTRAINT_GROUP_POLICY;
    if (isolate && sample.clashes == 0)
        return false;
    *nearest = (struct near_miss){
        .provider = sample.tree,
        .reason = isolate ? tell_clash(&sample) : tell_apart(&sample),
        .more = more,
        .alike = true,
    };
    return true;
}

const char *cause_of_one_of_tree(const struct telling *telling)
{
    const struct explanation *explanation = telling->explanation;
    const char *told =
        arena_printf(telling->arena, "below microversion 1.29 no single provider of a tree %s",
                     predicates(telling, NULL));
    struct near_miss nearest;
    if (!cause_nearest_without(telling, telling_only(telling, CONSTRAINT_ONE_OF_TREE), &nearest))
        return told;
    telling_show(telling, &nearest);
    return arena_printf(
        telling->arena, "%s: %s", told,
        near_miss_words(telling->arena, explanation->world, explanation->names, &nearest));
}
