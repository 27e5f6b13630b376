/*
 * berth-manage policy ...: shows the policy rules in force, and decides with them. Reads the policy
 * as the service does; mistakes in its files end the command with EX_CONFIG.
 */
#include <config.h>

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "auth/policy/store.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "manage/command.h"

/* Writes a rule as a line of a policy file; a comment says where it comes from and which tokens it
   is for. */
static void show_rule(struct arena *arena, const struct policy_rule *rule)
{
    struct buffer line, check;
    struct json_writer writer;
    buffer_init(&line, 0);
    buffer_init(&check, 0);
    writer_init(&writer, &line);
    writer_text(&writer, rule->name);
    buffer_add_text(&line, ": ");
    policy_check_write(rule->check, &check);
    buffer_add(&check, "", 1);
    writer_init(&writer, &line);
    writer_text(&writer, check.data);
    fwrite(line.data, 1, line.length, stdout);
    if (rule->file != NULL)
        printf("  # %s:%u", text_shown(arena, rule->file), rule->line);
    else
        printf("  # default");
    if (rule->placement == NULL)
        printf(", not one of Placement's");
    else
        printf(", for %s",
               rule->placement->scope == POLICY_SCOPE_PROJECT ? "project tokens" : "all tokens");
    if (rule->problem != NULL)
        printf(", not understood: %s", text_shown(arena, rule->problem));
    putchar('\n');
    buffer_free(&line);
    buffer_free(&check);
}

static struct policy_store *open_policy(const struct command_call *call)
{
    struct error_line error;
    struct policy_store *store = policy_store_new(call->settings, &error);
    if (store == NULL)
        command_complain("%s", error.text);
    return store;
}

int command_policy_list(struct command_call *call)
{
    if (call->argc > 1)
        return command_usage(call);
    struct policy_store *store = open_policy(call);
    if (store == NULL)
        return EX_CONFIG;
    size_t count;
    const struct policy_rule *rules = policy_rules(policy_store_policy(store), &count);
    for (size_t i = 0; i < count; i++)
        show_rule(&call->arena, &rules[i]);
    policy_store_free(store);
    return 0;
}

/* A case to decide. */
struct question {
    const char *rule;
    struct identity identity;
    const char *target_project, *target_user; /* NULL: not given */
};

/* Reads the arguments. Returns false if they are wrong. */
static bool question_read(struct command_call *call, struct question *question)
{
    static const struct option options[] = {
        {"roles", required_argument, NULL, 'r'},
        {"user", required_argument, NULL, 'u'},
        {"project", required_argument, NULL, 'p'},
        {"domain", required_argument, NULL, 'd'},
        {"system", required_argument, NULL, 's'},
        {"user-domain", required_argument, NULL, 'U'},
        {"project-domain", required_argument, NULL, 'P'},
        {"service-roles", required_argument, NULL, 'R'},
        {"target-project", required_argument, NULL, 'T'},
        {"target-user", required_argument, NULL, 'V'},
        {NULL, 0, NULL, 0},
    };
    struct identity *identity = &question->identity;
    int option;
    *question = (struct question){.identity = {.is_admin_project = true}};
    while ((option = getopt_long(call->argc, call->argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'r':
            identity->roles = role_list_read(&call->arena, optarg);
            break;
        case 'R':
            identity->service_roles = role_list_read(&call->arena, optarg);
            break;
        case 'u':
            identity->user_id = optarg;
            break;
        case 'p':
            identity->project_id = optarg;
            break;
        case 'd':
            identity->domain_id = optarg;
            break;
        case 's':
            identity->system_scope = optarg;
            break;
        case 'U':
            identity->user_domain_id = optarg;
            break;
        case 'P':
            identity->project_domain_id = optarg;
            break;
        case 'T':
            question->target_project = optarg;
            break;
        case 'V':
            question->target_user = optarg;
            break;
        default:
            return false;
        }
    }
    if (optind + 1 != call->argc)
        return false;
    question->rule = call->argv[optind];
    return true;
}

/* Makes the target of the question: the options for it, or else the caller, as in the service.
   Returns the number of facts. */
static size_t target_of(const struct question *question, struct policy_fact facts[2])
{
    bool given = question->target_project != NULL || question->target_user != NULL;
    const char *project = given ? question->target_project : question->identity.project_id;
    const char *user = given ? question->target_user : question->identity.user_id;
    size_t count = 0;
    if (!given || project != NULL)
        facts[count++] = (struct policy_fact){"project_id", project};
    if (!given || user != NULL)
        facts[count++] = (struct policy_fact){"user_id", user};
    return count;
}

static const struct policy_rule *find_rule(const struct policy *policy, const char *name)
{
    size_t count;
    const struct policy_rule *rules = policy_rules(policy, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    return NULL;
}

/* Writes the decision and the rule. Returns the exit status. */
static int decide(struct command_call *call, const struct policy *policy,
                  const struct question *question)
{
    struct policy_fact facts[2];
    struct policy_target target = {.facts = facts, .count = target_of(question, facts)};
    const char *problem = NULL, *default_rule = call->settings->oslo_policy_policy_default_rule;
    enum policy_decision decision =
        policy_decide(policy, question->rule, &question->identity, &target, &call->arena, &problem);
    const struct policy_rule *rule = find_rule(policy, question->rule);
    if (rule == NULL && default_rule != NULL)
        rule = find_rule(policy, default_rule);
    if (rule == NULL)
        puts("denied: there is no such rule");
    else if (decision == POLICY_ALLOWED)
        puts("allowed");
    else if (decision == POLICY_OUT_OF_SCOPE)
        puts("denied: the rule is for project tokens");
    else if (decision == POLICY_UNDECIDED)
        printf("undecided, which is denied: %s\n", text_shown(&call->arena, problem));
    else
        puts("denied");
    if (rule != NULL)
        show_rule(&call->arena, rule);
    return decision == POLICY_ALLOWED ? 0 : 1;
}

int command_policy_check(struct command_call *call)
{
    struct question question;
    if (!question_read(call, &question))
        return command_usage(call);
    struct policy_store *store = open_policy(call);
    if (store == NULL)
        return EX_CONFIG;
    int status = decide(call, policy_store_policy(store), &question);
    policy_store_free(store);
    return status;
}
