/*
 * Puts into words why a class does not suffice for several groups together.
 */
#include <config.h>

#include <inttypes.h>

#include "base/sorted.h"
#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/nearest.h"

/* Amounts that are told one by one. */
enum { AMOUNTS_MOST = 4 };

/* What groups of the set ask for of one class. */
struct combined {
    const struct constraint *first;
    const char *parts; /* "3 + 3" */
    int64_t sum;
    size_t groups;
};

static struct combined combine(const struct telling *telling, const char *class_name)
{
    struct combined combined = {.first = NULL};
    struct text_builder parts = text_begin(telling->arena);
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind != CONSTRAINT_RESOURCE)
            continue;
        const struct resource_amount *asked = telling_amount(telling, constraint);
        if (text_compare(&asked->class_name, &class_name) != 0)
            continue;
        if (combined.groups++ == 0)
            combined.first = constraint;
        text_add_item(&parts, " + ", arena_printf(telling->arena, "%" PRId64, asked->amount));
        if (__builtin_add_overflow(combined.sum, asked->amount, &combined.sum))
            combined.sum = INT64_MAX;
    }
    combined.parts = text_end(&parts);
    return combined;
}

/* Returns whether each tree has at most one provider with a class, and none of these shares: then
   all groups that ask for it need the same one. */
static bool is_one_a_tree(const struct telling *telling, int64_t class_id)
{
    const struct world *world = telling->explanation->world;
    bool *seen = arena_array(telling->arena, world->provider_count, sizeof(*seen));
    for (uint32_t i = 0; i < world->provider_count; i++) {
        uint32_t root = world->providers[i].root;
        if (root == WORLD_NONE || world_inventory_of(world, i, class_id) == NULL)
            continue;
        if (seen[root] || world->providers[i].shares)
            return false;
        seen[root] = true;
    }
    return true;
}

/* Returns the constraints of the set beside the amounts of a class: " with required1=A"; or "". */
static const char *rest_words(const struct telling *telling, const char *class_name)
{
    struct text_builder rest = text_begin(telling->arena);
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind == CONSTRAINT_RESOURCE &&
            text_compare(&telling_amount(telling, constraint)->class_name, &class_name) == 0)
            continue;
        text_add_item(&rest, ", ", constraint->text);
    }
    return rest.length > 0 ? arena_printf(telling->arena, " with %s", text_end(&rest)) : "";
}

/* Returns how much all groups together may take of an inventory. */
static int64_t taken_at_most(const struct world_inventory *inventory)
{
    int64_t left =
        inventory->capacity > inventory->used ? inventory->capacity - inventory->used : 0;
    return left < inventory->max_unit ? left : inventory->max_unit;
}

/* What the trees have for groups together, of one class. */
struct rooms {
    const struct telling *telling;
    const size_t *groups;
    size_t count;
    int64_t class_id;
    bool *trees;    /* for each anchor: it sees a provider for each group */
    bool *seen;     /* for each anchor: it sees what is looked at */
    int64_t *sums;  /* for each anchor: what all groups may take of what it sees */
    int64_t amount; /* of the provider that is looked at */
};

static void note_seen(void *subject, uint32_t anchor, uint32_t provider)
{
    struct rooms *rooms = subject;
    (void)provider;
    rooms->seen[anchor] = true;
}

/* Finds the trees that are told of and have a provider for each group alone. */
static void find_trees(struct rooms *rooms)
{
    const struct telling *telling = rooms->telling;
    uint32_t providers = telling->explanation->world->provider_count;
    for (uint32_t i = 0; i < providers; i++)
        rooms->trees[i] = telling->roots == NULL || telling->roots[i];
    for (size_t i = 0; i < rooms->count && budget_spend(telling->inquiry->budget, providers); i++) {
        const struct funnel *funnel = telling->explanation->funnels[rooms->groups[i]];
        for (uint32_t j = 0; j < providers; j++)
            rooms->seen[j] = !funnel->granular && funnel->fits[j];
        for (uint32_t j = 0; j < providers && funnel->granular; j++)
            if (funnel->fits[j])
                inquiry_visit_anchors(telling->inquiry, j, false, note_seen, rooms);
        for (uint32_t j = 0; j < providers; j++)
            rooms->trees[j] = rooms->trees[j] && rooms->seen[j];
    }
}

/* Returns how much the groups may take of a provider. The group without suffix may take it of any.
 */
static int64_t room_on(const struct rooms *rooms, uint32_t provider)
{
    const struct telling *telling = rooms->telling;
    const struct world_inventory *inventory =
        world_inventory_of(telling->explanation->world, provider, rooms->class_id);
    bool fits = telling_fits(telling, rooms->groups, rooms->count, provider);
    for (size_t i = 0; i < rooms->count; i++)
        fits = fits || !telling->explanation->funnels[rooms->groups[i]]->granular;
    return inventory != NULL && fits ? taken_at_most(inventory) : 0;
}

