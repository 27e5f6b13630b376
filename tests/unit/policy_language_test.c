/*
 * Tests the language of policies: the meaning of each check, precedence, and rules that are not
 * understood.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "policy_fixture.h"
#include "suite.h"

static const char *const roles[] = {"reader", "Auditor"};
static const char *const service_roles[] = {"service"};
static const struct identity ann = {.user_id = "ann",
                                    .project_id = "p",
                                    .domain_id = "",
                                    .roles = {roles, 2},
                                    .is_admin_project = true,
                                    .service_user_id = "nova",
                                    .service_roles = {service_roles, 1}};
static const struct policy_fact facts[] = {
    {"project_id", "p"},  {"user_id", "ann"}, {"other", "q"},    {"nothing", NULL},
    {"wanted", "READER"}, {"number", "-20"},  {"truth", "True"}, {"a(b)c", "p"},
};
static const struct policy_target target = {facts, sizeof(facts) / sizeof(facts[0])};

enum { NO = POLICY_DENIED, YES = POLICY_ALLOWED, UNDECIDED = POLICY_UNDECIDED };

static const struct {
    const char *rule;
    int decision;
} rules[] = {
    /* everybody, nobody */
    {"", YES},
    {"@", YES},
    {"!", NO},
    {" ", NO},
    /* roles */
    {"role:reader", YES},
    {"role:READER", YES},
    {"role:auditor", YES},
    {"role:audit", NO},
    {"role:", NO},
    {"Role:reader", NO},
    {"role:%(wanted)s", YES},
    {"role:%(missing)s", NO},
    {"role:read%%er", NO},
    /* credentials of the caller */
    {"project_id:%(project_id)s", YES},
    {"project_id:%(other)s", NO},
    {"project_id:%(a(b)c)s", YES},
    {"project_id:p", YES},
    {"project_id:P", NO},
    {"user_id:%(user_id)s and project_id:%(project_id)s", YES},
    {"user_domain_id:None", YES},
    {"user_domain_id:%(nothing)s", YES},
    {"user_id:%(missing)s", NO},
    {"not user_id:%(missing)s", YES},
    {"is_admin_project:True", YES},
    {"is_admin_project:true", NO},
    {"is_admin:True", NO},
    {"roles:Auditor", YES},
    {"roles:auditor", NO},
    {"service_roles:service", YES},
    {"service_user_id:nova", YES},
    {"system_scope:all", NO},
    {"system_scope:None", YES},
    {"system:None", NO},
    {"unknown:None", NO},
    {"un-known:None", NO},
    {"target.project.id:p", NO},
    {"user_id.name:ann", UNDECIDED},
    {"roles.name:reader", UNDECIDED},
    {"not roles.name:reader", UNDECIDED},
    {"user_id.name:%(missing)s", NO},
    /* literals */
    {"'p':%(project_id)s", YES},
    {"'q':%(project_id)s", NO},
    {"'p q':p", NO},
    {"True:%(truth)s", YES},
    {"False:%(truth)s", NO},
    {"None:%(nothing)s", YES},
    {"-20:%(number)s", YES},
    {"20:%(number)s", NO},
    {"007:7", UNDECIDED},
    {"'a:a", UNDECIDED},
    {"a..b:a", UNDECIDED},
    {"class:a", UNDECIDED},
    {":a", UNDECIDED},
    {":%(missing)s", NO},
    /* the right side */
    {"'100%':100%%", YES},
    {"role:%(wanted)d", UNDECIDED},
    {"role:%(missing)d", NO},
    {"role:%", UNDECIDED},
    {"role:%(wanted", UNDECIDED},
    /* precedence */
    {"@ or @ and !", YES},
    {"! and @ or @", YES},
    {"(@ or @) and !", NO},
    {"@ or ! and ! or !", YES},
    {"! or @ and @ and !", NO},
    {"not ! and !", NO},
    {"not (! and !)", YES},
    {"not @ or @", YES},
    {"not not @", YES},
    {"@ and not role:admin", YES},
    {"((role:reader))", YES},
    {"( role:reader )", YES},
    {"(role:admin or role:reader) and (project_id:q or project_id:p)", YES},
    {"role:reader AND Not role:admin oR !", YES},
    {"role:reader\\tand\\n@", YES},
    {"role:reader\\u00a0and\\u3000@", YES},
    /* a rule that is not understood lets nobody pass */
    {"nonsense", NO},
    {"not nonsense", YES},
    {"role:reader role:reader", NO},
    {"role:reader and", NO},
    {"and role:reader", NO},
    {"or", NO},
    {"not", NO},
    {"()", NO},
    {"(@", NO},
    {"@)", NO},
    {"(@))", NO},
    {")@(", NO},
    {"not and @", NO},
    {"@ not @", NO},
    {"'role:reader'", NO},
    {"@ or 'role:reader'", NO},
    {"'a':'a'", NO},
    /* evaluation stops at the first check that decides */
    {"@ or class:a", YES},
    {"class:a or @", UNDECIDED},
    {"! and class:a", NO},
};

