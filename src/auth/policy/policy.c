/*
 * Merges the default rules with those of files, and decides whether a rule lets a caller pass.
 * connect.c connects rules that refer to each other.
 */
#include <config.h>

#include "auth/policy/policy.h"

#include <stdlib.h>
#include <string.h>

#include "auth/policy/connect.h"
#include "base/log.h"
#include "base/sorted.h"
#include "base/text.h"

struct policy {
    struct arena memory;
    struct policy_options options;
    struct policy_rules rules;
    const struct policy_rule *default_rule; /* NULL: none */
};

struct policy_options policy_options(const struct settings *settings)
{
    return (struct policy_options){
        .default_rule = settings->oslo_policy_policy_default_rule,
        .enforce_scope = settings->oslo_policy_enforce_scope,
        .enforce_new_defaults = settings->oslo_policy_enforce_new_defaults,
        .remote = policy_remote_settings(settings),
    };
}

/* Merging. */

static const struct policy_default *find_default(const char *name)
{
    for (size_t i = 0; i < policy_default_count; i++)
        if (strcmp(policy_defaults[i].name, name) == 0)
            return &policy_defaults[i];
    return NULL;
}

static int rule_compare(const void *a, const void *b)
{
    const struct policy_rule *left = a, *right = b;
    return strcmp(left->name, right->name);
}

/* Puts the later of two entries with the same name first. */
static int entry_compare(const void *a, const void *b)
{
    const struct policy_entry *const *left = a, *const *right = b;
    int order = strcmp((*left)->name, (*right)->name);
    return order != 0 ? order : (*left)->order < (*right)->order ? 1 : -1;
}

/* Adds the rules of files; of several with the same name, the last. */
static void add_entries(struct policy *policy, const struct policy_entries *entries)
{
    const struct policy_entry **sorted =
        arena_array(&policy->memory, entries->count + 1, sizeof(*sorted));
    size_t count = 0;
    for (const struct policy_entry *entry = entries->first; entry != NULL; entry = entry->next)
        sorted[count++] = entry;
    sort(sorted, count, sizeof(*sorted), entry_compare);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(sorted[i]->name, sorted[i - 1]->name) == 0)
            continue;
        policy->rules.items[policy->rules.count++] = (struct policy_rule){
            .name = sorted[i]->name,
            .check = sorted[i]->check,
            .placement = find_default(sorted[i]->name),
            .file = sorted[i]->file,
            .line = sorted[i]->line,
            .problem = sorted[i]->problem,
        };
    }
}

/* Whether a check, written as text, is this text. */
static bool check_reads(const struct policy_check *check, const char *text)
{
    struct buffer written;
    buffer_init(&written, 0);
    policy_check_write(check, &written);
    bool same = written.length == strlen(text) && memcmp(written.data, text, written.length) == 0;
    buffer_free(&written);
    return same;
}

/* Whether a rule of a file under the ancestor's name (former) replaces a default that has a
   deprecated ancestor: it neither repeats the ancestor nor refers to the default. */
static bool replaces(const struct policy_rule *former, const struct policy_default *placement,
                     struct arena *arena)
{
    return former != NULL && placement->former_check != NULL &&
           !check_reads(former->check, placement->former_check) &&
           !check_reads(former->check, arena_printf(arena, "rule:%s", placement->name));
}

/* Returns a default as it is in force. former: the rule of a file under the name of the ancestors,
   or NULL. */
static struct policy_rule make_default(struct policy *policy,
                                       const struct policy_default *placement,
                                       const struct policy_rule *former)
{
    struct arena *arena = &policy->memory;
    struct policy_rule rule = {.name = placement->name, .placement = placement};
    if (replaces(former, placement, arena)) {
        rule.check = former->check;
        rule.file = former->file;
        rule.line = former->line;
        rule.problem = former->problem;
        return rule;
    }
    struct policy_check *check = policy_check_parse(arena, placement->check, &rule.problem);
    if (placement->former_check != NULL && !policy->options.enforce_new_defaults &&
        strcmp(placement->former_check, placement->check) != 0) {
        struct policy_check *either = policy_check_new(arena, CHECK_OR);
        policy_check_add(either, check);
        policy_check_add(either, policy_check_parse(arena, placement->former_check, &rule.problem));
        check = either;
    }
    rule.check = check;
    return rule;
}

