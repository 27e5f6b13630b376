/*
 * Reading the parameters of GET /allocation_candidates.
 */
#include <config.h>

#include "api/query/candidates.h"

#include <string.h>

#include "api/call.h"
#include "api/query/filters.h"
#include "api/query/python_text.h"
#include "base/text.h"
#include "base/uuid.h"

enum { FORBIDDEN_SINCE = 22, TREES_SINCE = 29, NAMED_SINCE = 33, SUBTREE_SINCE = 36 };
enum { SUFFIX_MOST = 64, GROUPS_MOST = 256 };

/* Groups. */

struct reading {
    struct exchange *exchange;
    const struct query *query;
    struct candidate_request *request;
};

/* The parameters of a group. Where all values of a parameter count together, the first one reads
   them all. */
enum part { PART_RESOURCES, PART_REQUIRED, PART_MEMBER_OF, PART_IN_TREE };

static bool read_resources(struct reading *reading, struct request_group *group,
                           const struct query_pair *pair)
{
    return query_resources_read(reading->exchange, pair->value, &group->resources);
}

static bool read_required(struct reading *reading, struct request_group *group,
                          const struct query_pair *pair)
{
    return group->traits.required != NULL ||
           query_traits_read(reading->exchange, reading->query, pair->name, &group->traits);
}

static bool read_member_of(struct reading *reading, struct request_group *group,
                           const struct query_pair *pair)
{
    return group->aggregates.required != NULL ||
           query_aggregates_read(reading->exchange, reading->query, pair->name, &group->aggregates);
}

static bool read_in_tree(struct reading *reading, struct request_group *group,
                         const struct query_pair *pair)
{
    group->in_tree = query_strip(reading->exchange->arena, pair->value);
    if (uuid_is_like(group->in_tree))
        return true;
    exchange_fail(reading->exchange, 400, NULL,
                  "Invalid query string parameters: Expected 'in_tree' parameter to be a format "
                  "of uuid. Got: %s",
                  pair->value);
    return false;
}

