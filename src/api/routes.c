/*
 * Lists the routes. Methods are in the order of the Allow header.
 */
#include <config.h>

#include "api/routes.h"

#include "api/aggregates.h"
#include "api/allocation_candidates.h"
#include "api/allocations.h"
#include "api/call.h"
#include "api/capacity_list.h"
#include "api/explanation.h"
#include "api/inventories.h"
#include "api/reshaper.h"
#include "api/resource_classes.h"
#include "api/resource_providers.h"
#include "api/root.h"
#include "api/traits.h"
#include "api/usages.h"

#define ENDPOINT(...)                                                                              \
    &(const struct endpoint)                                                                       \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

const struct route routes[] = {
    {"/", {{"GET", ENDPOINT(.handle = root_show)}}},
    {"", {{"GET", ENDPOINT(.handle = root_show)}}},
    {"/resource_classes",
     {{"GET", ENDPOINT(.handle = resource_classes_show, .rule = "placement:resource_classes:list",
                       .since = 2, .sends_json = true, .version_first = true)},
      {"POST", ENDPOINT(.handle = resource_class_post, .action = "resource_class.create",
                        .rule = "placement:resource_classes:create", .since = 2, .takes_json = true,
                        .version_first = true)}}},
    {"/resource_classes/{name}",
     {{"GET", ENDPOINT(.handle = resource_class_show, .rule = "placement:resource_classes:show",
                       .since = 2, .sends_json = true, .version_first = true)},
      {"PUT", ENDPOINT(.handle = resource_class_put, .action = "resource_class.update",
                       .rule = "placement:resource_classes:update", .since = 2)},
      {"DELETE", ENDPOINT(.handle = resource_class_remove, .action = "resource_class.delete",
                          .rule = "placement:resource_classes:delete", .since = 2)}}},
    {"/resource_providers",
     {{"GET", ENDPOINT(.handle = resource_providers_list,
                       .rule = "placement:resource_providers:list", .sends_json = true)},
      {"POST", ENDPOINT(.handle = resource_provider_create, .action = "provider.create",
                        .rule = "placement:resource_providers:create", .takes_json = true)}}},
    {"/resource_providers/{uuid}",
     {{"GET", ENDPOINT(.handle = resource_provider_show,
                       .rule = "placement:resource_providers:show", .sends_json = true)},
      {"DELETE", ENDPOINT(.handle = resource_provider_delete, .action = "provider.delete",
                          .rule = "placement:resource_providers:delete")},
      {"PUT", ENDPOINT(.handle = resource_provider_update, .action = "provider.update",
                       .rule = "placement:resource_providers:update", .takes_json = true)}}},
    {"/resource_providers/{uuid}/inventories",
     {{"GET",
       ENDPOINT(.handle = inventories_show, .rule = "placement:resource_providers:inventories:list",
                .sends_json = true)},
      {"POST",
       ENDPOINT(.handle = inventory_create, .action = "inventory.add",
                .rule = "placement:resource_providers:inventories:create", .takes_json = true)},
      {"PUT",
       ENDPOINT(.handle = inventories_set, .action = "inventories.set",
                .rule = "placement:resource_providers:inventories:update", .takes_json = true)},
      {"DELETE", ENDPOINT(.handle = inventories_clear, .action = "inventories.clear",
                          .rule = "placement:resource_providers:inventories:delete", .since = 5,
                          .status_before = 405)}}},
    {"/resource_providers/{uuid}/inventories/{resource_class}",
     {{"GET",
       ENDPOINT(.handle = inventory_show, .rule = "placement:resource_providers:inventories:show",
                .sends_json = true)},
      {"PUT",
       ENDPOINT(.handle = inventory_update, .action = "inventory.change",
                .rule = "placement:resource_providers:inventories:update", .takes_json = true)},
      {"DELETE", ENDPOINT(.handle = inventory_remove, .action = "inventory.delete",
                          .rule = "placement:resource_providers:inventories:delete")}}},
    {"/resource_providers/{uuid}/usages",
     {{"GET", ENDPOINT(.handle = provider_usages_show,
                       .rule = "placement:resource_providers:usages", .sends_json = true)}}},
    {"/resource_providers/{uuid}/aggregates",
     {{"GET",
       ENDPOINT(.handle = aggregates_show, .rule = "placement:resource_providers:aggregates:list",
                .since = 1, .sends_json = true)},
      {"PUT", ENDPOINT(.handle = aggregates_set, .action = "aggregates.set",
                       .rule = "placement:resource_providers:aggregates:update", .since = 1,
                       .takes_json = true)}}},
    {"/resource_providers/{uuid}/allocations",
     {{"GET",
       ENDPOINT(.handle = provider_allocations_show,
                .rule = "placement:resource_providers:allocations:list", .sends_json = true)}}},
    {"/allocations",
     {{"POST", ENDPOINT(.handle = allocations_replace, .action = "allocations.set",
                        .rule = "placement:allocations:manage", .since = 13, .takes_json = true,
                        .version_first = true)}}},
    {"/allocations/{consumer_uuid}",
     {{"GET", ENDPOINT(.handle = consumer_allocations_show, .rule = "placement:allocations:list",
                       .sends_json = true)},
      {"PUT",
       ENDPOINT(.handle = consumer_allocations_replace, .action = "allocations.set",
                .rule = "placement:allocations:update", .takes_json = true, .version_first = true)},
      {"DELETE", ENDPOINT(.handle = consumer_allocations_delete, .action = "allocations.release",
                          .rule = "placement:allocations:delete")}}},
    {"/allocation_candidates",
     {{"GET", ENDPOINT(.handle = allocation_candidates_list,
                       .rule = "placement:allocation_candidates:list", .searches = true,
                       .since = 10, .sends_json = true, .version_first = true)}}},
    {"/_berth/capacity",
     {{"GET", ENDPOINT(.handle = capacity_list_show, .rule = "placement:resource_providers:list",
                       .searches = true, .sends_json = true)}}},
    {"/_berth/explain",
     {{"GET", ENDPOINT(.handle = explanation_show, .rule = "placement:allocation_candidates:list",
                       .searches = true, .since = 10, .sends_json = true, .version_first = true)}}},
    {"/reshaper",
     {{"POST",
       ENDPOINT(.handle = reshaper_post, .action = "reshape", .rule = "placement:reshaper:reshape",
                .since = 30, .takes_json = true, .version_first = true)}}},
    {"/traits",
     {{"GET", ENDPOINT(.handle = traits_show, .rule = "placement:traits:list", .since = 6,
                       .sends_json = true, .version_first = true)}}},
    {"/traits/{name}",
     {{"GET", ENDPOINT(.handle = trait_show, .rule = "placement:traits:show", .since = 6)},
      {"PUT", ENDPOINT(.handle = trait_put, .action = "trait.create",
                       .rule = "placement:traits:update", .since = 6)},
      {"DELETE", ENDPOINT(.handle = trait_remove, .action = "trait.delete",
                          .rule = "placement:traits:delete", .since = 6)}}},
    {"/resource_providers/{uuid}/traits",
     {{"GET",
       ENDPOINT(.handle = provider_traits_show, .rule = "placement:resource_providers:traits:list",
                .since = 6, .sends_json = true, .version_first = true)},
      {"PUT", ENDPOINT(.handle = provider_traits_set, .action = "traits.set",
                       .rule = "placement:resource_providers:traits:update", .since = 6,
                       .takes_json = true, .version_first = true)},
      {"DELETE", ENDPOINT(.handle = provider_traits_clear, .action = "traits.clear",
                          .rule = "placement:resource_providers:traits:delete", .since = 6)}}},
    {"/usages",
     {{"GET",
       ENDPOINT(.handle = usages_show, .rule = "placement:usages", .target_query = "project_id",
                .since = 9, .sends_json = true, .version_first = true)}}},
};

const size_t route_count = sizeof(routes) / sizeof(routes[0]);
