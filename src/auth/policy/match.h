/*
 * The right side of a check of oslo.policy: text in which "%(name)s" stands for what the target
 * says under that name, as in "project_id:%(project_id)s". It is Python's text % target.
 *
 * "%%" is a percent sign. A name that the target does not have makes the check fail. Any other
 * conversion ("%(name)d", "%s", a "%" at the end) is an error of the policy, as it is in Python for
 * the most part: the check can then not be decided.
 */
#ifndef BERTH_AUTH_POLICY_MATCH_H
#define BERTH_AUTH_POLICY_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* What comes out of a check. A check that cannot be decided (an exception in oslo.policy) lets
   nobody pass, and "not" does not turn it around. */
enum policy_verdict { POLICY_NO, POLICY_YES, POLICY_BROKEN };

/* What a target says of itself. A value of NULL is Python's None, and reads as "None". */
struct policy_fact {
    const char *name;
    const char *value;
};

struct policy_target {
    const struct policy_fact *facts;
    size_t count;
};

struct policy_match_part;

struct policy_match {
    const struct policy_match_part *parts;
};

/* Takes text apart, into the arena. *problem becomes what is wrong with it, or stays as it is. */
struct policy_match policy_match_parse(struct arena *arena, const char *text, const char **problem);

/* Whether the target has all that is needed: NO if it lacks a name, BROKEN if the text is wrong.
   Only after a YES do the others make sense. */
enum policy_verdict policy_match_applies(const struct policy_match *match,
                                         const struct policy_target *target);

/* Whether what comes out is this value; the case of ASCII letters may not count. */
bool policy_match_equals(const struct policy_match *match, const struct policy_target *target,
                         const char *value, bool ignore_case);

/* What comes out, in the arena. */
const char *policy_match_fill(const struct policy_match *match, const struct policy_target *target,
                              struct arena *arena);

#endif
