/*
 * Puts those together that lack the same, and orders them.
 */
#include <config.h>

#include "placement/explain/missing.h"

#include "base/sorted.h"
#include "placement/explain/weight.h"

/* Puts those behind all others that are not in the tree that in_tree names. */
enum { ELSEWHERE = 1000000 };

struct missing missing_begin(const struct inquiry *inquiry)
{
    uint32_t count = inquiry->world->provider_count;
    struct missing missing = {
        .inquiry = inquiry,
        .misses = arena_array(inquiry->arena, count, sizeof(*missing.misses)),
        .has = arena_array(inquiry->arena, count, sizeof(*missing.has)),
    };
    budget_spend(inquiry->budget, (uint64_t)count * 4);
    for (uint32_t i = 0; i < count; i++)
        missing.misses[i] =
            (struct miss){.rarest = UINT32_MAX,
                          .provider = i,
                          .rest = {.group = SIZE_MAX, .root = inquiry->world->providers[i].root}};
    return missing;
}

void missing_note(struct missing *missing, bool trees)
{
    const struct world *world = missing->inquiry->world;
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->provider_count; i++)
        count += missing->has[i] && (!trees || world->providers[i].root == i);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (missing->has[i] && count < missing->misses[i].rarest)
            missing->misses[i].rarest = count;
        missing->has[i] = false;
    }
    budget_spend(missing->inquiry->budget, world->provider_count);
}

/* What else is lacking. */

/* The tree that lacks fewest things of those that see a provider. */
struct best_tree {
    const struct inquiry *inquiry;
    struct lack_rest rest;
    uint32_t lacks;
    bool host; /* it is no pool */
};

static void see_tree(void *subject, uint32_t anchor, uint32_t provider)
{
    struct best_tree *best = subject;
    struct lack_rest rest = best->rest;
    rest.root = anchor;
    uint32_t lacks = lacks_count(best->inquiry->lacks, &rest);
    bool host = !best->inquiry->world->providers[anchor].shares;
    (void)provider;
    if (best->rest.root != WORLD_NONE && (host != best->host ? best->host : lacks >= best->lacks))
        return;
    best->rest = rest;
    best->lacks = lacks;
    best->host = host;
}

/* Finds the tree whose other lacks count for a provider. */
static struct best_tree find_tree(const struct inquiry *inquiry, const struct miss *miss,
                                  bool trees)
{
    struct best_tree best = {.inquiry = inquiry, .rest = miss->rest};
    best.rest.root = WORLD_NONE;
    budget_spend(inquiry->budget, inquiry->query.group_count);
    inquiry_visit_anchors(inquiry, miss->provider, trees, see_tree, &best);
    return best;
}

/* Returns what a tree lacks of a group, or if a part is sought beside that. */
static uint64_t rest_of_tree(const struct missing *missing, const struct sought *sought,
                             uint32_t root)
{
    const struct lacks *lacks = sought->inquiry->lacks;
    return missing->whole ? lacks->groups[sought->number][root].bits
                          : lacks_beside(lacks, sought->number, root, sought->part);
}

void missing_note_rest(struct missing *missing, const struct sought *sought, bool trees)
{
    const struct inquiry *inquiry = sought->inquiry;
    const struct world *world = inquiry->world;
    missing->whole = sought->part == SOUGHT_WHOLE && inquiry->lacks != NULL;
    for (uint32_t i = 0;
         inquiry->lacks != NULL && i < world->provider_count && budget_spend(inquiry->budget, 2);
         i++) {
        struct miss *miss = &missing->misses[i];
        uint32_t root = world->providers[i].root;
        if (root == WORLD_NONE || (trees && root != i) || miss->weight <= 0)
            continue;
        miss->rest.group = sought->number;
        if (trees)
            miss->rest.bits = rest_of_tree(missing, sought, i);
        else if (!missing->whole)
            miss->rest.bits &= ~sought->part;
        const struct best_tree best = find_tree(inquiry, miss, trees);
        miss->lacks = best.lacks;
        miss->rest.root = best.rest.root;
        miss->pool = world->providers[i].shares &&
                     lacks_class(inquiry->lacks, best.rest.root, trees ? SIZE_MAX : sought->number);
        if (missing->whole)
            miss->kinds =
                miss->kinds * 31 + lacks_kind(inquiry->lacks, miss->rest.root, sought->number);
        if (sought->bound && root != sought->group.tree)
            miss->lacks += ELSEWHERE;
    }
}

/* Of one kind together, the nearest first of those that are the best examples. */
static int miss_compare(const void *left, const void *right)
{
    const struct miss *a = left, *b = right;
    if (a->kinds != b->kinds)
        return a->kinds < b->kinds ? -1 : 1;
    if (a->doubt != b->doubt)
        return a->doubt < b->doubt ? -1 : 1;
    if ((a->place == PLACE_RIGHT) != (b->place == PLACE_RIGHT))
        return a->place == PLACE_RIGHT ? -1 : 1;
    if (a->lacks != b->lacks)
        return a->lacks < b->lacks ? -1 : 1;
    if (a->weight < b->weight || a->weight > b->weight)
        return a->weight < b->weight ? -1 : 1;
    return a->provider < b->provider ? -1 : a->provider > b->provider;
}

/* A kind of misses: those from `first` on. Counted are those that lack nothing that the first does
   not lack, too. */
struct miss_kind {
    const struct miss *first;
    uint32_t lacks; /* that it lacks, if all is told; otherwise 0 */
    uint32_t rarest, count;
    bool alike;
};

