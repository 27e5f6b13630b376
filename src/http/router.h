/*
 * Which endpoint a path and a method belong to.
 *
 * The table of routes is the api room's (api/routes.h); this is only how one is found. A path
 * matches a template exactly, as in the Routes library that upstream uses: "{name}" stands for one
 * or more characters other than "/", a slash at the end is one too many.
 */
#ifndef BERTH_HTTP_ROUTER_H
#define BERTH_HTTP_ROUTER_H

#include <stddef.h>

#include "base/arena.h"

struct endpoint; /* the api room's: what answers */

enum { ROUTE_METHODS = 4, ROUTE_ARGUMENTS = 2 };

struct route {
    const char *path; /* the template, as "/traits/{name}" */
    struct {
        const char *method;
        const struct endpoint *endpoint;
    } methods[ROUTE_METHODS]; /* in the order of the Allow header; ends with a method of NULL */
};

enum route_result {
    ROUTE_FOUND,
    ROUTE_UNKNOWN,      /* 404 */
    ROUTE_WRONG_METHOD, /* 405; match->route is set */
};

struct route_match {
    const struct route *route;
    const struct endpoint *endpoint;
    const char *arguments[ROUTE_ARGUMENTS]; /* in the order of the template */
};

/* Finds path and method in a table of count routes. Arguments are copied into the arena. */
enum route_result router_match(const struct route *routes, size_t count, struct arena *arena,
                               const char *path, const char *method, struct route_match *match);

/* The value of the Allow header: the methods of the route, as "GET, PUT, DELETE". */
const char *route_allow(const struct route *route, struct arena *arena);

#endif