static void add_defaults(struct policy *policy)
{
    struct policy_rules of_files = policy->rules;
    const struct policy_rule *former = policy_rules_find(&of_files, POLICY_FORMER_NAME);
    for (size_t i = 0; i < policy_default_count; i++)
        if (policy_rules_find(&of_files, policy_defaults[i].name) == NULL)
            policy->rules.items[policy->rules.count++] =
                make_default(policy, &policy_defaults[i], former);
}

struct policy *policy_new(const struct policy_options *options, struct arena *memory,
                          const struct policy_entries *entries, struct error_line *error)
{
    struct policy *policy = calloc(1, sizeof(*policy));
    if (policy == NULL)
        abort();
    policy->memory = *memory;
    policy->options = *options;
    arena_init(memory, 0);
    policy->rules.items = arena_array(&policy->memory, entries->count + policy_default_count,
                                      sizeof(*policy->rules.items));
    add_entries(policy, entries);
    add_defaults(policy);
    sort(policy->rules.items, policy->rules.count, sizeof(*policy->rules.items), rule_compare);
    if (options->default_rule != NULL)
        policy->default_rule = policy_rules_find(&policy->rules, options->default_rule);
    if (policy_rules_connect(&policy->rules, error))
        return policy;
    policy_free(policy);
    return NULL;
}

void policy_free(struct policy *policy)
{
    if (policy == NULL)
        return;
    arena_free(&policy->memory);
    free(policy);
}

const struct policy_rule *policy_rules(const struct policy *policy, size_t *count)
{
    *count = policy->rules.count;
    return policy->rules.items;
}

/* Deciding. */

/* Whether the token is neither for the system nor for a domain. */
static bool is_project_scoped(const struct identity *identity)
{
    return text_filled_or(identity->system_scope, NULL) == NULL &&
           text_filled_or(identity->domain_id, NULL) == NULL;
}

enum policy_decision policy_decide(const struct policy *policy, const char *rule,
                                   const struct identity *identity,
                                   const struct policy_target *target, struct arena *arena,
                                   const char **problem)
{
    const struct policy_rule *found = policy_rules_find(&policy->rules, rule);
    if (found != NULL && found->placement != NULL &&
        found->placement->scope == POLICY_SCOPE_PROJECT && policy->options.enforce_scope &&
        !is_project_scoped(identity))
        return POLICY_OUT_OF_SCOPE;
    if (found == NULL)
        found = policy->default_rule;
    if (found == NULL)
        return POLICY_DENIED;
    struct policy_question question = {.identity = identity,
                                       .target = target,
                                       .rule = rule,
                                       .remote = &policy->options.remote,
                                       .arena = arena};
    switch (policy_check_decide(found->check, &question)) {
    case POLICY_YES:
        return POLICY_ALLOWED;
    case POLICY_NO:
        return POLICY_DENIED;
    default:
        *problem = question.problem;
        return POLICY_UNDECIDED;
    }
}

bool policy_enforce(const struct policy *policy, struct exchange *exchange,
                    const struct identity *identity, const char *rule,
                    const struct policy_target *target)
{
    const char *problem = NULL;
    switch (policy_decide(policy, rule, identity, target, exchange->arena, &problem)) {
    case POLICY_ALLOWED:
        return true;
    case POLICY_OUT_OF_SCOPE:
        exchange_fail(exchange, 403, NULL, "%s", rule);
        return false;
    case POLICY_UNDECIDED:
        log_event(LOG_LEVEL_ERROR, "a policy rule could not be decided",
                  log_identifier("request_id", exchange->request_id), log_text("rule", rule),
                  log_text("reason", problem));
        exchange_fail(exchange, 500, NULL, "The policy could not be decided.");
        return false;
    default:
        exchange_fail(exchange, 403, NULL, "Policy does not allow %s to be performed.", rule);
        return false;
    }
}
