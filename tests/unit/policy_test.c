/*
 * Who passes which rule, and who a token is.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "auth/authentication.h"
#include "auth/policy.h"
#include "exchange_fixture.h"
#include "suite.h"

static const struct {
    const char *rule;
    const char *roles; /* NULL: none are said */
    const char *project;
    bool system_scope, new_defaults;
    bool passes;
} questions[] = {
    {"placement:resource_providers:list", "admin", "p", false, true, true},
    {"placement:resource_providers:list", "service", "p", false, true, true},
    {"placement:resource_providers:list", "SERVICE", "p", false, true, true},
    {"placement:resource_providers:list", "member,reader", "p", false, true, false},
    {"placement:resource_providers:list", "member,reader", "p", false, false, false},
    {"placement:resource_providers:list", "administrator", "p", false, false, false},
    {"placement:resource_providers:list", "", "p", false, false, false},
    {"placement:resource_providers:list", "admin", "p", true, false, false},
    {"placement:allocations:update", "admin", "p", false, true, true},
    {"placement:allocations:update", "reader", "p", false, true, false},
    {"placement:usages", "reader", "p", false, true, true},
    {"placement:usages", "reader", "other", false, true, false},
    {"placement:usages", "reader", NULL, false, true, false},
    {"placement:usages", "member", "p", false, true, false},
    {"placement:usages", "admin", "other", false, true, true},
    {"placement:reshaper:reshape", "service", "p", false, true, true},
    {"placement:reshaper:reshape", "admin", "p", false, true, false},
    {"placement:reshaper:reshape", "admin", "p", false, false, true},
    {"placement:nothing", "admin", "p", false, false, false},
};

START_TEST(each_question)
{
    struct identity identity;
    struct policy *policy = policy_new(true, questions[_i].new_defaults);
    give("HTTP_X_AUTH_TOKEN=somebody:p");
    give(arena_printf(&arena, "HTTP_X_ROLES=%s", questions[_i].roles));
    if (questions[_i].system_scope)
        give("HTTP_OPENSTACK_SYSTEM_SCOPE=all");
    exchange.path = "/x";
    ck_assert(authentication_identify(NULL, &exchange, &identity));
    ck_assert_int_eq(
        policy_enforce(policy, &exchange, &identity, questions[_i].rule, questions[_i].project),
        questions[_i].passes);
    ck_assert_int_eq(exchange.error.status, questions[_i].passes ? 0 : 403);
    policy_free(policy);
}
END_TEST

START_TEST(scopes_may_be_left_alone)
{
    struct identity identity;
    struct policy *policy = policy_new(false, true);
    give("HTTP_X_AUTH_TOKEN=admin");
    give("HTTP_OPENSTACK_SYSTEM_SCOPE=all");
    exchange.path = "/x";
    ck_assert(authentication_identify(NULL, &exchange, &identity));
    ck_assert(policy_enforce(policy, &exchange, &identity, "placement:traits:list", NULL));
    policy_free(policy);
}
END_TEST

static const struct {
    const char *token, *user, *project;
    size_t roles;
} tokens[] = {
    {"admin", "admin", "admin", 1}, {"admin:p", "admin", "p", 1}, {"ann:p", "ann", "p", 0},
    {"ann:", "ann", "ann", 0},      {"ann", "ann", "ann", 0},
};

START_TEST(each_token)
{
    struct identity identity;
    give(arena_printf(&arena, "HTTP_X_AUTH_TOKEN=%s", tokens[_i].token));
    exchange.path = "/x";
    ck_assert(authentication_identify(NULL, &exchange, &identity));
    ck_assert_str_eq(identity.user_id, tokens[_i].user);
    ck_assert_str_eq(identity.project_id, tokens[_i].project);
    ck_assert_uint_eq(identity.roles.count, tokens[_i].roles);
}
END_TEST

START_TEST(nobody_comes_in_but_to_the_root)
{
    struct identity identity;
    ck_assert(authentication_identify(NULL, &exchange, &identity));
    ck_assert_ptr_null(identity.user_id);
    exchange.path = "/traits";
    ck_assert(!authentication_identify(NULL, &exchange, &identity));
    ck_assert_int_eq(exchange.error.status, 401);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("policy");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_loop_test(test, each_question, 0, sizeof(questions) / sizeof(questions[0]));
    tcase_add_test(test, scopes_may_be_left_alone);
    tcase_add_loop_test(test, each_token, 0, sizeof(tokens) / sizeof(tokens[0]));
    tcase_add_test(test, nobody_comes_in_but_to_the_root);
    return suite_run("policy", test);
}
