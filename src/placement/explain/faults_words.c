/*
 * Puts into words what is wrong with a provider. The place comes before the fault, and each place
 * once: "lacks the trait A, on numa0 lacks 2 VCPU of 4 and cannot use pool, which has no DISK_GB".
 */
#include <config.h>

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "placement/explain/faults.h"

const char *provider_label(const struct world *world, const char *const *names, uint32_t provider)
{
    return names != NULL && names[provider] != NULL ? names[provider]
                                                    : world->providers[provider].uuid;
}

/* Inventories. */

const char *inventory_takes(struct arena *arena, const struct world_inventory *inventory)
{
    struct text_builder takes = text_begin(arena);
    if (inventory->used > 0)
        text_add_format(&takes, "%" PRId64 " of %" PRId64 " used", inventory->used,
                        inventory->capacity);
    if (inventory->reserved > 0)
        text_add_item(
            &takes, ", ",
            arena_printf(arena, "%d of %d reserved", inventory->reserved, inventory->total));
    if (inventory->allocation_ratio < 1)
        text_add_item(&takes, ", ",
                      arena_printf(arena, "allocation_ratio %g of %d",
                                   (double)inventory->allocation_ratio,
                                   inventory->total - inventory->reserved));
    return text_end(&takes);
}

/* Returns how much is missing, and what takes it. */
static const char *lack_words(struct arena *arena, const struct world_inventory *inventory,
                              const struct resource_amount *asked)
{
    int64_t lack = inventory->used + asked->amount - inventory->capacity;
    const char *takes = inventory_takes(arena, inventory);
    if (inventory->used > inventory->capacity)
        return arena_printf(arena, "has no %s left (%s, %" PRId64 " too many)", asked->class_name,
                            takes, inventory->used - inventory->capacity);
    return arena_printf(arena, "lacks %" PRId64 " %s of %" PRId64 "%s%s%s", lack > 0 ? lack : 1,
                        asked->class_name, asked->amount, *takes != '\0' ? " (" : "", takes,
                        *takes != '\0' ? ")" : "");
}

/* Returns the fault of an inventory in words. */
static const char *inventory_words(struct arena *arena, const struct world_inventory *inventory,
                                   const struct resource_amount *asked)
{
    switch (inventory_fault(inventory, asked->amount)) {
    case FAULT_CLASS:
        return arena_printf(arena, "has no %s", asked->class_name);
    case FAULT_MAX_UNIT:
        return arena_printf(arena, "allows at most %d %s at once (max_unit), not %" PRId64,
                            inventory->max_unit, asked->class_name, asked->amount);
    case FAULT_MIN_UNIT:
        return arena_printf(arena, "allows %d %s or more (min_unit), not %" PRId64,
                            inventory->min_unit, asked->class_name, asked->amount);
    case FAULT_STEP_SIZE:
        return arena_printf(arena, "allows %s in steps of %d (step_size), not %" PRId64,
                            asked->class_name, inventory->step_size, asked->amount);
    case FAULT_TOTAL:
        return arena_printf(arena, "has %" PRId64 " %s in all, not %" PRId64, inventory->capacity,
                            asked->class_name, asked->amount);
    case FAULT_RATIO:
        return arena_printf(arena, "has %" PRId64 " %s in all, not %" PRId64 " (%s)",
                            inventory->capacity, asked->class_name, asked->amount,
                            inventory_takes(arena, inventory));
    default:
        return lack_words(arena, inventory, asked);
    }
}

/* Faults. */

const char *faults_classes(const struct faults *faults)
{
    const struct resource_amounts *asked = &faults->sought->asked.resources;
    struct arena *arena = faults->sought->inquiry->arena;
    bool *told = arena_array(arena, asked->count, sizeof(*told));
    struct text_builder classes = text_begin(arena);
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];
        bool unfit = fault->kind == FAULT_TRAIT_UNFIT;
        enum fault_kind kind = unfit ? fault->why : fault->kind;
        size_t index = unfit ? fault->why_index : fault->index;
        if (kind < INVENTORY_FAULTS && kind != FAULT_CLASS && !told[index])
            text_add_item(&classes, " and ", asked->items[index].class_name);
        if (kind < INVENTORY_FAULTS)
            told[index] = true;
    }
    return text_end(&classes);
}

/* Returns "lacks the trait A", or "has none of the traits A, B" for a set of several. */
static const char *set_words(const struct sought *sought, const char *one, const char *several,
                             const struct name_set *set)
{
    struct arena *arena = sought->inquiry->arena;
    return arena_printf(arena, "%s %s", set->count > 1 ? several : one,
                        names_told(set, sought->inquiry->brief, arena));
}

/* Returns where a fault is: "on numa0 ", "cannot use shared-disk, which ", or "" for the anchor
   itself. */
