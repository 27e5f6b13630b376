/*
 * The table of routes. The order of methods is that of the Allow header. Each endpoint has a line:
 * what may be asked of it, and from when on.
 */
#include "api/routes.h"

#include <config.h>

#include "api/allocations.h"
#include "api/call.h"
#include "api/root.h"

#define ENDPOINT(...)                                                                              \
    &(const struct endpoint)                                                                       \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

const struct route routes[] = {
    {"/", {{"GET", ENDPOINT(.handle = root_show)}}},
    {"", {{"GET", ENDPOINT(.handle = root_show)}}},
    {"/resource_providers/{uuid}/allocations",
     {{"GET",
       ENDPOINT(.handle = provider_allocations_show,
                .rule = "placement:resource_providers:allocations:list", .sends_json = true)}}},
    {"/allocations",
     {{"POST", ENDPOINT(.handle = allocations_replace, .rule = "placement:allocations:manage",
                        .since = 13, .takes_json = true, .version_first = true)}}},
    {"/allocations/{consumer_uuid}",
     {{"GET", ENDPOINT(.handle = consumer_allocations_show, .rule = "placement:allocations:list",
                       .sends_json = true)},
      {"PUT",
       ENDPOINT(.handle = consumer_allocations_replace, .rule = "placement:allocations:update",
                .takes_json = true, .version_first = true)},
      {"DELETE",
       ENDPOINT(.handle = consumer_allocations_delete, .rule = "placement:allocations:delete")}}},
};

const size_t route_count = sizeof(routes) / sizeof(routes[0]);
