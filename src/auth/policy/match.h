/*
 * The right side of a check of oslo.policy: text in which "%(name)s" stands for the
 * target's value of that name, as in "project_id:%(project_id)s". It is Python's text % target.
 *
 * "%%" is a percent sign. A check fails if the target does not have the name. Any other
 * conversion ("%(name)d", "%s", a "%" at the end) is an error of the policy, as it mostly is in
 * Python: the check cannot be decided.
 */
#ifndef BERTH_AUTH_POLICY_MATCH_H
#define BERTH_AUTH_POLICY_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* The result of a check. A check that cannot be decided (an exception in oslo.policy) lets
   nobody pass, and "not" does not reverse it. */
enum policy_verdict { POLICY_NO, POLICY_YES, POLICY_BROKEN };

/* One value of a target. NULL is Python's None, and reads as "None". */
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

/* Parses text into the arena. If it is wrong, sets *problem to the reason; otherwise leaves it
   alone. */
struct policy_match policy_match_parse(struct arena *arena, const char *text, const char **problem);

/* Returns whether the match can be filled in: POLICY_NO if the target lacks a name, POLICY_BROKEN
   if the text is wrong. Call the functions below only after POLICY_YES. */
enum policy_verdict policy_match_applies(const struct policy_match *match,
                                         const struct policy_target *target);

/* Whether the filled-in text equals value. ignore_case: of ASCII letters. */
bool policy_match_equals(const struct policy_match *match, const struct policy_target *target,
                         const char *value, bool ignore_case);

/* Returns the filled-in text, in the arena. */
const char *policy_match_fill(const struct policy_match *match, const struct policy_target *target,
                              struct arena *arena);

#endif
