/*
 * Lists constraints, leaves one out, and writes requests as query strings.
 */
#include <config.h>

#include "placement/explain/constraint.h"

#include <inttypes.h>
#include <string.h>

#include "base/percent.h"
#include "base/text.h"

/* How wide a list of several names is at most in a brief sentence. It has room for one uuid: a
   sentence can name two lists, and for each tell of a provider what it lacks. */
enum { NAMES_WIDTH = 60 };

/* Returns the names of a set as a query has them: "A,B". */
static const char *names_joined(const struct name_set *set, struct arena *arena)
{
    struct text_builder joined = text_begin(arena);
    for (size_t i = 0; i < set->count; i++)
        text_add_item(&joined, ",", set->names[i]);
    return text_end(&joined);
}

const char *names_told(const struct name_set *set, bool brief, struct arena *arena)
{
    struct text_builder told = text_begin(arena);
    for (size_t i = 0; i < set->count; i++) {
        if (brief && i > 0 && told.length + strlen(set->names[i]) > NAMES_WIDTH) {
            text_add_format(&told, " and %zu more", set->count - i);
            break;
        }
        text_add_item(&told, ", ", set->names[i]);
    }
    return text_end(&told);
}

/* The list. */

struct listing {
    struct constraint_list list;
    size_t room;
    struct arena *arena;
};

static void add(struct listing *listing, enum constraint_kind kind, size_t group, size_t index,
                const char *text)
{
    struct constraint_list *list = &listing->list;
    list->items =
        arena_grow(listing->arena, list->items, list->count, &listing->room, sizeof(*list->items));
    list->items[list->count++] = (struct constraint){kind, group, index, text};
}

/* Returns "name=A", or "name=in:A,B" for a set of several. */
static const char *set_text(struct arena *arena, const char *name, const char *suffix,
                            const struct name_set *set)
{
    return arena_printf(arena, "%s%s=%s%s", name, suffix, set->count > 1 ? "in:" : "",
                        names_joined(set, arena));
}

static void add_membership(struct listing *listing, size_t group, const char *suffix,
                           const char *name, const struct membership *membership,
                           enum constraint_kind required, enum constraint_kind forbidden)
{
    for (size_t i = 0; i < membership->required_count; i++)
        add(listing, required, group, i,
            set_text(listing->arena, name, suffix, &membership->required[i]));
    for (size_t i = 0; i < membership->forbidden.count; i++)
        add(listing, forbidden, group, i,
            arena_printf(listing->arena, "%s%s=!%s", name, suffix, membership->forbidden.names[i]));
}

static void add_group(struct listing *listing, size_t number, const struct request_group *group)
{
    struct arena *arena = listing->arena;
    for (size_t i = 0; i < group->resources.count; i++)
        add(listing, CONSTRAINT_RESOURCE, number, i,
            arena_printf(arena, "resources%s=%s:%" PRId64, group->suffix,
                         group->resources.items[i].class_name, group->resources.items[i].amount));
    add_membership(listing, number, group->suffix, "required", &group->traits, CONSTRAINT_REQUIRED,
                   CONSTRAINT_FORBIDDEN);
    add_membership(listing, number, group->suffix, "member_of", &group->aggregates,
                   CONSTRAINT_MEMBER_OF, CONSTRAINT_NOT_MEMBER_OF);
    if (group->in_tree != NULL)
        add(listing, CONSTRAINT_IN_TREE, number, 0,
            arena_printf(arena, "in_tree%s=%s", group->suffix, group->in_tree));
}

bool constraint_is_negative(const struct constraint *constraint)
{
    return constraint->kind == CONSTRAINT_FORBIDDEN || constraint->kind == CONSTRAINT_NOT_MEMBER_OF;
}

bool constraint_is_of_root(const struct constraint *constraint)
{
    return constraint->kind == CONSTRAINT_ROOT_REQUIRED ||
           constraint->kind == CONSTRAINT_ROOT_FORBIDDEN;
}

struct constraint_list constraints_of(const struct candidate_request *request, struct arena *arena)
{
    struct listing listing = {.arena = arena};
    for (size_t i = 0; i < request->group_count; i++)
        add_group(&listing, i, &request->groups[i]);
    add_membership(&listing, 0, "", "root_required", &request->root_traits,
                   CONSTRAINT_ROOT_REQUIRED, CONSTRAINT_ROOT_FORBIDDEN);
    for (size_t i = 0; i < request->subtree_count; i++)
        add(&listing, CONSTRAINT_SAME_SUBTREE, 0, i,
            arena_printf(arena, "same_subtree=%s", names_joined(&request->subtrees[i], arena)));
    if (request->isolate)
        add(&listing, CONSTRAINT_GROUP_POLICY, 0, 0, "group_policy=isolate");
    if (request->one_of_tree)
        add(&listing, CONSTRAINT_ONE_OF_TREE, 0, 0, "a microversion below 1.29");
    return listing.list;
}

