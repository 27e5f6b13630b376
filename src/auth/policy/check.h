/*
 * The language of oslo.policy (oslo_policy/_parser.py, _checks.py): checks, which rules consist of.
 *
 *   role:NAME            the caller has the role, ignoring case
 *   rule:NAME            the rule of that name lets the caller pass
 *   CREDENTIAL:MATCH     a field of the caller (auth/policy/credential.h) equals this
 *   'text':MATCH, 20:MATCH, True:MATCH, None:MATCH   the target's value equals this
 *   http://..., https://...   a server, asked by auth/policy/remote.h, says "True"
 *   @, and the empty rule    everybody
 *   !                        nobody
 * joined by "not", which binds closest, "and" and "or", ignoring case, and parentheses; words are
 * separated by blanks. For MATCH and the NAME of a role see auth/policy/match.h. The older form, a
 * list of lists of checks, is an "or" of "and".
 *
 * As in oslo.policy, a rule that is not understood lets nobody pass. A single check that is not
 * understood lets nobody pass either, but stays a part of its rule ("not nonsense" is everybody).
 * Where oslo.policy raises an exception for such a check, the check cannot be decided.
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
    CHECK_BROKEN, /* its left side is not Python */
};

enum { POLICY_CHECK_NESTING = 64 }; /* the most parentheses and "not" around a check */

/* A tree, all of it in one arena. */
struct policy_check {
    enum policy_check_kind kind;
    bool deeper;               /* CREDENTIAL: the check names something inside it */
    const char *text;          /* the check as written, "kind:match" */
    const char *name;          /* RULE: of the rule; LITERAL: its value */
    struct policy_match match; /* the right side of the others */
    const struct policy_credential *credential; /* CREDENTIAL; NULL: there is none of that name */
    const struct policy_check *rule;            /* RULE: the check of that rule, once connected */
    struct policy_check *parts;                 /* NOT, AND, OR */
    struct policy_check *next;                  /* the next of the parts it belongs to */
};

/* Parse a rule, or a single check of the list form, whose text must live as long as the arena.
   Return a check in the arena, never NULL. If something is not understood, set *problem to the
   reason; otherwise leave it alone. */
struct policy_check *policy_check_parse(struct arena *arena, const char *text,
                                        const char **problem);
struct policy_check *policy_check_parse_single(struct arena *arena, const char *text,
                                               const char **problem);

/* Return an empty check of that kind; add a part at the end of a NOT, AND or OR. */
struct policy_check *policy_check_new(struct arena *arena, enum policy_check_kind kind);
void policy_check_add(struct policy_check *check, struct policy_check *part);

/* Writes the check as text, as str() of an oslo.policy check does. */
void policy_check_write(const struct policy_check *check, struct buffer *buffer);

/* Decides a check. If it cannot be decided, sets question->problem and returns POLICY_BROKEN. The
   rules must be connected (auth/policy/connect.h). */
enum policy_verdict policy_check_decide(const struct policy_check *check,
                                        struct policy_question *question);

#endif
