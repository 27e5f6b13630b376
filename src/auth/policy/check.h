/*
 * The language of oslo.policy (oslo_policy/_parser.py, _checks.py): what a rule says.
 *
 *   role:NAME            the caller has the role, whatever the case of its letters
 *   rule:NAME            the rule of that name lets the caller pass
 *   CREDENTIAL:MATCH     who is asking (auth/policy/credential.h) is this
 *   'text':MATCH, 20:MATCH, True:MATCH, None:MATCH   what the target says is this
 *   http://..., https://...   a server, asked by auth/policy/remote.h, says "True"
 *   @, and the empty rule    everybody
 *   !                        nobody
 * joined by "not", which binds closest, "and" and "or", whatever their case, and parentheses; words
 * are separated by blanks. What MATCH and NAME (of a role) are is told in auth/policy_match.h. The
 * older form of a list of lists of checks is "or" of "and".
 *
 * A rule that is not understood lets nobody pass; a check that is not understood lets nobody pass
 * either, but is a part of its rule still ("not nonsense" is everybody): as oslo.policy has it.
 * Where oslo.policy fails with an exception when such a check is asked for, the check cannot be
 * decided.
 */
#ifndef BERTH_AUTH_POLICY_CHECK_H
#define BERTH_AUTH_POLICY_CHECK_H

#include "auth/policy/credential.h"
#include "auth/policy/match.h"
#include "auth/policy/question.h"
#include "base/buffer.h"

enum policy_check_kind {
    CHECK_NOBODY,
    CHECK_EVERYBODY,
    CHECK_NOT,
    CHECK_AND,
    CHECK_OR,
    CHECK_ROLE,
    CHECK_RULE,
    CHECK_CREDENTIAL,
    CHECK_LITERAL,
    CHECK_REMOTE,
    CHECK_BROKEN, /* its left side is no Python */
};

enum { CHECK_NESTING = 64 }; /* the most parentheses and "not" around a check */

/* A tree, all of it in one arena. */
struct policy_check {
    enum policy_check_kind kind;
    bool deeper;                                /* CREDENTIAL: something inside of it is named */
    const char *text;                           /* a check as it was written, "kind:match" */
    const char *name;                           /* RULE: of the rule; LITERAL: its value */
    struct policy_match match;                  /* the right side of the others */
    const struct policy_credential *credential; /* CREDENTIAL; NULL: there is none of that name */
    const struct policy_check *rule;            /* RULE: what it stands for, once that is known */
    struct policy_check *parts;                 /* NOT, AND, OR */
    struct policy_check *next;                  /* the next one of the same parts */
};

/* Reads a rule, or a single check of the list form (whose text must live as long as the arena),
   into the arena. *problem becomes what is not understood, if anything, or stays as it is. */
struct policy_check *policy_check_parse(struct arena *arena, const char *text,
                                        const char **problem);
struct policy_check *policy_check_parse_single(struct arena *arena, const char *text,
                                               const char **problem);

/* An empty NOT, AND or OR, and a further part of it. */
struct policy_check *policy_check_new(struct arena *arena, enum policy_check_kind kind);
void policy_check_add(struct policy_check *check, struct policy_check *part);

/* Writes the check in the language, as str() of oslo.policy's. */
void policy_check_write(const struct policy_check *check, struct buffer *buffer);

/* Decides. Each RULE must have its rule, and there is none that leads to itself. */
enum policy_verdict policy_check_decide(const struct policy_check *check,
                                        struct policy_question *question);

#endif
