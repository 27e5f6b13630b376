/*
 * Puts into words why a class does not suffice for several groups together.
 */
#include <config.h>

#include <inttypes.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/nearest.h"
#include "placement/explain/rooms.h"

/* Constraints beside the amounts that are told one by one. */
enum { REST_MOST = 4 };

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
static const char *rest_words(const struct telling *telling, const struct combined *asked)
{
    struct text_builder rest = text_begin(telling->arena);
    size_t count = 0;
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        const struct search_group *group = &telling->inquiry->query.groups[constraint->group];
        if (constraint->kind == CONSTRAINT_RESOURCE &&
            group->demands[constraint->index].class_id == asked->class_id)
            continue;
        if (count++ < REST_MOST)
            text_add_item(&rest, ", ", constraint->text);
    }
    if (count > REST_MOST)
        text_add_format(&rest, ", and %zu more", count - REST_MOST);
    return rest.length > 0 ? arena_printf(telling->arena, " with %s", text_end(&rest)) : "";
}

/* Returns a group of the set that asks for something, but not of the class; or SIZE_MAX. */
static size_t find_other_group(const struct rooms *rooms)
{
    const struct telling *telling = rooms->telling;
    bool *asking = arena_array(telling->arena, telling->explanation->funnel_count, sizeof(*asking));
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        const struct search_group *group = &telling->inquiry->query.groups[constraint->group];
        if (constraint->kind == CONSTRAINT_RESOURCE &&
            group->demands[constraint->index].class_id == rooms->asked.class_id)
            asking[constraint->group] = true;
    }
    for (size_t i = 0; i < rooms->count; i++)
        if (!asking[rooms->groups[i]])
            return rooms->groups[i];
    return SIZE_MAX;
}

/* Returns the nearest tree that has enough of the class, and what it lacks for another group of the
   set: "c2 has 4 left but lacks 1 VCPU of 4"; "": there is none, or it is not known. */
static const char *tell_enough(const struct rooms *rooms)
{
    const struct telling *telling = rooms->telling;
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    size_t other = find_other_group(rooms);
    bool *enough = arena_array(telling->arena, world->provider_count, sizeof(*enough)), any = false;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        enough[i] = !rooms->fit[i] && rooms->sums[i] >= rooms->asked.sum &&
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
    const char *room =
        arena_printf(telling->arena, "%s %s but", provider_label(world, explanation->names, root),
                     rooms_words(rooms, root, ""));
    if (miss->provider == root)
        return arena_printf(telling->arena, "%s %s", room, miss->reason);
    return arena_printf(telling->arena, "%s %s %s", room,
                        provider_label(world, explanation->names, miss->provider), miss->reason);
}

static const char *of_words(const struct rooms *rooms)
{
    return arena_printf(rooms->telling->arena, " of %s %s", rooms->asked.parts,
                        rooms->asked.class_name);
}

/* Returns what the best tree of a kind has, and how many others are of this kind. */
static const char *tell_kind(const struct room_kind *kind, const char *of)
{
    const struct telling *telling = kind->rooms->telling;
    const struct explanation *explanation = telling->explanation;
    const struct near_miss miss = {
        .provider = kind->best,
        .reason = room_kind_words(kind, of),
        .more = kind->count - 1,
        .alike = kind->alike,
        .differs = kind->rooms->asked.class_name,
    };
    return near_miss_words(telling->arena, explanation->world, explanation->names, &miss);
}

/* Tells of trees that have one provider with the class how much it has at most. NULL: the tree that
   is told of is not one of those with most. */
static const char *tell_most(const struct room_kind *kind)
{
    const struct rooms *rooms = kind->rooms;
    const struct telling *telling = rooms->telling;
    const struct explanation *explanation = telling->explanation;
    const struct constraint *first = rooms->asked.first;
    const struct class_figures *figures =
        &explanation->funnels[first->group]->classes[first->index];
    int64_t most = rooms->sums[kind->best];
    uint32_t providers = explanation->world->provider_count;
    uint32_t provider = rooms_only_provider(rooms, kind->best);
    bool *alike = arena_array(telling->arena, providers, sizeof(*alike));
    bool left = most == figures->most_free;
    if (provider == WORLD_NONE || (!left && most != figures->most_unit))
        return NULL;
    for (uint32_t i = 0; i < providers; i++)
        alike[i] = rooms->trees[i] && rooms->sums[i] == most;
    uint32_t more = lacks_count_alike(telling->inquiry->lacks, alike, providers, kind->best);
    bool bounded = left && rooms_are_bounded(rooms, provider);
    return arena_printf(telling->arena, "of %" PRId64 " %s a tree %s at most %" PRId64 "%s%s%s%s)",
                        rooms->asked.sum, rooms->asked.class_name, left ? "has" : "allows", most,
                        left ? " left (" : " (max_unit on ",
                        provider_label(explanation->world, explanation->names, provider),
                        bounded ? ", where max_unit allows no more" : "",
                        more_words(telling->arena, more));
}

