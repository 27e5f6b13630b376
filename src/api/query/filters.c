/*
 * Reads the query parameters "resources", "required" and "member_of".
 */
#include <config.h>

#include "api/query/filters.h"

#include <string.h>

#include "api/query/python_text.h"
#include "base/sorted.h"
#include "base/uuid.h"
#include "http/microversion.h"

/* The first microversions 1.N that take more. */
enum {
    TRAITS_FORBIDDEN_SINCE = 22,
    TRAITS_ANY_SINCE = 39,
    AGGREGATES_REPEATED_SINCE = 24,
    AGGREGATES_FORBIDDEN_SINCE = 32,
};

/* Resources. */

#define BADLY_FORMED                                                                               \
    "Badly formed resources parameter. Expected resources query string parameter in form: "        \
    "?resources=VCPU:2,MEMORY_MB:1024. Got: "

/* An amount, and where it is in the parameter. */
struct placed_amount {
    const char *class_name;
    size_t index;
};

static int placed_compare(const void *left, const void *right)
{
    const struct placed_amount *a = left, *b = right;
    int order = strcmp(a->class_name, b->class_name);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Keeps each class once, at its first place and with its last amount. Takes n log n. */
static void amounts_drop_repeats(struct arena *arena, struct resource_amounts *amounts)
{
    struct placed_amount *placed = arena_array(arena, amounts->count, sizeof(*placed));
    for (size_t i = 0; i < amounts->count; i++)
        placed[i] = (struct placed_amount){amounts->items[i].class_name, i};
    sort(placed, amounts->count, sizeof(*placed), placed_compare);
    for (size_t i = 0, first = 0; i < amounts->count; i++) {
        if (strcmp(placed[i].class_name, placed[first].class_name) != 0)
            first = i;
        if (i == first)
            continue;
        amounts->items[placed[first].index].amount = amounts->items[placed[i].index].amount;
        amounts->items[placed[i].index].class_name = NULL;
    }
    size_t kept = 0;
    for (size_t i = 0; i < amounts->count; i++)
        if (amounts->items[i].class_name != NULL)
            amounts->items[kept++] = amounts->items[i];
    amounts->count = kept;
}

/* Reads one "CLASS:amount". */
static bool read_item(struct exchange *exchange, const char *item, struct resource_amounts *amounts)
{
    const char *colon = strchr(item, ':');
    if (colon == NULL || strchr(colon + 1, ':') != NULL) {
        exchange_fail(exchange, 400, NULL, BADLY_FORMED "%s.", item);
        return false;
    }
    const char *class_name = arena_strndup(exchange->arena, item, (size_t)(colon - item));
    const char *digits;
    int64_t amount;
    if (!query_integer(exchange->arena, colon + 1, &amount, &digits)) {
        exchange_fail(exchange, 400, NULL,
                      "Requested resource %s expected positive integer amount. Got: %s.",
                      class_name, colon + 1);
        return false;
    }
    if (amount < 1) {
        exchange_fail(exchange, 400, NULL, "Requested resource %s requires amount >= 1. Got: %s.",
                      class_name, digits);
        return false;
    }
    amounts->items[amounts->count].class_name = class_name;
    amounts->items[amounts->count++].amount = amount;
    return true;
}

bool query_resources_read(struct exchange *exchange, const char *value,
                          struct resource_amounts *amounts)
{
    if (*query_strip(exchange->arena, value) == '\0') {
        exchange_fail(exchange, 400, NULL, BADLY_FORMED "empty string.");
        return false;
    }
    struct name_set items = query_split(exchange->arena, value);
    amounts->count = 0;
    amounts->items = arena_array(exchange->arena, items.count, sizeof(*amounts->items));
    for (size_t i = 0; i < items.count; i++)
        if (!read_item(exchange, items.names[i], amounts))
            return false;
    amounts_drop_repeats(exchange->arena, amounts);
    return true;
}

/* Traits. */

#define INVALID "Invalid query string parameters: "

static bool is_forbidden(const char *trait)
{
    return *trait == '!';
}

/* Returns the name of a forbidden trait. Upstream accepts any number of exclamation marks. */
static const char *forbidden_name(const char *trait)
{
    return trait + strspn(trait, "!");
}

static bool has_empty(const struct name_set *traits)
{
    for (size_t i = 0; i < traits->count; i++)
        if (*forbidden_name(traits->names[i]) == '\0')
            return true;
    return false;
}

static bool has_forbidden(const struct name_set *traits)
{
    for (size_t i = 0; i < traits->count; i++)
        if (is_forbidden(traits->names[i]))
            return true;
    return false;
}

static struct name_set split_stripped(struct arena *arena, const char *text)
{
    struct name_set parts = query_split(arena, text);
    for (size_t i = 0; i < parts.count; i++)
        parts.names[i] = query_strip(arena, parts.names[i]);
    return parts;
}

static bool refuse_traits(struct exchange *exchange, const char *reason, const char *value)
{
    exchange_fail(exchange, 400, NULL, INVALID "%s%s", reason, value);
    return false;
}

/* Reads "in:A,B": one set of traits. */
static bool read_any(struct exchange *exchange, const char *value, bool allowed,
                     struct membership *traits)
{
    if (!allowed)
        return refuse_traits(exchange,
                             "The format 'in:HW_CPU_X86_VMX,CUSTOM_MAGIC' only supported since "
                             "microversion 1.39. Got: ",
                             value);
    struct name_set parts = split_stripped(exchange->arena, value + strlen("in:"));
    struct name_set *set = &traits->required[traits->required_count++];
    set->names = arena_array(exchange->arena, parts.count, sizeof(*set->names));
    for (size_t i = 0; i < parts.count; i++) {
        if (*parts.names[i] == '\0')
            return refuse_traits(exchange,
                                 "Expected 'required' parameter value of the form: "
                                 "in:HW_CPU_X86_VMX,CUSTOM_MAGIC. Got an empty trait in: ",
                                 value);
        set->names[set->count++] = parts.names[i];
    }
    name_set_drop_repeats(exchange->arena, set);
    if (has_forbidden(set))
        return refuse_traits(
            exchange,
            "The format 'in:HW_CPU_X86_VMX,CUSTOM_MAGIC' does not support forbidden "
            "traits. Got: ",
            value);
    return true;
}

/* Reads "A,!B": each trait becomes a separate set, or is forbidden. */
static bool read_each(struct exchange *exchange, const char *value, struct membership *traits)
{
    bool allow_forbidden = microversion_since(exchange, TRAITS_FORBIDDEN_SINCE);
    struct name_set parts = split_stripped(exchange->arena, value);
    name_set_drop_repeats(exchange->arena, &parts);
    if (has_empty(&parts))
        return refuse_traits(exchange,
                             allow_forbidden
                                 ? "Expected 'required' parameter value of the form: "
                                   "HW_CPU_X86_VMX,!CUSTOM_MAGIC. Got an empty trait in: "
                                 : "Expected 'required' parameter value of the form: "
                                   "HW_CPU_X86_VMX,CUSTOM_MAGIC. Got an empty trait in: ",
                             value);
    if (has_forbidden(&parts) && !allow_forbidden)
        return refuse_traits(exchange,
                             "Expected 'required' parameter value of the form: "
                             "HW_CPU_X86_VMX,CUSTOM_MAGIC. Got: ",
                             value);
    for (size_t i = 0; i < parts.count; i++) {
        if (is_forbidden(parts.names[i]))
            traits->forbidden.names[traits->forbidden.count++] = forbidden_name(parts.names[i]);
        else
            traits->required[traits->required_count++] =
                (struct name_set){.names = &parts.names[i], .count = 1};
    }
    return true;
}

static size_t count_parts(const char *value)
{
    size_t count = 1;
    for (; *value != '\0'; value++)
        count += *value == ',';
    return count;
}

static bool read_traits(struct exchange *exchange, const char *value, bool any_allowed,
                        struct membership *traits)
{
    return strncmp(value, "in:", 3) == 0 ? read_any(exchange, value, any_allowed, traits)
                                         : read_each(exchange, value, traits);
}

static void make_traits_room(struct exchange *exchange, struct membership *traits, size_t most)
{
    *traits = (struct membership){
        .required = arena_array(exchange->arena, most, sizeof(*traits->required)),
        .forbidden.names = arena_array(exchange->arena, most, sizeof(*traits->forbidden.names)),
    };
}

bool query_traits_read(struct exchange *exchange, const struct query *query, const char *name,
                       struct membership *traits)
{
    const char *value;
    size_t most = 0;
    for (size_t i = 0; (value = query_next(query, name, &i)) != NULL;)
        most += count_parts(value);
    make_traits_room(exchange, traits, most);
    bool any_allowed = microversion_since(exchange, TRAITS_ANY_SINCE);
    if (!any_allowed && most > 0 && !read_traits(exchange, query_last(query, name), false, traits))
        return false;
    for (size_t i = 0; any_allowed && (value = query_next(query, name, &i)) != NULL;)
        if (!read_traits(exchange, value, true, traits))
            return false;
    name_set_drop_repeats(exchange->arena, &traits->forbidden);
    return true;
}

bool query_root_traits_read(struct exchange *exchange, const char *value, struct membership *traits)
{
    make_traits_room(exchange, traits, count_parts(value));
    if (!read_traits(exchange, value, false, traits))
        return false;
    name_set_drop_repeats(exchange->arena, &traits->forbidden);
    return true;
}

/* Aggregates. */

/* Moves *text behind the prefix. Returns false if the text does not begin with it. */
static bool take_prefix(const char **text, const char *prefix)
{
    size_t length = strlen(prefix);
    if (strncmp(*text, prefix, length) != 0)
        return false;
    *text += length;
    return true;
}

/* Reads one parameter: its uuids, and whether they are forbidden. */
static bool read_aggregates(struct exchange *exchange, const char *value, struct name_set *uuids,
                            bool *forbidden)
{
    const char *list = value;
    *forbidden = take_prefix(&list, "!");
    bool many = take_prefix(&list, "in:");
    if (!many && strchr(list, ',') != NULL) {
        exchange_fail(exchange, 400, NULL,
                      "Multiple values for 'member_of' must be prefixed with the 'in:' or '!in:' "
                      "keyword using the valid microversion. Got: %s",
                      value);
        return false;
    }
    struct name_set parts = query_split(exchange->arena, list);
    uuids->names = arena_array(exchange->arena, parts.count, sizeof(*uuids->names));
    uuids->count = 0;
    for (size_t i = 0; i < parts.count; i++) {
        if (!uuid_is_like(parts.names[i])) {
            exchange_fail(exchange, 400, NULL,
                          "Invalid query string parameters: Expected 'member_of' parameter to "
                          "contain valid UUID(s). Got: %s",
                          parts.names[i]);
            return false;
        }
        uuids->names[uuids->count++] = parts.names[i];
    }
    name_set_drop_repeats(exchange->arena, uuids);
    return true;
}

bool query_aggregates_read(struct exchange *exchange, const struct query *query, const char *name,
                           struct membership *aggregates)
{
    const char *value;
    size_t count = 0, most = 0;
    for (size_t i = 0; (value = query_next(query, name, &i)) != NULL; count++)
        most += count_parts(value);
    if (count > 1 && !microversion_since(exchange, AGGREGATES_REPEATED_SINCE)) {
        exchange_fail(exchange, 400, NULL, "Multiple %s parameters are not supported", name);
        return false;
    }
    *aggregates = (struct membership){
        .required = arena_array(exchange->arena, count, sizeof(*aggregates->required)),
        .forbidden.names = arena_array(exchange->arena, most, sizeof(*aggregates->forbidden.names)),
    };
    for (size_t i = 0; (value = query_next(query, name, &i)) != NULL;) {
        struct name_set uuids;
        bool forbidden;
        if (!read_aggregates(exchange, value, &uuids, &forbidden))
            return false;
        if (!forbidden) {
            aggregates->required[aggregates->required_count++] = uuids;
            continue;
        }
        if (!microversion_since(exchange, AGGREGATES_FORBIDDEN_SINCE)) {
            exchange_fail(exchange, 400, NULL,
                          "Forbidden %s parameters are not supported in the specified microversion",
                          name);
            return false;
        }
        for (size_t j = 0; j < uuids.count; j++)
            aggregates->forbidden.names[aggregates->forbidden.count++] = uuids.names[j];
    }
    name_set_drop_repeats(exchange->arena, &aggregates->forbidden);
    return true;
}
