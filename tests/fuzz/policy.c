/*
 * Fuzzes policy files, their rules and the decisions. The input is the text of a file. Remote
 * checks are answered here, not over the network.
 */
#include <config.h>

#include "auth/policy/policy.h"

#include "fuzz.h"

static const char *const roles[] = {"admin", "reader"};

static const struct identity identities[] = {
    {.user_id = "user", .is_admin_project = true},
    {.user_id = "user", .project_id = "project", .roles = {roles, 2}, .is_admin_project = true},
    {.user_id = "user", .system_scope = "all", .roles = {roles, 1}},
};

static const struct policy_fact facts[] = {{"project_id", "project"}, {"user_id", NULL}};
static const struct policy_target target = {facts, sizeof(facts) / sizeof(facts[0])};

struct policy_remote policy_remote_settings(const struct settings *settings)
{
    (void)settings;
    return (struct policy_remote){0};
}

enum policy_verdict policy_remote_ask(const struct policy_remote *remote, const char *url,
                                      struct policy_question *question)
{
    (void)remote;
    require(strncmp(url, "http:", 5) == 0 || strncmp(url, "https:", 6) == 0);
    if (strlen(url) % 3 != 0)
        return strlen(url) % 3 == 1 ? POLICY_YES : POLICY_NO;
    question->problem = "no answer";
    return POLICY_BROKEN;
}

static const char *written(const struct policy_check *check)
{
    struct buffer buffer;
    buffer_init(&buffer, 0);
    policy_check_write(check, &buffer);
    require(!buffer.failed);
    const char *text = arena_strndup(&arena, buffer.length > 0 ? buffer.data : "", buffer.length);
    buffer_free(&buffer);
    return text;
}

/* Parses the rule again from what policy_check_write() makes of it. */
static void check_entry(const struct policy_entry *entry)
{
    const char *problem = NULL;
    require(entry->name != NULL && entry->line > 0 && entry->check != NULL);
    require(entry->problem == NULL || is_line(entry->problem));
    struct policy_check *again = policy_check_parse(&arena, written(entry->check), &problem);
    require(again != NULL);
    written(again);
}

/* Decides each rule in force for each identity. An undecided rule has a problem. */
static void check_policy(const struct policy *policy)
{
    size_t count;
    const struct policy_rule *rules = policy_rules(policy, &count);
    require(count > 0);
    for (size_t i = 0; i < count; i++) {
        if (rules[i].file == NULL && i % 16 != 0)
            continue; /* the defaults are always the same */
        for (size_t j = 0; j < sizeof(identities) / sizeof(identities[0]); j++) {
            const char *problem = NULL;
            enum policy_decision decision =
                policy_decide(policy, rules[i].name, &identities[j], &target, &arena, &problem);
            require(decision != POLICY_UNDECIDED || (problem != NULL && *problem != '\0'));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error_line error = {""};
    struct policy_entries entries = {0};
    struct policy_options options = {.default_rule = "default",
                                     .enforce_scope = size % 2 != 0,
                                     .enforce_new_defaults = size % 3 != 0};
    struct arena memory;
    begin_input();
    arena_init(&memory, (size_t)256 << 20);
    char *text = malloc(size > 0 ? size : 1); /* without a NUL after */
    require(text != NULL);
    if (size > 0)
        memcpy(text, bytes, size);
    struct policy *policy = NULL;
    if (policy_text_read("policy.yaml", text, size, &memory, &entries, &error)) {
        for (const struct policy_entry *entry = entries.first; entry != NULL; entry = entry->next)
            check_entry(entry);
        policy = policy_new(&options, &memory, &entries, &error);
    } else {
        arena_free(&memory);
    }
    if (policy != NULL) {
        check_policy(policy);
        policy_free(policy);
    } else {
        require(*error.text != '\0' && is_line(error.text));
    }
    free(text);
    return 0;
}
