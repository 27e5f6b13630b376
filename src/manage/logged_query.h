/*
 * Finds the query of a request in the log, in all formats that the log may have (text, json, oslo),
 * or in the log of the Python service.
 */
#ifndef BERTH_MANAGE_LOGGED_QUERY_H
#define BERTH_MANAGE_LOGGED_QUERY_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"

struct logged_query {
    const char *query;        /* not decoded; NULL: not found */
    const char *microversion; /* "1.39"; NULL: the line does not say */
    bool cut;                 /* the log has only its beginning */
};

/* Finds the last request for allocation candidates whose line has the request id, which may also be
   the global one that the caller sent. Texts are in the arena. */
struct logged_query logged_query_find(FILE *log, const char *request_id, struct arena *arena);

#endif
