/*
 * The table of default rules.
 */
#include <config.h>

#include "auth/policy/defaults.h"

#define ADMIN_OR_SERVICE "rule:admin_or_service_api"
#define ADMIN            "role:admin"

const struct policy_default policy_defaults[] = {
    {"admin_api", ADMIN, POLICY_SCOPE_PROJECT, NULL},
    {"service_api", "role:service", POLICY_SCOPE_PROJECT, ADMIN},
    {"admin_or_service_api", "role:admin or role:service", POLICY_SCOPE_PROJECT, ADMIN},
    {"project_reader_api", "role:reader and project_id:%(project_id)s", POLICY_SCOPE_ANY, ADMIN},
    {"admin_or_project_reader_or_service_api",
     "role:admin or rule:project_reader_api or role:service", POLICY_SCOPE_PROJECT, ADMIN},
    {"placement:resource_providers:list", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_providers:create", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_providers:show", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_providers:update", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_providers:delete", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_classes:list", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_classes:create", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_classes:show", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_classes:update", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_classes:delete", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_providers:inventories:list", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_providers:inventories:create", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT,
     NULL},
    {"placement:resource_providers:inventories:show", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_providers:inventories:update", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT,
     NULL},
    {"placement:resource_providers:inventories:delete", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT,
     NULL},
    {"placement:resource_providers:aggregates:list", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_providers:aggregates:update", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT,
     NULL},
    {"placement:resource_providers:usages", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:usages", "rule:admin_or_project_reader_or_service_api", POLICY_SCOPE_PROJECT, NULL},
    {"placement:traits:list", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:traits:show", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:traits:update", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:traits:delete", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_providers:traits:list", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_providers:traits:update", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_providers:traits:delete", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:allocations:manage", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:allocations:list", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:allocations:update", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:allocations:delete", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:resource_providers:allocations:list", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:allocation_candidates:list", ADMIN_OR_SERVICE, POLICY_SCOPE_PROJECT, NULL},
    {"placement:reshaper:reshape", "rule:service_api", POLICY_SCOPE_PROJECT, NULL},
};

const size_t policy_default_count = sizeof(policy_defaults) / sizeof(policy_defaults[0]);