/* Leaving out. */

/* Returns a copy of a list without one element. */
static void *list_without(struct arena *arena, const void *list, size_t count, size_t size,
                          size_t index)
{
    char *copy = arena_array(arena, count, size);
    memcpy(copy, list, index * size);
    memcpy(copy + index * size, (const char *)list + (index + 1) * size,
           (count - index - 1) * size);
    return copy;
}

static void drop_required(struct membership *membership, size_t index, struct arena *arena)
{
    membership->required = list_without(arena, membership->required, membership->required_count,
                                        sizeof(*membership->required), index);
    membership->required_count--;
}

static void drop_name(struct name_set *set, size_t index, struct arena *arena)
{
    set->names = list_without(arena, set->names, set->count, sizeof(*set->names), index);
    set->count--;
}

static void drop_subtree(struct candidate_request *request, size_t index, struct arena *arena)
{
    request->subtrees = list_without(arena, request->subtrees, request->subtree_count,
                                     sizeof(*request->subtrees), index);
    request->subtree_count--;
}

static void drop_from_group(struct request_group *group, const struct constraint *constraint,
                            struct arena *arena)
{
    switch (constraint->kind) {
    case CONSTRAINT_RESOURCE:
        group->resources.items = list_without(arena, group->resources.items, group->resources.count,
                                              sizeof(*group->resources.items), constraint->index);
        group->resources.count--;
        break;
    case CONSTRAINT_REQUIRED:
        drop_required(&group->traits, constraint->index, arena);
        break;
    case CONSTRAINT_FORBIDDEN:
        drop_name(&group->traits.forbidden, constraint->index, arena);
        break;
    case CONSTRAINT_MEMBER_OF:
        drop_required(&group->aggregates, constraint->index, arena);
        break;
    case CONSTRAINT_NOT_MEMBER_OF:
        drop_name(&group->aggregates.forbidden, constraint->index, arena);
        break;
    default: /* CONSTRAINT_IN_TREE */
        group->in_tree = NULL;
        break;
    }
}

/* Returns the place of a suffix in a subtree, or its number of names. */
static size_t place_in_subtree(const struct name_set *subtree, const char *suffix)
{
    size_t i = 0;
    while (i < subtree->count && strcmp(subtree->names[i], suffix) != 0)
        i++;
    return i;
}

static bool is_in_subtree(const struct candidate_request *request, const char *suffix)
{
    for (size_t i = 0; i < request->subtree_count; i++)
        if (place_in_subtree(&request->subtrees[i], suffix) < request->subtrees[i].count)
            return true;
    return false;
}

/* Takes a suffix out of all subtrees. The lists are the request's own. */
static void leave_subtrees(struct candidate_request *request, const char *suffix,
                           struct arena *arena)
{
    size_t kept = 0;
    for (size_t i = 0; i < request->subtree_count; i++) {
        struct name_set subtree = request->subtrees[i];
        size_t place = place_in_subtree(&subtree, suffix);
        if (place < subtree.count)
            drop_name(&subtree, place, arena);
        if (subtree.count > 0)
            request->subtrees[kept++] = subtree;
    }
    request->subtree_count = kept;
}

static bool asks_anything(const struct request_group *group)
{
    return group->traits.required_count + group->traits.forbidden.count +
                   group->aggregates.required_count + group->aggregates.forbidden.count >
               0 ||
           group->in_tree != NULL;
}

/* Drops groups without resources that ask for nothing else, or that no subtree names. */
static void drop_empty_groups(struct candidate_request *request, struct arena *arena)
{
    size_t kept = 0;
    for (size_t i = 0; i < request->group_count; i++) {
        struct request_group *group = &request->groups[i];
        bool asks = *group->suffix != '\0' && asks_anything(group);
        if (group->resources.count > 0 || (asks && is_in_subtree(request, group->suffix)))
            request->groups[kept++] = *group;
        else
            leave_subtrees(request, group->suffix, arena);
    }
    request->group_count = kept;
}

static void *copy_of(struct arena *arena, const void *list, size_t count, size_t size)
{
    void *copy = arena_array(arena, count, size);
    if (count > 0)
        memcpy(copy, list, count * size);
    return copy;
}

