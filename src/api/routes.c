/*
 * The table of routes. The order of methods is that of the Allow header. Each endpoint has a line:
 * what may be asked of it, and from when on.
 */
#include "api/routes.h"

#include <config.h>

#include "api/allocations.h"
#include "api/call.h"
#include "api/resource_providers.h"
#include "api/root.h"
#include "api/usages.h"

#define ENDPOINT(...)                                                                              \
    &(const struct endpoint)                                                                       \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

const struct route routes[] = {
    {"/", {{"GET", ENDPOINT(.handle = root_show)}}},
    {"", {{"GET", ENDPOINT(.handle = root_show)}}},
    {"/resource_providers",
     {{"GET", ENDPOINT(.handle = resource_providers_list,
                       .rule = "placement:resource_providers:list", .sends_json = true)},
      {"POST", ENDPOINT(.handle = resource_provider_create,
                        .rule = "placement:resource_providers:create", .takes_json = true)}}},
    {"/resource_providers/{uuid}",
     {{"GET", ENDPOINT(.handle = resource_provider_show,
                       .rule = "placement:resource_providers:show", .sends_json = true)},
      {"DELETE",
       ENDPOINT(.handle = resource_provider_delete, .rule = "placement:resource_providers:delete")},
      {"PUT", ENDPOINT(.handle = resource_provider_update,
                       .rule = "placement:resource_providers:update", .takes_json = true)}}},
    {"/resource_providers/{uuid}/usages",
     {{"GET", ENDPOINT(.handle = provider_usages_show,
                       .rule = "placement:resource_providers:usages", .sends_json = true)}}},
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
    {"/usages",
     {{"GET",
       ENDPOINT(.handle = usages_show, .rule = "placement:usages", .target_query = "project_id",
                .since = 9, .sends_json = true, .version_first = true)}}},
};

const size_t route_count = sizeof(routes) / sizeof(routes[0]);
