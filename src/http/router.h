/*
 * Finds the endpoint of a path and a method.
 *
 * The table of routes is in api/routes.h. A path must match a template exactly, as in the Routes
 * library that upstream uses: "{name}" stands for one or more characters other than "/", and a path
 * with another slash at its end does not match.
 */
#ifndef BERTH_HTTP_ROUTER_H
#define BERTH_HTTP_ROUTER_H

#include <stddef.h>

#include "base/arena.h"

struct endpoint; /* api/call.h */

enum { ROUTE_METHODS = 4, ROUTE_ARGUMENTS = 2 };

struct route {
    const char *path; /* the template: "/traits/{name}" */
    struct {
        const char *method;
        const struct endpoint *endpoint;
    } methods[ROUTE_METHODS]; /* in the order of the Allow header; a NULL method ends the list if it
                                 is not full */
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

/* Finds path and method in a table of count routes. Copies the arguments into the arena. */
enum route_result router_match(const struct route *routes, size_t count, struct arena *arena,
                               const char *path, const char *method, struct route_match *match);

/* Returns the value of the Allow header: the methods of the route, as "GET, PUT, DELETE". */
const char *route_allow(const struct route *route, struct arena *arena);

#endif
