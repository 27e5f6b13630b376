/*
 * Tries single constraints, finds those that every impossible set has, adds few others, and then
 * halves of all.
 */
#include <config.h>

#include "placement/explain/smallest_set.h"

/* The most sets of one size that are tried. */
enum { TRIED_MOST = 2500 };

struct trial {
    const struct inquiry *inquiry;
    const struct constraint_list *constraints;
    const struct relaxation *relaxation;
    bool *kept;     /* for each constraint */
    size_t *others; /* the constraints that not every impossible set has */
    size_t other_count;
    bool unsure; /* some set could not be tried to the end */
    struct impossible_sets found;
};

static bool is_impossible(struct trial *trial)
{
    enum search_step step = relaxation_match(trial->relaxation, trial->kept);
    trial->unsure = trial->unsure || step == SEARCH_LATE || budget_is_over(trial->inquiry->budget);
    return step == SEARCH_END && !budget_is_over(trial->inquiry->budget);
}

/* Adds the set of what is kept. */
static void add_kept(struct trial *trial)
{
    size_t count = trial->constraints->count, size = 0;
    if (trial->found.count == SETS_MOST)
        return;
    size_t *set = arena_array(trial->inquiry->arena, count, sizeof(*set));
    for (size_t i = 0; i < count; i++)
        if (trial->kept[i])
            set[size++] = i;
    trial->found.sets[trial->found.count++] = set;
    trial->found.size = size;
}

/* Tries each constraint alone. */
static void try_singles(struct trial *trial)
{
    for (size_t i = 0; i < trial->constraints->count; i++) {
        trial->kept[i] = true;
        if (is_impossible(trial))
            add_kept(trial);
        trial->kept[i] = false;
    }
}

/* Keeps the constraints that every impossible set has: without one of them there is a candidate. */
static void keep_critical(struct trial *trial)
{
    size_t count = trial->constraints->count;
    bool *critical = arena_array(trial->inquiry->arena, count, sizeof(*critical));
    for (size_t i = 0; i < count; i++)
        trial->kept[i] = true;
    for (size_t i = 0; i < count; i++) {
        trial->kept[i] = false;
        critical[i] = relaxation_match(trial->relaxation, trial->kept) == SEARCH_FOUND;
        trial->kept[i] = true;
    }
    trial->kept = critical;
    for (size_t i = 0; i < count; i++)
        if (!critical[i])
            trial->others[trial->other_count++] = i;
}

/* Tries all sets of what is kept and a number of the others, from a place on. */
static void try_with(struct trial *trial, size_t more, size_t from)
{
    if (more == 0) {
        if (is_impossible(trial))
            add_kept(trial);
        return;
    }
    for (size_t i = from; i + more <= trial->other_count; i++) {
        if (budget_is_over(trial->inquiry->budget))
            return;
        trial->kept[trial->others[i]] = true;
        try_with(trial, more - 1, i + 1);
        trial->kept[trial->others[i]] = false;
    }
}

/* Returns how many sets of that many elements there are, or TRIED_MOST + 1 if that is less. */
static size_t count_sets(size_t elements, size_t size)
{
    size_t count = 1;
    for (size_t i = 0; i < size && count <= TRIED_MOST; i++)
        count = count * (elements - i) / (i + 1);
    return count <= TRIED_MOST ? count : TRIED_MOST + 1;
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

/* Tries the constraints in their order, and the other way around. */
static void try_halves(struct trial *trial)
{
    size_t count = trial->other_count, best = count + 1;
    struct arena *arena = trial->inquiry->arena;
    size_t *items = arena_array(arena, count, sizeof(*items));
    size_t *needed = arena_array(arena, count, sizeof(*needed));
    set_kept(trial, trial->others, count, true);
    bool impossible = is_impossible(trial);
    set_kept(trial, trial->others, count, false);
    for (int backwards = 0; impossible && backwards < 2; backwards++) {
        for (size_t i = 0; i < count; i++)
            items[i] = trial->others[backwards ? count - 1 - i : i];
        size_t found = find_needed(trial, false, items, count, needed);
        if (budget_is_over(trial->inquiry->budget))
            return;
        if (found >= best)
            continue;
        best = found;
        trial->found.count = 0;
        set_kept(trial, needed, found, true);
        add_kept(trial);
        set_kept(trial, needed, found, false);
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
        .others = arena_array(inquiry->arena, constraints->count, sizeof(size_t)),
    };
    try_singles(&trial);
    trial.found.smallest = trial.found.count > 0;
    if (trial.found.smallest)
        return trial.found;
    keep_critical(&trial);
    size_t critical = constraints->count - trial.other_count;
    size_t more = critical < 2 ? 2 - critical : 0;
    for (; more <= trial.other_count && count_sets(trial.other_count, more) <= TRIED_MOST; more++) {
        bool sure = !trial.unsure;
        if (budget_is_over(inquiry->budget))
            return trial.found;
        try_with(&trial, more, 0);
        trial.found.smallest = trial.found.count > 0 && sure;
        if (trial.found.count > 0)
            return trial.found;
    }
    bool sure = !trial.unsure;
    if (more <= trial.other_count)
        try_halves(&trial);
    trial.found.smallest = trial.found.count > 0 && trial.found.size == critical + more && sure;
    return trial.found;
}
