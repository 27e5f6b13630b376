/*
 * Matches traits with slots by augmenting paths (Kuhn's algorithm). The matching is kept from one
 * call to the next, so that a call repairs only what has changed.
 */
#include <config.h>

#include "placement/candidates/trait_cover.h"

#define UNMATCHED SIZE_MAX

/* A trait is a required set of traits here. Slots are counted from first_slot. */
struct trait_cover {
    const struct search_space *space;
    const struct search_membership *required;
    size_t first_slot, slot_count;
    size_t trait_count, words;
    uint64_t *reach;    /* for each slot: the traits that its options have */
    size_t *most;       /* for each slot: the most traits that one option has */
    size_t *most_after; /* for each slot: the sum of most from this slot on */
    size_t *covered;    /* for each trait: chosen providers that have it */
    size_t uncovered;

    size_t *matched; /* for each trait: its slot */
    size_t *load;    /* for each slot: traits that are matched with it */
    size_t *visited; /* for each slot: the turn in which it was tried last */
    size_t turn;
};

struct trait_cover *trait_cover_new(const struct search_space *space, struct arena *arena)
{
    struct trait_cover *cover = NULL;
    for (size_t i = 0; i < space->slot_count; i++) {
        const struct search_group *group = &space->query->groups[space->slots[i].group];
        if (group->granular || group->traits.required_count == 0)
            continue;
        if (cover == NULL) {
            cover = arena_alloc(arena, sizeof(*cover));
            cover->space = space;
            cover->required = &group->traits;
            cover->first_slot = i;
        }
        cover->slot_count++;
    }
    if (cover == NULL)
        return NULL;
    cover->trait_count = cover->required->required_count;
    cover->words = (cover->trait_count + BITS_IN_WORD - 1) / BITS_IN_WORD;
    cover->reach = arena_array(arena, cover->slot_count * cover->words, sizeof(*cover->reach));
    cover->most = arena_array(arena, cover->slot_count, sizeof(*cover->most));
    cover->most_after = arena_array(arena, cover->slot_count + 1, sizeof(*cover->most_after));
    cover->covered = arena_array(arena, cover->trait_count, sizeof(*cover->covered));
    cover->matched = arena_array(arena, cover->trait_count, sizeof(*cover->matched));
    cover->load = arena_array(arena, cover->slot_count, sizeof(*cover->load));
    cover->visited = arena_array(arena, cover->slot_count, sizeof(*cover->visited));
    return cover;
}

static bool has_trait(const struct trait_cover *cover, uint32_t provider, size_t trait)
{
    const struct world *world = cover->space->world;
    return budget_spend(cover->space->budget, 1 + world->trait_words) &&
           bits_meet(cover->required->required[trait], world_traits(world, provider),
                     world->trait_words);
}

static bool slot_reaches(const struct trait_cover *cover, size_t slot, size_t trait)
{
    const uint64_t *reach = cover->reach + slot * cover->words;
    return (reach[trait / BITS_IN_WORD] >> trait % BITS_IN_WORD & 1) != 0;
}

static void find_reach(struct trait_cover *cover, size_t slot)
{
    const struct search_slot *of = &cover->space->slots[cover->first_slot + slot];
    uint64_t *reach = cover->reach + slot * cover->words;
    cover->most[slot] = 0;
    for (size_t i = 0; i < cover->words; i++)
        reach[i] = 0;
    for (uint32_t i = 0; i < of->option_count; i++) {
        size_t traits = 0;
        for (size_t j = 0; j < cover->trait_count && !budget_is_over(cover->space->budget); j++) {
            if (!has_trait(cover, of->options[i], j))
                continue;
            bits_add(reach, j);
            traits++;
        }
        if (traits > cover->most[slot])
            cover->most[slot] = traits;
    }
}

void trait_cover_begin(struct trait_cover *cover)
{
    for (size_t i = 0; i < cover->slot_count; i++)
        find_reach(cover, i);
    for (size_t i = cover->slot_count; i-- > 0;)
        cover->most_after[i] = cover->most_after[i + 1] + cover->most[i];
    for (size_t i = 0; i < cover->trait_count; i++) {
        cover->covered[i] = 0;
        cover->matched[i] = UNMATCHED;
    }
    cover->uncovered = cover->trait_count;
}

static bool is_covered_slot(const struct trait_cover *cover, size_t slot)
{
    return slot >= cover->first_slot && slot < cover->first_slot + cover->slot_count;
}

void trait_cover_take(struct trait_cover *cover, size_t slot, uint32_t provider)
{
    for (size_t i = 0; is_covered_slot(cover, slot) && i < cover->trait_count; i++)
        if (has_trait(cover, provider, i) && cover->covered[i]++ == 0)
            cover->uncovered--;
}

void trait_cover_give_back(struct trait_cover *cover, size_t slot, uint32_t provider)
{
    for (size_t i = 0; is_covered_slot(cover, slot) && i < cover->trait_count; i++)
        if (has_trait(cover, provider, i) && --cover->covered[i] == 0)
            cover->uncovered++;
}

static bool find_slot(struct trait_cover *cover, size_t trait, size_t from);

/* Moves a trait away from a slot that is full. */
static bool make_room(struct trait_cover *cover, size_t slot, size_t from)
{
    for (size_t i = 0; i < cover->trait_count; i++)
        if (budget_spend(cover->space->budget, 1) && cover->covered[i] == 0 &&
            cover->matched[i] == slot && find_slot(cover, i, from)) {
            cover->load[slot]--;
            return true;
        }
    return false;
}

static bool find_slot(struct trait_cover *cover, size_t trait, size_t from)
{
    for (size_t i = from; i < cover->slot_count; i++) {
        if (!budget_spend(cover->space->budget, 1))
            return false;
        if (cover->visited[i] == cover->turn || !slot_reaches(cover, i, trait))
            continue;
        cover->visited[i] = cover->turn;
        if (cover->load[i] < cover->most[i] || make_room(cover, i, from)) {
            cover->load[i]++;
            cover->matched[trait] = i;
            return true;
        }
    }
    return false;
}

/* Forgets matches with slots before from, and counts the others. */
static void keep_matches(struct trait_cover *cover, size_t from)
{
    for (size_t i = from; i < cover->slot_count; i++)
        cover->load[i] = 0;
    for (size_t i = 0; i < cover->trait_count; i++) {
        size_t slot = cover->matched[i];
        if (cover->covered[i] > 0 || slot == UNMATCHED)
            continue;
        if (slot < from || cover->load[slot] == cover->most[slot])
            cover->matched[i] = UNMATCHED;
        else
            cover->load[slot]++;
    }
}

bool trait_cover_may_complete(struct trait_cover *cover, size_t depth)
{
    size_t from = depth > cover->first_slot ? depth - cover->first_slot : 0;
    if (from > cover->slot_count)
        from = cover->slot_count;
    if (cover->uncovered > cover->most_after[from])
        return false;
    if (cover->uncovered == 0)
        return true;
    budget_spend(cover->space->budget, cover->slot_count + cover->trait_count);
    keep_matches(cover, from);
    for (size_t i = 0; i < cover->trait_count; i++) {
        if (cover->covered[i] > 0 || cover->matched[i] != UNMATCHED)
            continue;
        cover->turn++;
        if (!find_slot(cover, i, from))
            return false;
    }
    return true;
}
