/*
 * Asks the rules in force about the callers that a cloud has.
 */
#include <config.h>

#include "manage/status_policy.h"

#include <string.h>

#include "auth/policy/store.h"
#include "base/text.h"

/* Kinds of users that Nova and Neutron have: by their roles in Keystone. */
static const struct {
    const char *roles, *words;
} callers[] = {
    {"admin,manager,member,reader", "admin and not service, as before 2023.2"},
    {"service", "service and not admin"},
};

/* Names of default rules up to 2023.1, which no rule of today refers to. */
static const char *const former_rules[] = {"system_admin_api", "system_reader_api",
                                           "system_or_project_reader"};

static bool lets_pass(struct arena *arena, const struct policy *policy, const char *rule,
                      const char *roles)
{
    const struct identity identity = {.user_id = "user",
                                      .project_id = "project",
                                      .is_admin_project = true,
                                      .roles = role_list_read(arena, roles)};
    const struct policy_fact facts[] = {{"project_id", "project"}, {"user_id", "user"}};
    const struct policy_target target = {.facts = facts, .count = 2};
    const char *problem;
    enum policy_decision decision =
        policy_decide(policy, rule, &identity, &target, arena, &problem);
    return decision == POLICY_ALLOWED || decision == POLICY_UNDECIDED;
}

/* Complains about the rules of routes that refuse a kind of callers. */
static void report_refusals(struct arena *arena, const struct policy *policy, size_t caller)
{
    struct text_builder refused = text_begin(arena);
    for (size_t i = 0; i < policy_default_count; i++) {
        const char *name = policy_defaults[i].name;
        if (strchr(name, ':') != NULL && !lets_pass(arena, policy, name, callers[caller].roles))
            text_add_item(&refused, ", ", name);
    }
    const char *names = text_end(&refused);
    if (*names != '\0')
        command_complain("the policy refuses callers whose role is %s: %s", callers[caller].words,
                         names);
}

static bool refers(const struct policy_check *check, const char *name)
{
    if (check->kind == CHECK_RULE && strcmp(check->name, name) == 0)
        return true;
    for (const struct policy_check *part = check->parts; part != NULL; part = part->next)
        if (refers(part, name))
            return true;
    return false;
}

static bool is_referred_to(const struct policy *policy, const char *name)
{
    size_t count;
    const struct policy_rule *rules = policy_rules(policy, &count);
    for (size_t i = 0; i < count; i++)
        if (refers(rules[i].check, name))
            return true;
    return false;
}

static void report_former_rules(struct arena *arena, const struct policy *policy)
{
    size_t count;
    const struct policy_rule *rules = policy_rules(policy, &count);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < sizeof(former_rules) / sizeof(former_rules[0]); j++)
            if (strcmp(rules[i].name, former_rules[j]) == 0 && rules[i].file != NULL &&
                !is_referred_to(policy, rules[i].name))
                command_complain("%s:%u: no rule refers to \"%s\" any more, since 2023.2",
                                 text_shown(arena, rules[i].file), rules[i].line, rules[i].name);
}

void status_policy_report(struct command_call *call)
{
    struct error_line error;
    struct policy_store *store = policy_store_new(call->settings, &error);
    if (store == NULL) {
        command_complain("the service does not start with these rules: %s", error.text);
        return;
    }
    const struct policy *policy = policy_store_policy(store);
    for (size_t i = 0; i < sizeof(callers) / sizeof(callers[0]); i++)
        report_refusals(&call->arena, policy, i);
    report_former_rules(&call->arena, policy);
    policy_store_free(store);
}