bool request_without(const struct candidate_request *request, const struct constraint *constraint,
                     struct arena *arena, struct candidate_request *without)
{
    *without = *request;
    without->groups =
        copy_of(arena, request->groups, request->group_count, sizeof(*request->groups));
    without->subtrees =
        copy_of(arena, request->subtrees, request->subtree_count, sizeof(*request->subtrees));
    switch (constraint->kind) {
    case CONSTRAINT_ROOT_REQUIRED:
        drop_required(&without->root_traits, constraint->index, arena);
        break;
    case CONSTRAINT_ROOT_FORBIDDEN:
        drop_name(&without->root_traits.forbidden, constraint->index, arena);
        break;
    case CONSTRAINT_SAME_SUBTREE:
        drop_subtree(without, constraint->index, arena);
        break;
    case CONSTRAINT_GROUP_POLICY:
        without->isolate = false;
        break;
    case CONSTRAINT_ONE_OF_TREE:
        without->one_of_tree = false;
        break;
    default:
        drop_from_group(&without->groups[constraint->group], constraint, arena);
        break;
    }
    drop_empty_groups(without, arena);
    for (size_t i = 0; i < without->group_count; i++)
        if (without->groups[i].resources.count > 0)
            return true;
    return false;
}

/* Query strings. */

static void write_parameter(struct text_builder *query, const char *name, const char *suffix,
                            const char *value)
{
    struct arena *arena = query->arena;
    text_add_item(query, "&",
                  arena_printf(arena, "%s%s=%s", name, percent_encode(arena, suffix, ""),
                               percent_encode(arena, value, ":,!")));
}

static void write_resources(struct text_builder *query, const struct request_group *group)
{
    struct text_builder value = text_begin(query->arena);
    for (size_t i = 0; i < group->resources.count; i++)
        text_add_item(&value, ",",
                      arena_printf(query->arena, "%s:%" PRId64,
                                   group->resources.items[i].class_name,
                                   group->resources.items[i].amount));
    if (group->resources.count > 0)
        write_parameter(query, "resources", group->suffix, text_end(&value));
}

/* Writes all single names and the forbidden ones as one parameter, which all microversions take,
   and each set of several names as one. */
static void write_traits(struct text_builder *query, const char *name, const char *suffix,
                         const struct membership *traits)
{
    struct arena *arena = query->arena;
    struct text_builder value = text_begin(arena);
    for (size_t i = 0; i < traits->required_count; i++)
        if (traits->required[i].count == 1)
            text_add_item(&value, ",", traits->required[i].names[0]);
    for (size_t i = 0; i < traits->forbidden.count; i++)
        text_add_item(&value, ",", arena_printf(arena, "!%s", traits->forbidden.names[i]));
    if (value.length > 0)
        write_parameter(query, name, suffix, text_end(&value));
    for (size_t i = 0; i < traits->required_count; i++)
        if (traits->required[i].count > 1)
            write_parameter(
                query, name, suffix,
                arena_printf(arena, "in:%s", names_joined(&traits->required[i], arena)));
}

static void write_aggregates(struct text_builder *query, const char *suffix,
                             const struct membership *aggregates)
{
    struct arena *arena = query->arena;
    for (size_t i = 0; i < aggregates->required_count; i++) {
        const struct name_set *set = &aggregates->required[i];
        write_parameter(
            query, "member_of", suffix,
            arena_printf(arena, "%s%s", set->count > 1 ? "in:" : "", names_joined(set, arena)));
    }
    if (aggregates->forbidden.count > 0)
        write_parameter(query, "member_of", suffix,
                        arena_printf(arena, "!in:%s", names_joined(&aggregates->forbidden, arena)));
}

const char *request_query_string(const struct candidate_request *request, struct arena *arena)
{
    struct text_builder query = text_begin(arena);
    size_t granular = 0;
    for (size_t i = 0; i < request->group_count; i++) {
        const struct request_group *group = &request->groups[i];
        granular += *group->suffix != '\0';
        write_resources(&query, group);
        write_traits(&query, "required", group->suffix, &group->traits);
        write_aggregates(&query, group->suffix, &group->aggregates);
        if (group->in_tree != NULL)
            write_parameter(&query, "in_tree", group->suffix, group->in_tree);
    }
    write_traits(&query, "root_required", "", &request->root_traits);
    for (size_t i = 0; i < request->subtree_count; i++)
        write_parameter(&query, "same_subtree", "", names_joined(&request->subtrees[i], arena));
    if (request->isolate || granular > 1)
        write_parameter(&query, "group_policy", "", request->isolate ? "isolate" : "none");
    return text_end(&query);
}