static int kind_compare(const void *left, const void *right)
{
    const struct miss_kind *a = left, *b = right;
    bool at_right = a->first->place == PLACE_RIGHT && !a->first->left_out;
    bool other_at_right = b->first->place == PLACE_RIGHT && !b->first->left_out;
    if (at_right != other_at_right)
        return at_right ? -1 : 1;
    if (a->lacks != b->lacks)
        return a->lacks < b->lacks ? -1 : 1;
    if (a->rarest != b->rarest)
        return a->rarest < b->rarest ? -1 : 1;
    struct miss one = *a->first, other = *b->first;
    one.kinds = other.kinds = 0;
    one.lacks = other.lacks = 0;
    return miss_compare(&one, &other);
}

static size_t find_kinds(const struct missing *missing, size_t count, struct miss_kind *kinds)
{
    const struct miss *misses = missing->misses;
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const struct miss *miss = &misses[i];
        if (i == 0 || miss->kinds != misses[i - 1].kinds)
            kinds[found++] =
                (struct miss_kind){miss, missing->whole ? miss->lacks : 0, miss->rarest, 0, true};
        struct miss_kind *kind = &kinds[found - 1];
        if (miss->rarest < kind->rarest)
            kind->rarest = miss->rarest;
        if (!missing->whole &&
            !lacks_within(missing->inquiry->lacks, &miss->rest, &kind->first->rest))
            continue;
        kind->count++;
        kind->alike = kind->alike && miss->figures == kind->first->figures;
    }
    return found;
}

/* Judges whether a miss is a good example. Without inquiry->allowed only its root is known. */
static void judge(const struct inquiry *inquiry, struct miss *miss)
{
    const struct world *world = inquiry->world;
    uint32_t root = world->providers[miss->provider].root;
    if (root == WORLD_NONE)
        return;
    bool other_root = !membership_holds(&inquiry->query.root_traits, world_traits(world, root),
                                        world->trait_words);
    miss->left_out = other_root || (inquiry->allowed != NULL && !inquiry->allowed[root]);
    miss->doubt = other_root ? 2 : 0;
    if (inquiry->allowed != NULL && (!inquiry->allowed[root] || miss->weight >= WEIGHT_CLASS))
        miss->doubt++;
}

/* Keeps those that miss: without pools if all is told, and others are there. Returns how many. */
static size_t keep_misses(struct missing *missing, bool trees, const bool *among)
{
    const struct inquiry *inquiry = missing->inquiry;
    const struct world *world = inquiry->world;
    size_t count = 0, kept = 0;
    bool hosts = false;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        struct miss *miss = &missing->misses[i];
        uint32_t root = world->providers[i].root;
        judge(inquiry, miss);
        bool has = miss->rarest < UINT32_MAX || (trees && among != NULL);
        if (miss->weight <= 0 || !has || (trees ? root != i : root == WORLD_NONE) ||
            (among != NULL && !among[root]))
            continue;
        hosts = hosts || !miss->pool;
        missing->misses[count++] = *miss;
    }
    for (size_t i = 0; i < count; i++)
        if (!missing->whole || !hosts || !missing->misses[i].pool)
            missing->misses[kept++] = missing->misses[i];
    return kept;
}

static struct near_miss near_miss_of(const struct miss_kind *kind, const struct miss *named)
{
    return (struct near_miss){
        .provider = named->provider,
        .reason = "",
        .more = kind->count - 1,
        .alike = kind->alike,
        .rarest = kind->rarest,
        .place = named->place,
        .rest = named->rest,
        .of_group = named->rest.group != SIZE_MAX,
        .lacks = named->lacks,
        .left_out = named->left_out,
        .good = named->doubt == 0,
    };
}

/* Returns the kind of one that is wanted, by the place of the one among the sorted misses; NULL: it
   does not miss. */
static const struct miss_kind *find_wanted(const struct missing *missing, size_t count,
                                           const struct miss_kind *kinds, size_t kind_count,
                                           uint32_t wanted, const struct miss **named)
{
    for (size_t i = 0; i < count; i++) {
        if (missing->misses[i].provider != wanted)
            continue;
        *named = &missing->misses[i];
        for (size_t j = 0; j < kind_count; j++)
            if (kinds[j].first->kinds == (*named)->kinds)
                return &kinds[j];
    }
    return NULL;
}

struct near_misses missing_nearest(struct missing *missing, bool trees, const bool *among,
                                   uint32_t wanted)
{
    const struct inquiry *inquiry = missing->inquiry;
    struct near_misses found = {.count = 0};
    size_t count = keep_misses(missing, trees, among);
    if (!budget_spend(inquiry->budget, (uint64_t)count * (16 + inquiry->query.group_count)))
        return found;
    sort(missing->misses, count, sizeof(*missing->misses), miss_compare);
    struct miss_kind *kinds = arena_array(inquiry->arena, count, sizeof(*kinds));
    size_t kind_count = find_kinds(missing, count, kinds);
    if (wanted != WORLD_NONE) {
        const struct miss *named;
        const struct miss_kind *kind =
            find_wanted(missing, count, kinds, kind_count, wanted, &named);
        if (kind != NULL)
            found.items[found.count++] = near_miss_of(kind, named);
        return found;
    }
    sort(kinds, kind_count, sizeof(*kinds), kind_compare);
    for (size_t i = 0; i < kind_count; i++)
        if (i < MISSES_MOST)
            found.items[found.count++] = near_miss_of(&kinds[i], kinds[i].first);
        else
            found.others += kinds[i].count;
    return found;
}