START_TEST(each_rule)
{
    ck_assert_msg(decide(rules[_i].rule, &ann, &target) == (enum policy_decision)rules[_i].decision,
                  "%s", rules[_i].rule);
}
END_TEST

static const struct {
    const char *value; /* of the rule, in YAML */
    int decision;
} lists[] = {
    {"[]", YES},
    {"[[]]", NO},
    {"['']", NO},
    {"['role:reader']", YES},
    {"['role:admin', 'role:reader']", YES},
    {"[['role:admin', 'role:reader']]", NO},
    {"[['role:auditor', 'role:reader']]", YES},
    {"[['role:admin'], ['role:reader', 'project_id:%(project_id)s']]", YES},
    {"[[], 'role:reader']", YES},
    {"['not role:admin']", UNDECIDED},
    {"['role:admin or role:reader']", NO},
    {"[['@', ['@']]]", NO},
    {"[{'@': '@'}]", NO},
    {"[true]", NO},
};

START_TEST(each_list)
{
    const char *problem;
    struct policy *policy = policy_of(arena_printf(&arena, "own: %s", lists[_i].value),
                                      (struct policy_options){.enforce_scope = true});
    ck_assert_msg(policy != NULL, "%s", error.text);
    ck_assert_msg(policy_decide(policy, "own", &ann, &target, &arena, &problem) ==
                      (enum policy_decision)lists[_i].decision,
                  "%s", lists[_i].value);
    policy_free(policy);
}
END_TEST

START_TEST(nesting_has_a_limit)
{
    const char *rule = "@";
    for (unsigned i = 0; i < POLICY_CHECK_NESTING; i++)
        rule = arena_printf(&arena, "(%s)", rule);
    ck_assert_int_eq(decide(rule, &ann, &target), POLICY_ALLOWED);
    ck_assert_int_eq(decide(arena_printf(&arena, "(%s)", rule), &ann, &target), POLICY_DENIED);
}
END_TEST

static const char *const written[][2] = {
    {"role:a or role:b and not role:c", "(role:a or (role:b and not role:c))"},
    {"(role:a or role:b) and @", "((role:a or role:b) and @)"},
    {"nonsense", "!"},
    {"", "@"},
    {"http://a.example/%(x)s", "http://a.example/%(x)s"},
};

START_TEST(each_rule_is_written)
{
    const char *problem = NULL;
    buffer_reset(&output);
    policy_check_write(policy_check_parse(&arena, written[_i][0], &problem), &output);
    buffer_add(&output, "", 1);
    ck_assert_str_eq(output.data, written[_i][1]);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("policy language");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_loop_test(test, each_rule, 0, sizeof(rules) / sizeof(rules[0]));
    tcase_add_loop_test(test, each_list, 0, sizeof(lists) / sizeof(lists[0]));
    tcase_add_test(test, nesting_has_a_limit);
    tcase_add_loop_test(test, each_rule_is_written, 0, sizeof(written) / sizeof(written[0]));
    return suite_run("policy language", test);
}