/* Tells what the trees have of the classes. */
static const char *tell_kinds(const struct room_kind *kinds, size_t count, size_t classes,
                              const char *of)
{
    struct arena *arena = kinds->rooms->telling->arena;
    const char *told = tell_kind(&kinds[0], of);
    if (classes > 1 && count > 1)
        return text_with_rest(arena, told, "; ", tell_kind(&kinds[1], of_words(kinds[1].rooms)));
    return kinds[0].enough ? told : text_with_rest(arena, told, "; ", tell_enough(kinds[0].rooms));
}

/* Notes the trees of all kinds as the nearest. */
static void show_kinds(const struct telling *telling, const struct room_kind *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        telling_show(telling, &(struct near_miss){
                                  .provider = kinds[i].best,
                                  .reason = room_kind_words(&kinds[i], of_words(kinds[i].rooms)),
                                  .more = kinds[i].count - 1,
                                  .alike = kinds[i].alike,
                                  .differs = kinds[i].rooms->asked.class_name,
                              });
}

/* Tells of trees with too few providers for the groups: with group_policy=isolate more of the class
   does not help where it is taken already, and without it no tree may have one for each group.
   NULL: neither is the case. */
static const char *tell_places(const struct telling *telling, const size_t *groups, size_t count,
                               bool room)
{
    const struct constraint_list *constraints = &telling->explanation->constraints;
    size_t policy = 0;
    while (policy < constraints->count &&
           constraints->items[policy].kind != CONSTRAINT_GROUP_POLICY)
        policy++;
    const char *told =
        policy < constraints->count ? cause_of_places(telling, groups, count, true) : NULL;
    return told == NULL && !room ? cause_of_places(telling, groups, count, false) : told;
}

const char *cause_of_combined(const struct telling *telling, const size_t *groups, size_t count)
{
    struct rooms rooms[CLASSES_MOST];
    struct room_kind kinds[ROOM_KINDS_MOST];
    size_t classes = rooms_find(telling, groups, count, rooms), kind_count;
    if (classes == 0)
        return NULL;
    const char *names = group_names(telling, groups, count);
    const char *rest = rest_words(telling, &rooms->asked), *most = NULL, *told = "";
    kind_count = rooms_kinds(rooms, classes, kinds);
    const char *places = tell_places(telling, groups, count, kind_count > 0);
    if (places != NULL)
        return arena_printf(telling->arena, "groups %s fit alone, not together: %s", names, places);
    if (kind_count > 0 && !budget_is_over(telling->inquiry->budget)) {
        show_kinds(telling, kinds, kind_count);
        if (*rest == '\0' && !kinds->enough && is_one_a_tree(telling, rooms->asked.class_id))
            most = tell_most(&kinds[0]);
        told = tell_kinds(kinds, kind_count, classes, "");
    }
    if (most == NULL)
        most = text_with_rest(telling->arena,
                              arena_printf(telling->arena, "no tree offers %s %s%s",
                                           rooms->asked.parts, rooms->asked.class_name, rest),
                              "; ", told);
    return arena_printf(telling->arena, "groups %s fit alone, not together: %s", names, most);
}

const char *cause_of_room(const struct telling *telling, const size_t *groups, size_t count)
{
    struct rooms rooms[CLASSES_MOST];
    struct room_kind kinds[ROOM_KINDS_MOST];
    size_t classes = rooms_find(telling, groups, count, rooms);
    if (classes == 0 || rooms_kinds(rooms, classes, kinds) == 0 ||
        budget_is_over(telling->inquiry->budget))
        return "";
    show_kinds(telling, kinds, rooms_kinds(rooms, classes, kinds));
    return tell_kind(&kinds[0], of_words(kinds[0].rooms));
}
