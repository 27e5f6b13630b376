/*
 * Tests which rules let which callers pass, and the identities of noauth2.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "auth/authentication.h"
#include "auth/policy/connect.h"
#include "policy_fixture.h"
#include "suite.h"

static const struct {
    const char *rule;
    const char *roles;
    const char *project_of_caller;
    const char *project; /* of the target */
    bool system_scope, new_defaults;
    bool passes;
} questions[] = {
    {"placement:resource_providers:list", "admin", "p", "p", false, true, true},
    {"placement:resource_providers:list", "service", "p", "p", false, true, true},
    {"placement:resource_providers:list", "SERVICE", "p", "p", false, true, true},
    {"placement:resource_providers:list", "member,reader", "p", "p", false, true, false},
    {"placement:resource_providers:list", "member,reader", "p", "p", false, false, false},
    {"placement:resource_providers:list", "administrator", "p", "p", false, false, false},
    {"placement:resource_providers:list", "", "p", "p", false, false, false},
    {"placement:resource_providers:list", "admin", "p", "p", true, false, false},
    {"placement:allocations:update", "admin", "p", "p", false, true, true},
    {"placement:allocations:update", "reader", "p", "p", false, true, false},
    {"placement:usages", "reader", "p", "p", false, true, true},
    {"placement:usages", "reader", "p", "other", false, true, false},
    {"placement:usages", "reader", "p", NULL, false, true, false},
    {"placement:usages", "member", "p", "p", false, true, false},
    {"placement:usages", "admin", "p", "other", false, true, true},
    {"placement:reshaper:reshape", "service", "p", "p", false, true, true},
    {"placement:reshaper:reshape", "admin", "p", "p", false, true, false},
    {"placement:reshaper:reshape", "admin", "p", "p", false, false, true},
    {"placement:nothing", "admin", "p", "p", false, false, false},
    {"placement:usages", "reader", NULL, NULL, false, true, true}, /* None is None */
};

static struct identity caller(const char *role_names, const char *project_id)
{
    return (struct identity){.user_id = "ann",
                             .project_id = project_id,
                             .roles = role_list_read(&arena, role_names),
                             .is_admin_project = true};
}

START_TEST(each_question)
{
    struct identity identity = caller(questions[_i].roles, questions[_i].project_of_caller);
    struct policy_fact facts[] = {{"project_id", questions[_i].project}};
    struct policy_target target = {facts, 1};
    struct policy *policy =
        policy_of("", (struct policy_options){.enforce_scope = true,
                                              .enforce_new_defaults = questions[_i].new_defaults});
    identity.system_scope = questions[_i].system_scope ? "all" : NULL;
    ck_assert_int_eq(policy_enforce(policy, &exchange, &identity, questions[_i].rule, &target),
                     questions[_i].passes);
    ck_assert_int_eq(exchange.status, questions[_i].passes ? 0 : 403);
    policy_free(policy);
}
END_TEST

static const struct policy_target no_target;

static enum policy_decision ask(const char *file, struct policy_options options, const char *rule,
                                const struct identity *identity)
{
    const char *problem;
    struct policy *policy = policy_of(file, options);
    ck_assert_msg(policy != NULL, "%s", error.text);
    enum policy_decision decision =
        policy_decide(policy, rule, identity, &no_target, &arena, &problem);
    policy_free(policy);
    return decision;
}

static const struct policy_options new_defaults = {.enforce_scope = true,
                                                   .enforce_new_defaults = true};
static const struct policy_options old_defaults = {.enforce_scope = true};

START_TEST(scopes)
{
    struct identity admin = caller("admin", "p");
    const char *rule = "placement:traits:list";
    admin.domain_id = "";
    ck_assert_int_eq(ask("", new_defaults, rule, &admin), POLICY_ALLOWED);
    admin.domain_id = "d";
    ck_assert_int_eq(ask("", new_defaults, rule, &admin), POLICY_OUT_OF_SCOPE);
    admin.domain_id = NULL;
    admin.system_scope = "all";
    ck_assert_int_eq(ask("", new_defaults, rule, &admin), POLICY_OUT_OF_SCOPE);
    ck_assert_int_eq(ask("placement:traits:list: '@'", new_defaults, rule, &admin),
                     POLICY_OUT_OF_SCOPE);
    ck_assert_int_eq(ask("", (struct policy_options){.enforce_new_defaults = true}, rule, &admin),
                     POLICY_ALLOWED);
    /* only the scope of the rule asked for counts, not of those it refers to, and only the rules of
       Placement have one */
    ck_assert_int_eq(ask("own: rule:admin_api", new_defaults, "own", &admin), POLICY_ALLOWED);
    ck_assert_int_eq(ask("", new_defaults, "project_reader_api", &admin), POLICY_DENIED);
}
END_TEST