static void add_room(void *subject, uint32_t anchor, uint32_t provider)
{
    struct rooms *rooms = subject;
    (void)provider;
    if (!rooms->seen[anchor] &&
        __builtin_add_overflow(rooms->sums[anchor], rooms->amount, &rooms->sums[anchor]))
        rooms->sums[anchor] = INT64_MAX;
    rooms->seen[anchor] = true;
}

static void forget_seen(void *subject, uint32_t anchor, uint32_t provider)
{
    struct rooms *rooms = subject;
    (void)provider;
    rooms->seen[anchor] = false;
}

/* Returns the tree with most of the class, or WORLD_NONE. */
static uint32_t find_roomiest(struct rooms *rooms)
{
    const struct inquiry *inquiry = rooms->telling->inquiry;
    uint32_t providers = inquiry->world->provider_count, best = WORLD_NONE;
    find_trees(rooms);
    for (uint32_t i = 0; i < providers; i++)
        rooms->seen[i] = false;
    for (uint32_t i = 0; i < providers && budget_spend(inquiry->budget, 2 + rooms->count); i++) {
        rooms->amount = room_on(rooms, i);
        if (rooms->amount == 0)
            continue;
        inquiry_visit_anchors(inquiry, i, false, add_room, rooms);
        inquiry_visit_anchors(inquiry, i, false, forget_seen, rooms);
    }
    for (uint32_t i = 0; i < providers; i++)
        if (rooms->trees[i] && (best == WORLD_NONE || rooms->sums[i] > rooms->sums[best]))
            best = i;
    return best;
}

/* Returns what a tree has for the groups, each provider by itself: "c1 has 4 + 8 left" and what
   `of`; of more than AMOUNTS_MOST providers the sum. */
static const char *tell_rooms(struct rooms *rooms, uint32_t tree, const char *of)
{
    const struct telling *telling = rooms->telling;
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    struct arena *arena = telling->arena;
    struct text_builder amounts = text_begin(arena), limits = text_begin(arena);
    uint32_t count = 0, last = tree;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        const struct world_inventory *inventory = world_inventory_of(world, i, rooms->class_id);
        int64_t room = inventory != NULL ? room_on(rooms, i) : 0;
        if (room == 0)
            continue;
        rooms->seen[tree] = false;
        inquiry_visit_anchors(telling->inquiry, i, false, note_seen, rooms);
        if (!rooms->seen[tree] || ++count > AMOUNTS_MOST)
            continue;
        last = i;
        text_add_item(&amounts, " + ", arena_printf(arena, "%" PRId64, room));
        if (inventory->capacity - inventory->used > room)
            text_add_item(&limits, " and ", provider_label(world, explanation->names, i));
    }
    const char *label = provider_label(world, explanation->names, tree);
    if (count > AMOUNTS_MOST)
        return arena_printf(arena, "%s has %" PRId64 " left%s on %u providers", label,
                            rooms->sums[tree], of, count);
    if (limits.length > 0)
        return arena_printf(arena, "%s allows %s%s (max_unit on %s)", label, text_end(&amounts), of,
                            text_end(&limits));
    if (count == 1 && last != tree)
        return arena_printf(arena, "%s has %s left%s on %s", label, text_end(&amounts), of,
                            provider_label(world, explanation->names, last));
    return arena_printf(arena, "%s has %s left%s", label,
                        count == 0 ? "nothing" : text_end(&amounts), of);
}

static int64_t class_id_of(const struct telling *telling, const struct constraint *constraint)
{
    return telling->inquiry->query.groups[constraint->group].demands[constraint->index].class_id;
}

/* Returns a group of the set that asks for something, but not of the class; or SIZE_MAX. */
static size_t find_other_group(const struct rooms *rooms)
{
    const struct telling *telling = rooms->telling;
    for (size_t i = 0; i < rooms->count; i++) {
        bool asks = false;
        for (size_t j = 0; j < telling->size; j++) {
            const struct constraint *constraint = telling_item(telling, j);
            asks = asks || (constraint->kind == CONSTRAINT_RESOURCE &&
                            constraint->group == rooms->groups[i] &&
                            class_id_of(telling, constraint) == rooms->class_id);
        }
        if (!asks)
            return rooms->groups[i];
    }
    return SIZE_MAX;
}

/* Returns the nearest tree that has enough of the class, and what it lacks for another group of the
   set: "c2 has 4 left but lacks 1 VCPU of 4"; "": there is none, or it is not known. The rooms are
   those in which the roomiest tree was found. */
