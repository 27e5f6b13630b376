/*
 * Decides checks and writes them as text. parse.c reads them.
 */
#include <config.h>

#include "auth/policy/check.h"

#include "auth/policy/remote.h"

enum { STEPS_MOST = 100000 }; /* short rules can take many steps by naming each other twice */

static enum policy_verdict broken(struct policy_question *question, const char *problem)
{
    question->problem = problem;
    return POLICY_BROKEN;
}

/* Decides the parts in order, until one settles the result. */
static enum policy_verdict decide_parts(const struct policy_check *check,
                                        struct policy_question *question)
{
    enum policy_verdict going_on = check->kind == CHECK_AND ? POLICY_YES : POLICY_NO;
    for (const struct policy_check *part = check->parts; part != NULL; part = part->next) {
        enum policy_verdict verdict = policy_check_decide(part, question);
        if (verdict != going_on)
            return verdict;
    }
    return going_on;
}

static enum policy_verdict decide_not(const struct policy_check *check,
                                      struct policy_question *question)
{
    enum policy_verdict verdict = policy_check_decide(check->parts, question);
    if (verdict == POLICY_BROKEN)
        return verdict;
    return verdict == POLICY_YES ? POLICY_NO : POLICY_YES;
}

static bool has_role(const struct policy_check *check, const struct policy_question *question)
{
    const struct role_list *roles = &question->identity->roles;
    for (size_t i = 0; i < roles->count; i++)
        if (policy_match_equals(&check->match, question->target, roles->names[i], true))
            return true;
    return false;
}

static enum policy_verdict decide_remote(const struct policy_check *check,
                                         struct policy_question *question)
{
    const char *url = policy_match_fill(&check->match, question->target, question->arena);
    return policy_remote_ask(question->remote, url, question);
}

/* A check with a right side. */
static enum policy_verdict decide_match(const struct policy_check *check,
                                        struct policy_question *question)
{
    enum policy_verdict applies = policy_match_applies(&check->match, question->target);
    enum policy_verdict verdict;
    if (applies == POLICY_BROKEN)
        return broken(question, "the right side of a check is wrong");
    if (applies == POLICY_NO && check->kind == CHECK_REMOTE)
        return broken(question, "a URL names what the target does not have");
    if (applies == POLICY_NO)
        return POLICY_NO;
    switch (check->kind) {
    case CHECK_ROLE:
        return has_role(check, question) ? POLICY_YES : POLICY_NO;
    case CHECK_LITERAL:
        return policy_match_equals(&check->match, question->target, check->name, false) ? POLICY_YES
                                                                                        : POLICY_NO;
    case CHECK_CREDENTIAL:
        if (check->credential == NULL)
            return POLICY_NO;
        verdict = policy_credential_decide(check->credential, check->deeper, question->identity,
                                           &check->match, question->target);
        return verdict != POLICY_BROKEN
                   ? verdict
                   : broken(question, "something inside a credential is asked for");
    case CHECK_REMOTE:
        return decide_remote(check, question);
    default:
        return broken(question, "the left side of a check is wrong");
    }
}

enum policy_verdict policy_check_decide(const struct policy_check *check,
                                        struct policy_question *question)
{
    if (question->steps++ >= STEPS_MOST)
        return broken(question, "the rule takes too many steps");
    switch (check->kind) {
    case CHECK_NOBODY:
        return POLICY_NO;
    case CHECK_EVERYBODY:
        return POLICY_YES;
    case CHECK_NOT:
        return decide_not(check, question);
    case CHECK_AND:
    case CHECK_OR:
        return decide_parts(check, question);
    case CHECK_RULE:
        return policy_check_decide(check->rule, question);
    default:
        return decide_match(check, question);
    }
}

static void write_parts(const struct policy_check *check, struct buffer *buffer)
{
    const char *between = "(";
    for (const struct policy_check *part = check->parts; part != NULL; part = part->next) {
        buffer_add_text(buffer, between);
        policy_check_write(part, buffer);
        between = check->kind == CHECK_AND ? " and " : " or ";
    }
    buffer_add_text(buffer, ")");
}

void policy_check_write(const struct policy_check *check, struct buffer *buffer)
{
    switch (check->kind) {
    case CHECK_NOBODY:
        buffer_add_text(buffer, "!");
        break;
    case CHECK_EVERYBODY:
        buffer_add_text(buffer, "@");
        break;
    case CHECK_NOT:
        buffer_add_text(buffer, "not ");
        policy_check_write(check->parts, buffer);
        break;
    case CHECK_AND:
    case CHECK_OR:
        write_parts(check, buffer);
        break;
    default:
        buffer_add_text(buffer, check->text);
        break;
    }
}
