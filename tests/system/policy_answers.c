/* Prints the decisions of policies; test_parity_policies.py compares them with oslo.policy.

   usage: policy_answers            answers questions
          policy_answers defaults   shows the default rules, as JSON
          policy_answers time       measures one decision, of placement:allocations:update

   Each line of input is a JSON object:
     files          texts of policy files, in the order of reading
     default_rule, enforce_scope, enforce_new_defaults
     questions      objects of rule, credentials and target
   The answer is a line with a word for each question: allowed, denied, scope (the wrong one),
   undecided; or "refused" and the reason. */
#include <config.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "auth/policy/policy.h"

enum { FACTS = 16, ROLES = 16, TIMES = 2000000 };

static struct arena arena;

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static struct role_list roles_of(const json_t *names)
{
    const char **roles = arena_array(&arena, ROLES, sizeof(*roles));
    size_t count = json_array_size(names) < ROLES ? json_array_size(names) : ROLES;
    for (size_t i = 0; i < count; i++)
        roles[i] = json_string_value(json_array_get(names, i));
    return (struct role_list){.names = roles, .count = count};
}

static struct identity identity_of(const json_t *credentials)
{
    return (struct identity){
        .user_id = text_of(credentials, "user_id"),
        .user_domain_id = text_of(credentials, "user_domain_id"),
        .project_id = text_of(credentials, "project_id"),
        .project_domain_id = text_of(credentials, "project_domain_id"),
        .domain_id = text_of(credentials, "domain_id"),
        .system_scope = text_of(credentials, "system_scope"),
        .roles = roles_of(json_object_get(credentials, "roles")),
        .is_admin_project = json_is_true(json_object_get(credentials, "is_admin_project")),
        .service_user_id = text_of(credentials, "service_user_id"),
        .service_user_domain_id = text_of(credentials, "service_user_domain_id"),
        .service_project_id = text_of(credentials, "service_project_id"),
        .service_project_domain_id = text_of(credentials, "service_project_domain_id"),
        .service_roles = roles_of(json_object_get(credentials, "service_roles")),
    };
}

static void answer_question(const struct policy *policy, json_t *question)
{
    static const char *const words[] = {
        [POLICY_DENIED] = "denied",
        [POLICY_ALLOWED] = "allowed",
        [POLICY_OUT_OF_SCOPE] = "scope",
        [POLICY_UNDECIDED] = "undecided",
    };
    struct policy_fact facts[FACTS];
    struct policy_target target = {.facts = facts};
    struct identity identity = identity_of(json_object_get(question, "credentials"));
    const char *name, *problem;
    json_t *value;
    json_object_foreach(json_object_get(question, "target"), name, value)
    {
        if (target.count < FACTS)
            facts[target.count++] = (struct policy_fact){name, json_string_value(value)};
    }
    printf("%s ", words[policy_decide(policy, text_of(question, "rule"), &identity, &target, &arena,
                                      &problem)]);
}

static void answer(const json_t *line)
{
    struct policy_options options = {
        .default_rule = text_of(line, "default_rule"),
        .enforce_scope = json_is_true(json_object_get(line, "enforce_scope")),
        .enforce_new_defaults = json_is_true(json_object_get(line, "enforce_new_defaults")),
    };
    struct arena memory;
    struct policy_entries entries = {0};
    struct error_line error;
    size_t index;
    json_t *item;
    bool read = true;
    arena_reset(&arena);
    arena_init(&memory, 0);
    json_array_foreach(json_object_get(line, "files"), index, item)
    {
        read = read && policy_text_read("file", json_string_value(item), json_string_length(item),
                                        &memory, &entries, &error);
    }
    struct policy *policy = read ? policy_new(&options, &memory, &entries, &error) : NULL;
    if (policy == NULL) {
        printf("refused %s", error.text);
    } else {
        json_array_foreach(json_object_get(line, "questions"), index, item)
        {
            answer_question(policy, item);
        }
    }
    putchar('\n');
    policy_free(policy);
    arena_free(&memory);
}

static int answer_all(void)
{
    char *text = NULL;
    size_t size = 0;
    ssize_t length;
    int status = 0;
    while (status == 0 && (length = getline(&text, &size, stdin)) > 0) {
        json_error_t error;
        json_t *line = json_loadb(text, (size_t)length, JSON_ALLOW_NUL, &error);
        if (line != NULL)
            answer(line);
        else
            status = 1;
        json_decref(line);
    }
    free(text);
    return status;
}

static void show_defaults(void)
{
    json_t *rules = json_array();
    for (size_t i = 0; i < policy_default_count; i++) {
        const struct policy_default *rule = &policy_defaults[i];
        json_array_append_new(rules,
                              json_pack("{s:s, s:s, s:b, s:s?}", "name", rule->name, "check",
                                        rule->check, "project", rule->scope == POLICY_SCOPE_PROJECT,
                                        "former", rule->former_check));
    }
    json_dumpf(rules, stdout, 0);
    json_decref(rules);
}

static double measure(const struct policy *policy, const struct identity *identity)
{
    struct policy_fact facts[] = {{"project_id", identity->project_id},
                                  {"user_id", identity->user_id}};
    struct policy_target target = {.facts = facts, .count = 2};
    struct timespec begin, end;
    const char *problem;
    unsigned allowed = 0;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (unsigned i = 0; i < TIMES; i++)
        allowed += policy_decide(policy, "placement:allocations:update", identity, &target, &arena,
                                 &problem) == POLICY_ALLOWED;
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%s: ", allowed == TIMES ? "allowed" : "denied");
    return ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) /
           TIMES;
}

static void measure_both(void)
{
    static const char *const some[] = {"member", "reader"};
    static const char *const service[] = {"member", "reader", "service"};
    struct identity identity = {.user_id = "ann", .project_id = "p", .roles = {some, 2}};
    struct policy_options options = {.enforce_scope = true, .enforce_new_defaults = true};
    struct policy_entries entries = {0};
    struct error_line error;
    struct arena memory;
    arena_init(&memory, 0);
    struct policy *policy = policy_new(&options, &memory, &entries, &error);
    printf("%.0f ns\n", measure(policy, &identity));
    identity.roles = (struct role_list){service, 3};
    printf("%.0f ns\n", measure(policy, &identity));
    policy_free(policy);
}

int main(int count, char **arguments)
{
    int status = 0;
    arena_init(&arena, 0);
    if (count == 2 && strcmp(arguments[1], "defaults") == 0)
        show_defaults();
    else if (count == 2 && strcmp(arguments[1], "time") == 0)
        measure_both();
    else
        status = answer_all();
    arena_free(&arena);
    return fflush(stdout) == 0 ? status : 1;
}
