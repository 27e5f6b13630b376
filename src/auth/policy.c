/*
 * The default rules, and whether an identity passes a check.
 *
 * The checks are texts of oslo.policy's language and are evaluated as they stand. Of the kinds of
 * checks, those are known that the defaults use: role, rule, project_id, "@" and "!".
 */
#include <config.h>

#include "auth/policy.h"

#include <stdlib.h>
#include <string.h>

#define ADMIN_OR_SERVICE "rule:admin_or_service_api"
#define ADMIN            "role:admin"

enum scope { SCOPE_ANY, SCOPE_PROJECT };

struct rule {
    const char *name;
    const char *check;
    enum scope scope;
    const char *deprecated_check; /* passes too, unless new defaults are enforced; NULL: none */
};

/* Upstream's placement/policies. */
static const struct rule rules[] = {
    {"admin_api", ADMIN, SCOPE_PROJECT, NULL},
    {"service_api", "role:service", SCOPE_PROJECT, ADMIN},
    {"admin_or_service_api", "role:admin or role:service", SCOPE_PROJECT, ADMIN},
    {"project_reader_api", "role:reader and project_id:%(project_id)s", SCOPE_ANY, ADMIN},
    {"admin_or_project_reader_or_service_api",
     "role:admin or rule:project_reader_api or role:service", SCOPE_PROJECT, ADMIN},
    {"placement:resource_providers:list", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:create", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:show", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:update", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:delete", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_classes:list", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_classes:create", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_classes:show", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_classes:update", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_classes:delete", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:inventories:list", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:inventories:create", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:inventories:show", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:inventories:update", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:inventories:delete", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:aggregates:list", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:aggregates:update", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:usages", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:usages", "rule:admin_or_project_reader_or_service_api", SCOPE_PROJECT, NULL},
    {"placement:traits:list", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:traits:show", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:traits:update", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:traits:delete", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:traits:list", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:traits:update", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:traits:delete", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:allocations:manage", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:allocations:list", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:allocations:update", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:allocations:delete", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:resource_providers:allocations:list", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:allocation_candidates:list", ADMIN_OR_SERVICE, SCOPE_PROJECT, NULL},
    {"placement:reshaper:reshape", "rule:service_api", SCOPE_PROJECT, NULL},
};

struct policy {
    bool enforce_scope;
    bool enforce_new_defaults;
};

/* What a check is evaluated for. */
struct question {
    const struct policy *policy;
    const struct identity *identity;
    const char *project_id; /* of the target */
    unsigned depth;         /* of rules that refer to rules */
};

enum { DEPTH_LIMIT = 8 };

struct policy *policy_new(bool enforce_scope, bool enforce_new_defaults)
{
    struct policy *policy = calloc(1, sizeof(*policy));
    if (policy == NULL)
        abort();
    *policy = (struct policy){enforce_scope, enforce_new_defaults};
    return policy;
}

void policy_free(struct policy *policy)
{
    free(policy);
}

static const struct rule *rule_find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (strlen(rules[i].name) == length && memcmp(rules[i].name, name, length) == 0)
            return &rules[i];
    return NULL;
}

static bool check_passes(const char *check, const struct question *question);

static bool rule_passes(const struct rule *rule, const struct question *question)
{
    if (rule == NULL || question->depth >= DEPTH_LIMIT)
        return false;
    struct question deeper = *question;
    deeper.depth++;
    return check_passes(rule->check, &deeper) ||
           (rule->deprecated_check != NULL && !question->policy->enforce_new_defaults &&
            check_passes(rule->deprecated_check, &deeper));
}

static bool role_passes(const struct question *question, const char *role, size_t length)
{
    char name[64];
    if (length >= sizeof(name))
        return false;
    memcpy(name, role, length);
    name[length] = '\0';
    return role_list_has(&question->identity->roles, name);
}

static bool starts_with(const char *text, size_t length, const char *start)
{
    return length >= strlen(start) && strncmp(text, start, strlen(start)) == 0;
}

/* A single check of the language. */
static bool term_passes(const char *term, size_t length, const struct question *question)
{
    if (length == 1)
        return *term == '@';
    if (starts_with(term, length, "role:"))
        return role_passes(question, term + 5, length - 5);
    if (starts_with(term, length, "rule:"))
        return rule_passes(rule_find(term + 5, length - 5), question);
    if (starts_with(term, length, "project_id:%(project_id)s"))
        return question->project_id != NULL && question->identity->project_id != NULL &&
               strcmp(question->project_id, question->identity->project_id) == 0;
    return false;
}

/* Terms joined by "and" and "or"; "and" binds closer. */
static bool check_passes(const char *check, const struct question *question)
{
    bool any = false, all = true;
    for (;;) {
        check += strspn(check, " ");
        size_t length = strcspn(check, " ");
        if (length == 2 && strncmp(check, "or", 2) == 0) {
            any |= all;
            all = true;
        } else if (length > 0 && !(length == 3 && strncmp(check, "and", 3) == 0)) {
            all &= term_passes(check, length, question);
        }
        check += length;
        if (*check == '\0')
            return any || all;
    }
}

bool policy_enforce(const struct policy *policy, struct exchange *exchange,
                    const struct identity *identity, const char *rule, const char *project_id)
{
    const struct rule *found = rule_find(rule, strlen(rule));
    struct question question = {.policy = policy, .identity = identity, .project_id = project_id};
    if (found != NULL && found->scope == SCOPE_PROJECT && identity->system_scope != NULL &&
        policy->enforce_scope) {
        exchange_fail(exchange, 403, NULL, "%s", rule);
        return false;
    }
    if (rule_passes(found, &question))
        return true;
    exchange_fail(exchange, 403, NULL, "Policy does not allow %s to be performed.", rule);
    return false;
}