static const struct {
    const char *name;
    bool (*read)(struct reading *reading, struct request_group *group,
                 const struct query_pair *pair);
} parts[] = {
    [PART_RESOURCES] = {"resources", read_resources},
    [PART_REQUIRED] = {"required", read_required},
    [PART_MEMBER_OF] = {"member_of", read_member_of},
    [PART_IN_TREE] = {"in_tree", read_in_tree},
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static bool is_suffix(const char *text, bool named)
{
    static const char digits[] = "0123456789";
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strlen(text);
    if (named)
        return length <= SUFFIX_MOST && strspn(text, letters) == length;
    return *text != '0' && strspn(text, digits) == length;
}

/* Finds the part of a group that a parameter names, and its suffix. Returns PARTS if it names none.
 */
static size_t find_part(const char *name, bool named, const char **suffix)
{
    for (size_t i = 0; i < PARTS; i++) {
        size_t length = strlen(parts[i].name);
        *suffix = name + length;
        if (strncmp(name, parts[i].name, length) == 0 && is_suffix(*suffix, named))
            return i;
    }
    return PARTS;
}

static struct request_group *find_group(struct candidate_request *request, const char *suffix)
{
    for (size_t i = 0; i < request->group_count; i++)
        if (strcmp(request->groups[i].suffix, suffix) == 0)
            return &request->groups[i];
    return NULL;
}

static bool read_groups(struct reading *reading)
{
    struct exchange *exchange = reading->exchange;
    struct candidate_request *request = reading->request;
    bool named = microversion_since(exchange, NAMED_SINCE);
    request->groups = arena_array(exchange->arena, GROUPS_MOST, sizeof(*request->groups));
    for (size_t i = 0; i < reading->query->count; i++) {
        const struct query_pair *pair = &reading->query->pairs[i];
        const char *suffix;
        size_t part = find_part(pair->name, named, &suffix);
        if (part == PARTS)
            continue;
        struct request_group *group = find_group(request, suffix);
        if (group == NULL && request->group_count == GROUPS_MOST) {
            exchange_fail(exchange, 400, NULL,
                          "Invalid query string parameters: there are more than %d request groups.",
                          GROUPS_MOST);
            return false;
        }
        if (group == NULL) {
            group = &request->groups[request->group_count++];
            group->suffix = suffix;
        }
        if (!parts[part].read(reading, group, pair))
            return false;
    }
    return true;
}

/* Checks of the groups. */

static void list_add_quoted(struct text_builder *list, const char *suffix)
{
    text_add_item(list, ", ", python_repr_text(suffix, list->arena));
}

static bool membership_asks(const struct membership *membership)
{
    return membership->required_count > 0 || membership->forbidden.count > 0;
}

/* Before 1.36 every group must have resources. */
static bool check_orphans(struct reading *reading)
{
    struct arena *arena = reading->exchange->arena;
    const struct candidate_request *request = reading->request;
    struct text_builder traits = text_begin(arena), aggregates = text_begin(arena);
    bool orphaned = false;
    for (size_t i = 0; i < request->group_count; i++) {
        const struct request_group *group = &request->groups[i];
        if (group->resources.count > 0)
            continue;
        orphaned = true;
        if (group->traits.required_count > 0)
            text_add_item(&traits, ", ", arena_printf(arena, "required%s", group->suffix));
        if (membership_asks(&group->aggregates))
            text_add_item(&aggregates, ", ", arena_printf(arena, "member_of%s", group->suffix));
    }
    if (traits.length > 0)
        exchange_fail(reading->exchange, 400, NULL,
                      "All traits parameters must be associated with resources.  Found the "
                      "following orphaned traits keys: %s",
                      text_end(&traits));
    else if (aggregates.length > 0)
        exchange_fail(reading->exchange, 400, NULL,
                      "All member_of parameters must be associated with resources. Found the "
                      "following orphaned member_of keys: %s",
                      text_end(&aggregates));
    else if (orphaned)
        exchange_fail(reading->exchange, 400, NULL, "All request groups must specify resources.");
    else if (request->group_count == 0)
        exchange_fail(reading->exchange, 400, NULL,
                      "At least one request group (`resources` or `resources{$S}`) is required.");
    else
        return true;
    return false;
}

static bool subtrees_have(const struct candidate_request *request, const char *suffix)
{
    for (size_t i = 0; i < request->subtree_count; i++)
        for (size_t j = 0; j < request->subtrees[i].count; j++)
            if (strcmp(request->subtrees[i].names[j], suffix) == 0)
                return true;
    return false;
}

/* A group without resources must be named in a subtree. */
static bool check_resourceless(struct reading *reading)
{
    struct arena *arena = reading->exchange->arena;
    const struct candidate_request *request = reading->request;
    struct text_builder bad = text_begin(arena);
    size_t resourceless = 0;
    for (size_t i = 0; i < request->group_count; i++) {
        if (request->groups[i].resources.count > 0)
            continue;
        resourceless++;
        if (!subtrees_have(request, request->groups[i].suffix))
            list_add_quoted(&bad, request->groups[i].suffix);
    }
    if (resourceless == request->group_count)
        exchange_fail(reading->exchange, 400, CODE_QUERY_MISSING_VALUE,
                      "There must be at least one resources or resources[$S] parameter.");
    else if (bad.length > 0)
        exchange_fail(reading->exchange, 400, CODE_QUERY_BAD_VALUE,
                      "Resourceless suffixed group request should be specified in `same_subtree` "
                      "query param: bad group(s) - [%s].",
                      text_end(&bad));
    else
        return true;
    return false;
}

/* The suffixes in subtrees must be suffixes of groups. */
static bool check_subtrees(struct reading *reading)
{
    struct arena *arena = reading->exchange->arena;
    struct candidate_request *request = reading->request;
    struct text_builder bad = text_begin(arena), all = text_begin(arena);
    for (size_t i = 0; i < request->subtree_count; i++)
        for (size_t j = 0; j < request->subtrees[i].count; j++)
            if (find_group(request, request->subtrees[i].names[j]) == NULL)
                list_add_quoted(&bad, request->subtrees[i].names[j]);
    if (bad.length == 0)
        return true;
    for (size_t i = 0; i < request->group_count; i++)
        list_add_quoted(&all, request->groups[i].suffix);
    exchange_fail(reading->exchange, 400, CODE_QUERY_BAD_VALUE,
                  "Real suffixes should be specified in `same_subtree`: [%s] not found in [%s].",
                  text_end(&bad), text_end(&all));
    return false;
}

/* forbidden is sorted. */
static bool all_forbidden(const struct name_set *set, const struct name_set *forbidden)
{
    for (size_t i = 0; i < set->count; i++)
        if (!name_set_has(forbidden, set->names[i]))
            return false;
    return true;
}

/* Returns the names of a set in order, as "A, B". */
static const char *sorted_names(struct arena *arena, const struct name_set *set)
{
    struct name_set sorted = name_set_sorted(arena, set);
    struct text_builder list = text_begin(arena);
    for (size_t i = 0; i < sorted.count; i++)
        text_add_item(&list, ", ", sorted.names[i]);
    return text_end(&list);
}

static bool check_forbidden(struct reading *reading)
{
    struct arena *arena = reading->exchange->arena;
    const struct candidate_request *request = reading->request;
    size_t most = 0;
    for (size_t i = 0; i < request->group_count; i++)
        most += request->groups[i].traits.required_count;
    struct name_set conflicts = {.names = arena_array(arena, most, sizeof(char *))};
    for (size_t i = 0; i < request->group_count; i++) {
        const struct membership *traits = &request->groups[i].traits;
        const struct name_set forbidden = name_set_sorted(arena, &traits->forbidden);
        for (size_t j = 0; j < traits->required_count; j++)
            if (all_forbidden(&traits->required[j], &forbidden))
                conflicts.names[conflicts.count++] =
                    arena_printf(arena, "required%s: (%s)", request->groups[i].suffix,
                                 sorted_names(arena, &traits->required[j]));
    }
    if (conflicts.count == 0)
        return true;
    exchange_fail(reading->exchange, 400, NULL,
                  "Conflicting required and forbidden traits found in the following traits keys: "
                  "%s",
                  sorted_names(arena, &conflicts));
    return false;
}

static bool check_groups(struct reading *reading)
{
    if (microversion_since(reading->exchange, SUBTREE_SINCE)) {
        if (!check_resourceless(reading) || !check_subtrees(reading))
            return false;
    } else if (!check_orphans(reading)) {
        return false;
    }
    return !microversion_since(reading->exchange, FORBIDDEN_SINCE) || check_forbidden(reading);
}

/* Parameters for the whole request. */

/* Of several limits the first counts, although the schema has checked the last. */
static bool read_limit(struct reading *reading)
{
    size_t position = 0;
    const char *value = query_next(reading->query, "limit", &position), *digits;
    if (value == NULL)
        return true;
    if (query_integer(reading->exchange->arena, value, &reading->request->limit, &digits) &&
        reading->request->limit > 0)
        return true;
    exchange_fail(reading->exchange, 400, NULL,
                  "Invalid query string parameters: Expected 'limit' parameter to be a positive "
                  "integer. Got: %s",
                  value);
    return false;
}

static bool read_root_required(struct reading *reading)
{
    struct exchange *exchange = reading->exchange;
    struct membership *traits = &reading->request->root_traits;
    size_t position = 0;
    const char *value = query_next(reading->query, "root_required", &position);
    if (value == NULL)
        return true;
    if (query_next(reading->query, "root_required", &position) != NULL) {
        exchange_fail(exchange, 400, CODE_QUERY_DUPLICATE_KEY,
                      "Query parameter 'root_required' may be specified only once.");
        return false;
    }
    if (!query_root_traits_read(exchange, value, traits))
        return false;
    struct text_builder conflicts = text_begin(exchange->arena);
    const struct name_set forbidden = name_set_sorted(exchange->arena, &traits->forbidden);
    for (size_t i = 0; i < traits->required_count; i++)
        if (all_forbidden(&traits->required[i], &forbidden))
            text_add_item(&conflicts, ", ", traits->required[i].names[0]);
    if (conflicts.length == 0)
        return true;
    exchange_fail(exchange, 400, CODE_QUERY_BAD_VALUE,
                  "Conflicting required and forbidden traits found in root_required: %s",
                  text_end(&conflicts));
    return false;
}

static bool read_subtree(struct reading *reading, const char *value, struct name_set *subtree)
{
    struct arena *arena = reading->exchange->arena;
    struct name_set suffixes = query_split(arena, value);
    subtree->names = arena_array(arena, suffixes.count, sizeof(*subtree->names));
    for (size_t i = 0; i < suffixes.count; i++) {
        const char *suffix = query_strip(arena, suffixes.names[i]);
        if (*suffix == '\0') {
            exchange_fail(reading->exchange, 400, CODE_QUERY_BAD_VALUE,
                          "Empty string (unsuffixed group) can not be specified in "
                          "`same_subtree` ");
            return false;
        }
        subtree->names[subtree->count++] = suffix;
    }
    name_set_drop_repeats(arena, subtree);
    return true;
}

static bool read_subtrees(struct reading *reading)
{
    struct candidate_request *request = reading->request;
    const char *value;
    request->subtrees =
        arena_array(reading->exchange->arena, reading->query->count, sizeof(*request->subtrees));
    for (size_t i = 0; (value = query_next(reading->query, "same_subtree", &i)) != NULL;)
        if (!read_subtree(reading, value, &request->subtrees[request->subtree_count++]))
            return false;
    return true;
}

static bool read_group_policy(struct reading *reading)
{
    size_t position = 0, granular = 0;
    const char *value = query_next(reading->query, "group_policy", &position);
    for (size_t i = 0; i < reading->request->group_count; i++)
        granular += *reading->request->groups[i].suffix != '\0';
    reading->request->isolate = value != NULL && strcmp(value, "isolate") == 0;
    if (granular < 2 || (value != NULL && *value != '\0'))
        return true;
    exchange_fail(reading->exchange, 400, NULL,
                  "The \"group_policy\" parameter is required when specifying more than one "
                  "\"resources{N}\" parameter.");
    return false;
}

bool query_candidates_read(struct exchange *exchange, const struct query *query,
                           struct candidate_request *request)
{
    struct reading reading = {exchange, query, request};
    *request = (struct candidate_request){
        .one_of_tree = !microversion_since(exchange, TREES_SINCE),
    };
    return read_limit(&reading) && read_root_required(&reading) && read_subtrees(&reading) &&
           read_groups(&reading) && check_groups(&reading) && read_group_policy(&reading);
}