START_TEST(files_replace_defaults)
{
    struct identity reader = caller("reader", "p"), admin = caller("admin", "p");
    const char *file = "placement:traits:list: role:reader\n"
                       "admin_or_service_api: role:boss\n"
                       "placement:traits:list: role:READER\n"; /* the last one counts */
    ck_assert_int_eq(ask(file, new_defaults, "placement:traits:list", &reader), POLICY_ALLOWED);
    ck_assert_int_eq(ask(file, new_defaults, "placement:traits:list", &admin), POLICY_DENIED);
    ck_assert_int_eq(ask(file, new_defaults, "placement:traits:show", &admin), POLICY_DENIED);
    /* a former default does not add to a rule of a file */
    ck_assert_int_eq(ask(file, old_defaults, "placement:traits:show", &admin), POLICY_DENIED);
    ck_assert_int_eq(ask(file, old_defaults, "placement:reshaper:reshape", &admin), POLICY_ALLOWED);
}
END_TEST

/* "rule:admin_api" is upstream's name for the former defaults. */
START_TEST(files_replace_ancestors)
{
    struct identity boss = caller("boss", "p"), admin = caller("admin", "p");
    struct identity service = caller("service", "p");
    const char *rule = "placement:reshaper:reshape";
    const char *file = "'rule:admin_api': role:boss";
    ck_assert_int_eq(ask(file, new_defaults, rule, &boss), POLICY_ALLOWED);
    ck_assert_int_eq(ask(file, new_defaults, rule, &service), POLICY_DENIED);
    ck_assert_int_eq(ask(file, old_defaults, rule, &admin), POLICY_DENIED);
    file = "'rule:admin_api': role:admin";
    ck_assert_int_eq(ask(file, new_defaults, rule, &service), POLICY_ALLOWED);
    ck_assert_int_eq(ask(file, new_defaults, rule, &admin), POLICY_DENIED);
    ck_assert_int_eq(ask(file, old_defaults, rule, &admin), POLICY_ALLOWED);
    file = "'rule:admin_api': rule:service_api";
    ck_assert_int_eq(ask(file, old_defaults, rule, &admin), POLICY_ALLOWED);
    file = "'rule:admin_api': role:boss\nservice_api: role:service";
    ck_assert_int_eq(ask(file, old_defaults, rule, &boss), POLICY_DENIED);
}
END_TEST

START_TEST(default_rule_replaces_missing_rules)
{
    struct identity reader = caller("reader", "p");
    struct policy_options options = {.default_rule = "mine"};
    ck_assert_int_eq(ask("", options, "unknown", &reader), POLICY_DENIED);
    ck_assert_int_eq(ask("mine: role:reader", options, "unknown", &reader), POLICY_ALLOWED);
    ck_assert_int_eq(ask("default: role:reader", options, "unknown", &reader), POLICY_DENIED);
}
END_TEST

START_TEST(undecided_rule_is_a_500)
{
    struct identity admin = caller("admin", "p");
    struct policy *policy = policy_of("placement:traits:list: user_id.x:y", new_defaults);
    ck_assert(!policy_enforce(policy, &exchange, &admin, "placement:traits:list", &no_target));
    ck_assert_int_eq(exchange.status, 500);
    ck_assert_str_eq(exchange.error.detail, "The policy could not be decided.");
    policy_free(policy);
}
END_TEST

static const struct {
    const char *file, *error;
} wrong[] = {
    {"a: b: c", "p.yaml:1: mapping values are not allowed"},
    {"\n\n'placement:x': @", "p.yaml:3: found character that cannot start any token"},
    {"{\"a\": \"@\"", "p.yaml:2: did not find expected ',' or '}'"},
    {"a: '@'\n---\nb: '@'", "p.yaml:3: there is a second document"},
    {"- role:admin", "p.yaml:1: there is no mapping"},
    {"role:admin", "p.yaml:1: there is no mapping"},
    {"a: '@'\nb:", "p.yaml:2: \"b\" has no rule"},
    {"a: !", "p.yaml:1: \"a\" has no rule"},
    {"a: ~", "p.yaml:1: \"a\" has no rule"},
    {"a: false", "p.yaml:1: \"a\" is neither text nor a list"},
    {"a: !!int 5", "p.yaml:1: \"a\" is neither text nor a list"},
    {"a: {}", "p.yaml:1: \"a\" is neither text nor a list"},
    {"a: \"b\\0c\"", "p.yaml:1: \"a\" is neither text nor a list"},
    {"[a]: '@'", "p.yaml:1: \"\" is wanted as the name of a rule"},
    {"a: '@'\nb: rule:c or @", "p.yaml:2: \"b\" refers to a rule that is not there: c"},
    {"b: not rule:c", "p.yaml:1: \"b\" refers to a rule that is not there: c"},
    {"default: '@'\nb: [[rule:c]]", "p.yaml:2: \"b\" refers to a rule that is not there: c"},
    {"a: rule:a", "p.yaml:1: \"a\" refers to itself: a -> a"},
    {"c: rule:a\na: '@ or not rule:b'\nb: (rule:a)",
     "p.yaml:2: \"a\" refers to itself: a -> b -> a"},
    {"project_reader_api: rule:admin_or_project_reader_or_service_api",
     "p.yaml:1: \"project_reader_api\" refers to itself: project_reader_api -> "
     "admin_or_project_reader_or_service_api -> project_reader_api"},
};

