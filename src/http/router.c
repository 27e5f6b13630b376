/*
 * Finds the route and endpoint of a path and method.
 */
#include <config.h>

#include "http/router.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

/* Whether a path matches a template. Its arguments go to match->arguments. */
static bool template_matches(const char *template, const char *path, struct arena *arena,
                             struct route_match *match)
{
    size_t argument = 0;
    while (*template != '\0') {
        if (*template != '{') {
            if (*template ++ != *path++)
                return false;
            continue;
        }
        size_t length = strcspn(path, "/");
        if (length == 0)
            return false;
        match->arguments[argument++] = arena_strndup(arena, path, length);
        path += length;
        template = strchr(template, '}') + 1;
    }
    return *path == '\0';
}

enum route_result router_match(const struct route *routes, size_t count, struct arena *arena,
                               const char *path, const char *method, struct route_match *match)
{
    for (size_t i = 0; i < count; i++) {
        *match = (struct route_match){.route = &routes[i]};
        if (!template_matches(routes[i].path, path, arena, match))
            continue;
        for (size_t j = 0; j < ROUTE_METHODS && routes[i].methods[j].method != NULL; j++) {
            if (strcmp(routes[i].methods[j].method, method) == 0) {
                match->endpoint = routes[i].methods[j].endpoint;
                return ROUTE_FOUND;
            }
        }
        return ROUTE_WRONG_METHOD;
    }
    *match = (struct route_match){0};
    return ROUTE_UNKNOWN;
}

const char *route_allow(const struct route *route, struct arena *arena)
{
    struct text_builder allow = text_begin(arena);
    for (size_t i = 0; i < ROUTE_METHODS && route->methods[i].method != NULL; i++)
        text_add_item(&allow, ", ", route->methods[i].method);
    return text_end(&allow);
}