static const char *tell_enough(struct rooms *rooms, int64_t sum)
{
    const struct telling *telling = rooms->telling;
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    size_t other = find_other_group(rooms);
    bool *enough = arena_array(telling->arena, world->provider_count, sizeof(*enough)), any = false;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        enough[i] = !rooms->trees[i] && rooms->sums[i] >= sum &&
                    (telling->roots == NULL || telling->roots[i]);
        any = any || enough[i];
    }
    if (other == SIZE_MAX || !any)
        return "";
    const struct sought sought =
        sought_of_constraints(telling->inquiry, explanation->names, &explanation->constraints,
                              telling->set, telling->size, other);
    const struct near_misses misses = near_misses_find(&sought, enough);
    if (misses.count == 0 || budget_is_over(telling->inquiry->budget))
        return "";
    const struct near_miss *miss = &misses.items[0];
    uint32_t root = world->providers[miss->provider].root;
    const char *room = tell_rooms(rooms, root, "");
    if (miss->provider == root)
        return arena_printf(telling->arena, "%s but %s", room, miss->reason);
    return arena_printf(telling->arena, "%s but %s %s", room,
                        provider_label(world, explanation->names, miss->provider), miss->reason);
}

/* Tells what the tree has that has most of a class for groups together, and with `enough` what
   another lacks that has enough of it. "": there is none, or it is not known. */
static const char *room_words(const struct telling *telling, const struct combined *combined,
                              const size_t *groups, size_t count, const char *of, bool enough)
{
    uint32_t providers = telling->explanation->world->provider_count;
    struct rooms rooms = {
        .telling = telling,
        .groups = groups,
        .count = count,
        .class_id = class_id_of(telling, combined->first),
        .trees = arena_array(telling->arena, providers, sizeof(*rooms.trees)),
        .seen = arena_array(telling->arena, providers, sizeof(*rooms.seen)),
        .sums = arena_array(telling->arena, providers, sizeof(*rooms.sums)),
    };
    uint32_t tree = find_roomiest(&rooms);
    if (tree == WORLD_NONE || budget_is_over(telling->inquiry->budget))
        return "";
    const char *told = tell_rooms(&rooms, tree, of);
    if (rooms.sums[tree] >= combined->sum)
        return arena_printf(telling->arena, "%s, but each group needs one provider", told);
    return enough ? text_with_rest(telling->arena, told, "; ", tell_enough(&rooms, combined->sum))
                  : told;
}

/* Tells that a class does not suffice for all groups of the set that ask for it. */
static const char *tell_class(const struct telling *telling, const struct combined *combined,
                              const size_t *groups, size_t count)
{
    const struct constraint *first = combined->first;
    const struct class_figures *figures =
        &telling->explanation->funnels[first->group]->classes[first->index];
    const char *names = group_names(telling, groups, count);
    const char *class_name = figures->asked.class_name;
    const char *rest = rest_words(telling, class_name);
    bool one = *rest == '\0' && is_one_a_tree(telling, class_id_of(telling, first));
    const char *reason = text_with_rest(
        telling->arena,
        arena_printf(telling->arena, "no tree offers %s %s%s", combined->parts, class_name, rest),
        "; ", room_words(telling, combined, groups, count, "", true));
    if (one && combined->sum > figures->most_free)
        reason = arena_printf(telling->arena,
                              "of %" PRId64 " %s a tree has at most %" PRId64 " left (%s)",
                              combined->sum, class_name, figures->most_free,
                              provider_label(telling->explanation->world,
                                             telling->explanation->names, figures->freest));
    else if (one && combined->sum > figures->most_unit)
        reason = arena_printf(telling->arena,
                              "of %" PRId64 " %s a tree allows at most %" PRId64 " (max_unit)",
                              combined->sum, class_name, figures->most_unit);
    return arena_printf(telling->arena, "groups %s fit alone, not together: %s", names, reason);
}

/* Returns the amounts of the first class that several groups of the set ask for, or none. */
static struct combined find_combined(const struct telling *telling)
{
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind != CONSTRAINT_RESOURCE)
            continue;
        struct combined combined =
            combine(telling, telling_amount(telling, constraint)->class_name);
        if (combined.groups > 1)
            return combined;
    }
    return (struct combined){.groups = 0};
}

const char *cause_of_combined(const struct telling *telling, const size_t *groups, size_t count)
{
    const struct combined combined = find_combined(telling);
    return combined.groups > 1 ? tell_class(telling, &combined, groups, count) : NULL;
}

const char *cause_of_room(const struct telling *telling, const size_t *groups, size_t count)
{
    const struct combined combined = find_combined(telling);
    if (combined.groups < 2)
        return "";
    const char *of = arena_printf(telling->arena, " of %s %s", combined.parts,
                                  telling_amount(telling, combined.first)->class_name);
    return room_words(telling, &combined, groups, count, of, false);
}