START_TEST(each_wrong_file)
{
    ck_assert_ptr_null(policy_of(wrong[_i].file, new_defaults));
    ck_assert_msg(strncmp(error.text, wrong[_i].error, strlen(wrong[_i].error)) == 0, "%s: %s",
                  wrong[_i].file, error.text);
}
END_TEST

static const char *const right[] = {
    "own: '@'",
    "{\"own\": \"@\"}",
    "{\n    \"own\": [[\"@\"]]\n}\n",
    "---\nown: \"\"\n...\n",
    "base: &everybody '@'\nown: *everybody",
    "<<: {own: '!'}\nown: '@'",
    "<<: [{own: '@'}, {own: '!'}]",
    "\xef\xbb\xbfown: '@'",
    "own: ! '@'",
    "own: >-\n  role:admin or\n  @\n",
};

START_TEST(each_right_file)
{
    struct identity nobody = {0};
    ck_assert_int_eq(ask(right[_i], new_defaults, "own", &nobody), POLICY_ALLOWED);
}
END_TEST

static const char *const empty[] = {"", "# nothing\n", "---\n", "{}", "null", "[]", "''"};

START_TEST(each_empty_file)
{
    struct identity admin = caller("admin", "p");
    ck_assert_int_eq(ask(empty[_i], new_defaults, "placement:traits:list", &admin), POLICY_ALLOWED);
}
END_TEST

START_TEST(chains_have_a_limit)
{
    struct identity nobody = {0};
    const char *file = "r0: '@'\n";
    for (unsigned i = 1; i < POLICY_CHAIN_MOST; i++)
        file = arena_printf(&arena, "%sr%u: rule:r%u\n", file, i, i - 1);
    ck_assert_int_eq(ask(file, new_defaults, "r63", &nobody), POLICY_ALLOWED);
    file =
        arena_printf(&arena, "%sr%u: rule:r%u\n", file, POLICY_CHAIN_MOST, POLICY_CHAIN_MOST - 1);
    ck_assert_ptr_null(policy_of(file, new_defaults));
    ck_assert_msg(strstr(error.text, "too many other rules") != NULL, "%s", error.text);
}
END_TEST

START_TEST(number_of_checks_has_a_limit)
{
    struct identity nobody = {0};
    const char *file = "r0: '!'\n";
    for (unsigned i = 1; i < 40; i++)
        file = arena_printf(&arena, "%sr%u: rule:r%u or rule:r%u\n", file, i, i - 1, i - 1);
    ck_assert_int_eq(ask(file, new_defaults, "r39", &nobody), POLICY_UNDECIDED);
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

START_TEST(only_the_root_needs_no_token)
{
    struct identity identity;
    ck_assert(authentication_identify(NULL, &exchange, &identity));
    ck_assert_ptr_null(identity.user_id);
    exchange.path = "/traits";
    ck_assert(!authentication_identify(NULL, &exchange, &identity));
    ck_assert_int_eq(exchange.status, 401);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("policy");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_loop_test(test, each_question, 0, sizeof(questions) / sizeof(questions[0]));
    tcase_add_test(test, scopes);
    tcase_add_test(test, files_replace_defaults);
    tcase_add_test(test, files_replace_ancestors);
    tcase_add_test(test, default_rule_replaces_missing_rules);
    tcase_add_test(test, undecided_rule_is_a_500);
    tcase_add_loop_test(test, each_wrong_file, 0, sizeof(wrong) / sizeof(wrong[0]));
    tcase_add_loop_test(test, each_right_file, 0, sizeof(right) / sizeof(right[0]));
    tcase_add_loop_test(test, each_empty_file, 0, sizeof(empty) / sizeof(empty[0]));
    tcase_add_test(test, chains_have_a_limit);
    tcase_add_test(test, number_of_checks_has_a_limit);
    tcase_add_loop_test(test, each_token, 0, sizeof(tokens) / sizeof(tokens[0]));
    tcase_add_test(test, only_the_root_needs_no_token);
    return suite_run("policy", test);
}