static const char *place_words(const struct sought *sought, uint32_t on, uint32_t anchor)
{
    const struct world *world = sought->inquiry->world;
    struct arena *arena = sought->inquiry->arena;
    const char *label = provider_label(world, sought->names, on);
    if (on == anchor)
        return "";
    if (world->providers[on].root != world->providers[anchor].root)
        return arena_printf(arena, "cannot use %s, which ", label);
    return arena_printf(arena, "on %s ", label);
}

/* Returns " (only its root c1 has it, which does not count for _p)", or "". */
static const char *root_words(const struct sought *sought, const struct fault *fault)
{
    const struct world *world = sought->inquiry->world;
    const char *suffix = sought->asked.suffix;
    if (!fault_is_met_by_root(sought, fault))
        return "";
    return arena_printf(sought->inquiry->arena,
                        " (only its root %s %s, which does not count for %s%s)",
                        provider_label(world, sought->names, world->providers[fault->on].root),
                        fault->kind == FAULT_TRAIT ? "has it" : "is",
                        isdigit((unsigned char)*suffix) ? "group " : "", suffix);
}

/* Returns what is wrong with a provider, after its name. */
static const char *plain_words(const struct sought *sought, const struct fault *fault)
{
    struct arena *arena = sought->inquiry->arena;
    const struct request_group *asked = &sought->asked;
    size_t index = fault->index;
    switch (fault->kind) {
    case FAULT_TRAIT:
        return arena_printf(arena, "%s%s",
                            set_words(sought, "lacks the trait", "has none of the traits",
                                      &asked->traits.required[index]),
                            root_words(sought, fault));
    case FAULT_FORBIDDEN_TRAIT:
        return arena_printf(arena, "has the forbidden trait %s",
                            asked->traits.forbidden.names[index]);
    case FAULT_AGGREGATE:
        return arena_printf(arena, "%s%s",
                            set_words(sought, "is not in aggregate", "is in none of the aggregates",
                                      &asked->aggregates.required[index]),
                            root_words(sought, fault));
    case FAULT_FORBIDDEN_AGGREGATE:
        return arena_printf(arena, "is in the forbidden aggregate %s",
                            asked->aggregates.forbidden.names[index]);
    case FAULT_TREE:
        return "is in another tree (in_tree)";
    default:
        return inventory_words(arena,
                               world_inventory_of(sought->inquiry->world, fault->on,
                                                  sought->group.demands[index].class_id),
                               &asked->resources.items[index]);
    }
}

/* Returns whether a provider has one of some classes. */
static bool has_any(const struct sought *sought, const struct search_demand *demands, size_t count,
                    uint32_t provider)
{
    for (size_t i = 0; i < count; i++)
        if (world_inventory_of(sought->inquiry->world, provider, demands[i].class_id) != NULL)
            return true;
    return false;
}

/* Returns what a root lacks of what root_required asks. */
static const char *lacks_of_root(const struct sought *sought, uint32_t root)
{
    const struct inquiry *inquiry = sought->inquiry;
    const struct membership *asked = &inquiry->request->root_traits;
    const struct search_membership *required = &inquiry->query.root_traits;
    const struct search_membership *forbidden = &inquiry->forbidden.root_traits;
    const uint64_t *own = world_traits(inquiry->world, root);
    struct text_builder lacks = text_begin(inquiry->arena);
    for (size_t i = 0; i < required->required_count; i++)
        if (!bits_meet(required->required[i], own, inquiry->world->trait_words))
            text_add_item(&lacks, " and ",
                          set_words(sought, "lacks the trait", "has none of the traits",
                                    &asked->required[i]));
    for (size_t i = 0; i < forbidden->required_count; i++)
        if (bits_meet(forbidden->required[i], own, inquiry->world->trait_words))
            text_add_item(&lacks, " and ",
                          arena_printf(inquiry->arena, "has the forbidden trait %s",
                                       asked->forbidden.names[i]));
    return text_end(&lacks);
}

/* Returns what is wrong with the root, which is the anchor or another provider. */
static const char *root_fault_words(const struct sought *sought, uint32_t root, uint32_t anchor)
{
    const struct inquiry *inquiry = sought->inquiry;
    const char *whose = arena_printf(inquiry->arena, "its root %s ",
                                     provider_label(inquiry->world, sought->names, root));
    return arena_printf(inquiry->arena, "%s%s (root_required)", root == anchor ? "" : whose,
                        lacks_of_root(sought, root));
}

/* Returns whether a fault names its place itself. */
static bool names_place(const struct fault *fault)
{
    return fault->kind == FAULT_TRAIT_APART || fault->kind == FAULT_TRAIT_UNFIT ||
           fault->kind == FAULT_ROOT;
}

/* Returns where the trait of a sharing provider would count, of which the group takes nothing: "
   (it would count if ...)"; or "". */
