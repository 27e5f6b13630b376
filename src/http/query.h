/*
 * Parses the query string as webob's request.GET does.
 *
 * "&" and ";" separate pairs, "+" is a space, percent-encoding is decoded, a name without "=" has
 * the value "", and empty pairs do not count. Pairs keep their order.
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

/* Reads a query string. Returns false and sets message (the text of upstream's UnicodeDecodeError)
   if it is not UTF-8 after decoding, or contains a NUL. */
bool query_parse(const char *text, struct arena *arena, struct query *query, const char **message);

/* Returns the last value of a name, as request.GET.get() does, or NULL. */
const char *query_last(const struct query *query, const char *name);

/* Returns the value of the first pair of a name at or after *position, and moves *position behind
   it; NULL at the end: for (size_t i = 0; (value = query_next(query, "member_of", &i)) != NULL;) */
const char *query_next(const struct query *query, const char *name, size_t *position);

#endif
