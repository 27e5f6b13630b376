/*
 * Tries single constraints, pairs, and then halves of all.
 */
#include <config.h>

#include "placement/explain/smallest_set.h"

#include <string.h>

#include "base/sorted.h"

/* Pairs are tried for up to this many constraints, threes for up to that many. */
enum { PAIRED_MOST = 64, TRIPLED_MOST = 12 };

struct trial {
    const struct inquiry *inquiry;
    const struct constraint_list *constraints;
    const struct relaxation *relaxation;
    bool *kept; /* for each constraint */
    struct impossible_sets sets;
};

static bool is_impossible(const struct trial *trial)
{
    return relaxation_match(trial->relaxation, trial->kept) == SEARCH_END &&
           !budget_is_over(trial->inquiry->budget);
}

static void add_set(struct trial *trial, const size_t *set, size_t size)
{
    if (trial->sets.count == SETS_MOST)
        return;
    size_t *copy = arena_array(trial->inquiry->arena, size, sizeof(*copy));
    memcpy(copy, set, size * sizeof(*copy));
    trial->sets.sets[trial->sets.count++] = copy;
    trial->sets.size = size;
}

/* Returns whether a constraint can be impossible without others. */
static bool asks_alone(enum constraint_kind kind)
{
    return kind == CONSTRAINT_RESOURCE || kind == CONSTRAINT_REQUIRED ||
           kind == CONSTRAINT_MEMBER_OF || kind == CONSTRAINT_IN_TREE ||
           kind == CONSTRAINT_ROOT_REQUIRED || kind == CONSTRAINT_ROOT_FORBIDDEN;
}

static void try_singles(struct trial *trial)
{
    for (size_t i = 0; i < trial->constraints->count; i++) {
        if (!asks_alone(trial->constraints->items[i].kind))
            continue;
        trial->kept[i] = true;
        if (is_impossible(trial))
            add_set(trial, &i, 1);
        trial->kept[i] = false;
    }
}

static void try_pairs(struct trial *trial)
{
    for (size_t i = 0; i < trial->constraints->count; i++)
        for (size_t j = i + 1; j < trial->constraints->count; j++) {
            if (budget_is_over(trial->inquiry->budget))
                return;
            trial->kept[i] = trial->kept[j] = true;
            if (is_impossible(trial))
                add_set(trial, (size_t[]){i, j}, 2);
            trial->kept[i] = trial->kept[j] = false;
        }
}

/* Tries all threes. If one is impossible, it takes the place of the larger set. */
static void try_triples(struct trial *trial)
{
    size_t count = trial->constraints->count;
    for (size_t i = 0; i < count; i++)
        trial->kept[i] = false;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            for (size_t k = j + 1; k < count; k++) {
                trial->kept[i] = trial->kept[j] = trial->kept[k] = true;
                bool impossible = is_impossible(trial);
                trial->kept[i] = trial->kept[j] = trial->kept[k] = false;
                if (impossible && trial->sets.size > 3)
                    trial->sets.count = 0;
                if (impossible)
                    add_set(trial, (size_t[]){i, j, k}, 3);
            }
}

static void set_kept(struct trial *trial, const size_t *items, size_t count, bool kept)
{
    for (size_t i = 0; i < count; i++)
        trial->kept[items[i]] = kept;
}

/* QuickXplain: finds which of the items are needed, beside what is kept, to be impossible. changed:
   what is kept has changed since it was found to be possible. Returns how many. */
static size_t find_needed(struct trial *trial, bool changed, const size_t *items, size_t count,
                          size_t *needed)
{
    if (budget_is_over(trial->inquiry->budget) || (changed && is_impossible(trial)))
        return 0;
    if (count == 1) {
        needed[0] = items[0];
        return 1;
    }
    size_t half = count / 2;
    set_kept(trial, items, half, true);
    size_t found = find_needed(trial, true, items + half, count - half, needed);
    set_kept(trial, items, half, false);
    set_kept(trial, needed, found, true);
    size_t more = find_needed(trial, found > 0, items, half, needed + found);
    set_kept(trial, needed, found, false);
    return found + more;
}

static int place_compare(const void *left, const void *right)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    return (a > b) - (a < b);
}

/* Tries the constraints in their order, and the other way around. */
static void try_halves(struct trial *trial)
{
    size_t count = trial->constraints->count, best = count + 1;
    struct arena *arena = trial->inquiry->arena;
    size_t *items = arena_array(arena, count, sizeof(*items));
    size_t *needed = arena_array(arena, count, sizeof(*needed));
    for (size_t i = 0; i < count; i++)
        trial->kept[i] = true;
    if (!is_impossible(trial))
        return;
    for (int backwards = 0; backwards < 2; backwards++) {
        for (size_t i = 0; i < count; i++) {
            items[i] = backwards ? count - 1 - i : i;
            trial->kept[i] = false;
        }
        size_t found = find_needed(trial, false, items, count, needed);
        if (budget_is_over(trial->inquiry->budget))
            return;
        if (found >= best)
            continue;
        sort(needed, found, sizeof(*needed), place_compare);
        trial->sets.count = 0;
        add_set(trial, needed, best = found);
    }
}

struct impossible_sets impossible_sets_find(const struct inquiry *inquiry,
                                            const struct constraint_list *constraints,
                                            const struct relaxation *relaxation)
{
    struct trial trial = {
        .inquiry = inquiry,
        .constraints = constraints,
        .relaxation = relaxation,
        .kept = arena_array(inquiry->arena, constraints->count, sizeof(bool)),
    };
    bool paired = constraints->count <= PAIRED_MOST, tripled = false;
    try_singles(&trial);
    if (trial.sets.count == 0 && paired)
        try_pairs(&trial);
    if (trial.sets.count == 0 && constraints->count > 0)
        try_halves(&trial);
    if (trial.sets.size > 3 && constraints->count <= TRIPLED_MOST) {
        try_triples(&trial);
        tripled = true;
    }
    size_t known = budget_is_over(inquiry->budget) ? 1 : tripled ? 4 : paired ? 3 : 2;
    trial.sets.smallest = trial.sets.count > 0 && trial.sets.size <= known;
    return trial.sets;
}