static const char *counts_words(const struct sought *sought, uint32_t on, uint32_t anchor)
{
    const struct inquiry *inquiry = sought->inquiry;
    const struct world *world = inquiry->world;
    const struct search_query *query = &inquiry->query;
    if (!world->providers[on].shares || world->providers[on].root == anchor ||
        has_any(sought, sought->bringers, sought->bringer_count, on))
        return "";
    for (size_t i = 0; i < query->group_count; i++)
        if (query->groups[i].granular &&
            has_any(sought, query->groups[i].demands, query->groups[i].demand_count, on))
            return arena_printf(inquiry->arena, " (it would count if required%s asked for it)",
                                inquiry->request->groups[i].suffix);
    return " (it would count if something of that provider were asked for)";
}

/* Classes, at most, that are named one by one of a provider without any. */
enum { CLASSES_NAMED = 2 };

/* Returns a fault without its place. */
static const char *fault_words(const struct sought *sought, const struct fault *fault,
                               uint32_t anchor)
{
    struct arena *arena = sought->inquiry->arena;
    const struct world *world = sought->inquiry->world;
    if (fault->kind == FAULT_ROOT)
        return root_fault_words(sought, fault->on, anchor);
    if (!names_place(fault))
        return plain_words(sought, fault);
    const char *has = arena_printf(
        arena, "%s only on %s",
        set_words(sought, "has the trait", "has one of the traits",
                  &sought->asked.traits.required[fault->index]),
        fault->on == anchor ? "the root" : provider_label(world, sought->names, fault->on));
    const struct fault why = {.kind = fault->why, .index = fault->why_index, .on = fault->on};
    if (fault->kind == FAULT_TRAIT_UNFIT)
        return arena_printf(arena, "%s, which %s", has, plain_words(sought, &why));
    if (sought->group.demand_count > CLASSES_NAMED &&
        world->providers[fault->on].inventory_count == 0)
        return arena_printf(arena, "%s, which provides nothing", has);
    struct text_builder classes = text_begin(arena);
    for (size_t i = 0; i < sought->group.demand_count; i++)
        text_add_item(&classes, " and no ", sought->asked.resources.items[i].class_name);
    return arena_printf(arena, "%s, which has no %s%s", has, text_end(&classes),
                        counts_words(sought, fault->on, anchor));
}

/* The order in which faults are told: behind "which" the next would be told of another provider. */
enum fault_rank {
    RANK_ANCHOR,
    RANK_TREE,  /* "on numa0 lacks..." */
    RANK_WHICH, /* "cannot use pool, which lacks..." */
    FAULT_RANKS,
};

/* What is wrong at one place. */
struct told_fault {
    const char *place, *text;
    enum fault_rank rank;
    bool told;
};

static enum fault_rank fault_rank(const struct world *world, const struct fault *fault,
                                  uint32_t anchor)
{
    if (fault->kind == FAULT_TRAIT_APART || fault->kind == FAULT_TRAIT_UNFIT ||
        world->providers[fault->on].root != world->providers[anchor].root)
        return RANK_WHICH;
    return fault->on == anchor ? RANK_ANCHOR : RANK_TREE;
}

/* Puts the faults into words, each once. Returns how many there are. */
static size_t tell_each(const struct faults *faults, uint32_t anchor, struct told_fault *told)
{
    size_t count = 0;
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];
        const char *place =
            names_place(fault) ? "" : place_words(faults->sought, fault->on, anchor);
        const char *text = fault_words(faults->sought, fault, anchor);
        size_t same = 0;
        while (same < count &&
               (strcmp(told[same].place, place) != 0 || strcmp(told[same].text, text) != 0))
            same++;
        if (same == count)
            told[count++] = (struct told_fault){
                place, text, fault_rank(faults->sought->inquiry->world, fault, anchor), false};
    }
    return count;
}

/* Returns the place of the first fault with all that is wrong there. */
static const char *tell_place(struct arena *arena, struct told_fault *told, size_t count)
{
    struct text_builder text = text_begin(arena);
    const char *place = told[0].place;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(told[i].place, place) != 0)
            continue;
        text_add_item(&text, " and ", told[i].text);
        told[i].told = true;
    }
    return arena_printf(arena, "%s%s", place, text_end(&text));
}

const char *faults_words(const struct faults *faults, uint32_t anchor)
{
    struct arena *arena = faults->sought->inquiry->arena;
    struct told_fault *told = arena_array(arena, faults->count, sizeof(*told));
    const char **texts = arena_array(arena, faults->count, sizeof(*texts));
    struct text_builder text = text_begin(arena);
    size_t count = tell_each(faults, anchor, told), parts = 0;
    for (int rank = 0; rank < FAULT_RANKS; rank++)
        for (size_t i = 0; i < count; i++)
            if ((int)told[i].rank == rank && !told[i].told)
                texts[parts++] =
                    *told[i].place == '\0' ? told[i].text : tell_place(arena, &told[i], count - i);
    for (size_t i = 0; i < parts; i++)
        text_add_item(&text, i + 1 == parts ? " and " : ", ", texts[i]);
    return text_end(&text);
}
