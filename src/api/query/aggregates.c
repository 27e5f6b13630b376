/*
 * Reading the query parameter "member_of".
 */
#include <config.h>

#include "api/query/aggregates.h"

#include <string.h>

#include "api/query/python_text.h"
#include "base/uuid.h"

enum { REPEATED_SINCE = 24, FORBIDDEN_SINCE = 32 };

/* Takes a prefix off the text. */
static bool take_prefix(const char **text, const char *prefix)
{
    size_t length = strlen(prefix);
    if (strncmp(*text, prefix, length) != 0)
        return false;
    *text += length;
    return true;
}

/* The uuids of one parameter, and whether they are forbidden ones. */
static bool read_value(struct exchange *exchange, const char *value, struct name_set *uuids,
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
        name_set_add(uuids, parts.names[i]);
    }
    return true;
}

/* Adds what is forbidden to the names gathered so far; the array grows with the parameters. */
static void forbid(struct arena *arena, struct membership *aggregates, const struct name_set *uuids)
{
    struct name_set *forbidden = &aggregates->forbidden;
    const char **names =
        arena_array(arena, forbidden->count + uuids->count, sizeof(*forbidden->names));
    if (forbidden->count > 0)
        memcpy(names, forbidden->names, forbidden->count * sizeof(*names));
    forbidden->names = names;
    for (size_t i = 0; i < uuids->count; i++)
        name_set_add(forbidden, uuids->names[i]);
}

static size_t count_values(const struct query *query, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; query_next(query, name, &i) != NULL;)
        count++;
    return count;
}

bool query_aggregates_read(struct exchange *exchange, const struct query *query, const char *name,
                           struct membership *aggregates)
{
    size_t count = count_values(query, name);
    if (count > 1 && !microversion_since(exchange, REPEATED_SINCE)) {
        exchange_fail(exchange, 400, NULL, "Multiple %s parameters are not supported", name);
        return false;
    }
    *aggregates = (struct membership){
        .required = arena_array(exchange->arena, count, sizeof(*aggregates->required)),
    };
    const char *value;
    for (size_t i = 0; (value = query_next(query, name, &i)) != NULL;) {
        struct name_set uuids;
        bool forbidden;
        if (!read_value(exchange, value, &uuids, &forbidden))
            return false;
        if (!forbidden) {
            aggregates->required[aggregates->required_count++] = uuids;
            continue;
        }
        if (!microversion_since(exchange, FORBIDDEN_SINCE)) {
            exchange_fail(exchange, 400, NULL,
                          "Forbidden %s parameters are not supported in the specified microversion",
                          name);
            return false;
        }
        forbid(exchange->arena, aggregates, &uuids);
    }
    return true;
}
