/*
 * The query string, as webob's request.GET reads it.
 *
 * Pairs are separated by "&" or ";", "+" is a space, percent-encoding is decoded, a name without
 * "=" has the value "", and an empty pair counts for nothing. The order is kept.
 */
#ifndef BERTH_HTTP_QUERY_H
#define BERTH_HTTP_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct exchange;

struct query_pair {
    const char *name;
    const char *value;
};

struct query {
    struct query_pair *pairs;
    size_t count;
};

/* Reads a query string. Gives false if it is not UTF-8 after decoding (message: what upstream's
   UnicodeDecodeError says about it), NULL bytes included. */
bool query_parse(const char *text, struct arena *arena, struct query *query, const char **message);

/* The last value of a name (as request.GET.get() and dict(request.GET) give it), or NULL. */
const char *query_last(const struct query *query, const char *name);

/* The first pair of a name at or after *position, which is moved behind it; NULL at the end:
     for (size_t i = 0; (value = query_next(query, "member_of", &i)) != NULL;) */
const char *query_next(const struct query *query, const char *name, size_t *position);

#endif
