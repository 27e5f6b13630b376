/*
 * Tests reading Keystone's description of a token, and access rules.
 */
#include <config.h>

#include <check.h>
#include <string.h>

#include "auth/keystone/access_rules.h"
#include "auth/keystone/token.h"
#include "exchange_fixture.h"
#include "suite.h"

#define USER                                                                                       \
    "\"user\": {\"id\": \"u1\", \"name\": \"ann\", \"domain\": {\"id\": \"d1\", \"name\": \"D\"}}"
#define EXPIRES "\"expires_at\": \"2026-11-24T16:12:09.500000Z\""

static unsigned char record[TOKEN_RECORD_SIZE];

static size_t make(const char *answer)
{
    return token_record_make(answer, strlen(answer), "placement", record, sizeof(record));
}

static struct keystone_token read_token(const char *inside)
{
    struct keystone_token token;
    size_t length = make(arena_printf(&arena, "{\"token\": {%s, %s%s%s}}", USER, EXPIRES,
                                      *inside != '\0' ? ", " : "", inside));
    ck_assert_uint_gt(length, 0);
    ck_assert(token_record_read(record, length, &arena, &token));
    return token;
}

START_TEST(token_for_a_project)
{
    struct keystone_token token = read_token(
        "\"project\": {\"id\": \"p1\", \"name\": \"P\", \"domain\": {\"id\": \"d2\"}}, "
        "\"is_domain\": false, "
        "\"roles\": [{\"id\": \"1\", \"name\": \"admin\"}, {\"id\": \"2\", \"name\": \"reader\"}], "
        "\"catalog\": [{\"type\": \"identity\"}, {\"type\": \"placement\"}]");
    ck_assert_int_eq(token.expires_at, 1795536729500000);
    ck_assert_str_eq(token.user_id, "u1");
    ck_assert_str_eq(token.user_domain_id, "d1");
    ck_assert_str_eq(token.project_id, "p1");
    ck_assert_str_eq(token.project_domain_id, "d2");
    ck_assert_ptr_null(token.domain_id);
    ck_assert_uint_eq(token.roles.count, 2);
    ck_assert_str_eq(token.roles.names[0], "admin");
    ck_assert_str_eq(token.roles.names[1], "reader");
    ck_assert(!token.is_system && token.is_admin_project && !token.is_bound);
    ck_assert(!token.is_restricted && token.has_service);
}
END_TEST

START_TEST(token_without_scope)
{
    struct keystone_token token = read_token("");
    ck_assert_ptr_null(token.project_id);
    ck_assert_ptr_null(token.project_domain_id);
    ck_assert_ptr_null(token.domain_id);
    ck_assert_uint_eq(token.roles.count, 0);
    ck_assert(!token.is_system && token.is_admin_project && !token.has_service);
}
END_TEST

START_TEST(tokens_for_a_domain_and_for_the_system)
{
    struct keystone_token token = read_token("\"domain\": {\"id\": \"d3\", \"name\": \"D\"}");
    ck_assert_str_eq(token.domain_id, "d3");
    ck_assert(read_token("\"system\": {\"all\": true}").is_system);
    ck_assert(!read_token("\"system\": {\"all\": false}").is_system);
    ck_assert(!read_token("\"system\": {}").is_system);
}
END_TEST

START_TEST(other_members_are_read)
{
    ck_assert(!read_token("\"is_admin_project\": false").is_admin_project);
    ck_assert(read_token("\"is_admin_project\": true").is_admin_project);
    ck_assert(read_token("\"bind\": {\"kerberos\": \"ann\"}").is_bound);
    ck_assert(!read_token("\"bind\": {}").is_bound);
    ck_assert(!read_token("\"application_credential\": {\"id\": \"a\"}").is_restricted);
    ck_assert(!read_token("\"application_credential\": {\"access_rules\": null}").is_restricted);
    ck_assert(read_token("\"application_credential\": {\"access_rules\": []}").is_restricted);
}
END_TEST

START_TEST(federated_user_has_no_domain)
{
    struct keystone_token token;
    size_t length =
        make("{\"token\": {\"user\": {\"id\": \"u\", \"OS-FEDERATION\": {}}, " EXPIRES "}}");
    ck_assert_uint_gt(length, 0);
    ck_assert(token_record_read(record, length, &arena, &token));
    ck_assert_ptr_null(token.user_domain_id);
}
END_TEST

static const char *const garbage[] = {
    "",
    "null",
    "[]",
    "{}",
    "{\"token\": null}",
    "{\"token\": []}",
    "{\"token\": {}}",
    "{\"token\": {" USER "}}",
    "{\"token\": {" EXPIRES "}}",
    "{\"token\": {\"user\": null, " EXPIRES "}}",
    "{\"token\": {\"user\": {\"id\": 7, \"domain\": {\"id\": \"d\"}}, " EXPIRES "}}",
    "{\"token\": {\"user\": {\"id\": \"\", \"domain\": {\"id\": \"d\"}}, " EXPIRES "}}",
    "{\"token\": {\"user\": {\"id\": \"u\"}, " EXPIRES "}}",
    "{\"token\": {" USER ", \"expires_at\": null}}",
    "{\"token\": {" USER ", \"expires_at\": \"soon\"}}",
    "{\"token\": {" USER ", " EXPIRES ", \"roles\": [{\"id\": \"1\"}]}}",
    "{\"token\": {" USER ", " EXPIRES ", \"roles\": [\"admin\"]}}",
    "{\"token\": {" USER ", " EXPIRES
    ", \"application_credential\": {\"access_rules\": [{\"method\": \"GET\"}]}}}",
    "{\"token\": {" USER ", " EXPIRES "}",
    "<html>502</html>",
};

START_TEST(other_answers_are_refused)
{
    ck_assert_uint_eq(make(garbage[_i]), 0);
}
END_TEST

START_TEST(too_long_answer_is_refused)
{
    const char *answer = "{\"token\": {" USER ", " EXPIRES "}}";
    size_t length = make(answer);
    for (size_t size = 0; size < length; size++)
        ck_assert_uint_eq(token_record_make(answer, strlen(answer), NULL, record, size), 0);
    ck_assert_uint_eq(token_record_make(answer, strlen(answer), NULL, record, length), length);
}
END_TEST

START_TEST(truncated_record_is_refused)
{
    struct keystone_token token;
    size_t length =
        make("{\"token\": {" USER ", " EXPIRES ", \"roles\": [{\"name\": \"admin\"}]}}");
    for (size_t part = 0; part < length; part++)
        ck_assert(!token_record_read(record, part, &arena, &token));
    ck_assert(token_record_read(record, length, &arena, &token));
}
END_TEST

static const struct {
    const char *text;
    int64_t microseconds; /* -1: none */
} times[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"2026-11-24T16:12:09.000000Z", 1795536729000000},
    {"2026-11-24T16:12:09Z", 1795536729000000},
    {"2026-11-24T16:12:09", 1795536729000000},
    {"2026-11-24T16:12:09.25Z", 1795536729250000},
    {"2026-11-24T16:12:09.123456789Z", 1795536729123456},
    {"2026-11-24T18:12:09+02:00", 1795536729000000},
    {"2026-11-24T15:42:09-00:30", 1795536729000000},
    {"2026-11-24", -1},
    {"2026-11-24T16:12:09X", -1},
    {"2026-11-24T16:12:09+2", -1},
    {"", -1},
};

START_TEST(each_time)
{
    int64_t microseconds = -1;
    ck_assert_int_eq(token_time_parse(times[_i].text, &microseconds), times[_i].microseconds >= 0);
    ck_assert_int_eq(microseconds, times[_i].microseconds);
}
END_TEST

static const struct {
    const char *pattern;
    const char *path;
    bool matches;
} paths[] = {
    {"/traits", "/traits", true},
    {"/traits", "/traits/", false},
    {"/traits", "/trait", false},
    {"/traits/*", "/traits/A", true},
    {"/traits/*", "/traits/", false},
    {"/traits/*", "/traits/A/B", false},
    {"/traits/{name}", "/traits/A", true},
    {"/traits/{name}", "/traits", false},
    {"/traits/**", "/traits/", true},
    {"/traits/**", "/traits/A/B/C", true},
    {"/traits/**", "/traits", false},
    {"/a/*/c", "/a/b/c", true},
    {"/a/*/c", "/a/b/b/c", false},
    {"/a/**/c", "/a/b/b/c", true},
    {"/a/**/c", "/a/c", false},
    {"/a/**c", "/a/c", true},
    {"/*b*d", "/abbcd", true},
    {"/*b*d", "/abd", false},
    {"/*b*d", "/abcd/d", false},
    {"/**/{x}/end", "/a/b/c/end", true},
    {"/**/x*y/end", "/a/xy/x1y/end", true},
    {"/**/x*y/end", "/a/xy/x/y/end", false},
    {"/a.c", "/abc", false},
    {"/{open", "/{open", true},
    {"**", "", true},
    {"", "", true},
};

START_TEST(each_path)
{
    ck_assert_int_eq(access_rules_match_path(paths[_i].pattern, paths[_i].path), paths[_i].matches);
}
END_TEST

START_TEST(rules_restrict)
{
    struct keystone_token token = read_token(
        "\"catalog\": [{\"type\": \"placement\"}], \"application_credential\": {\"access_rules\": ["
        "{\"service\": \"placement\", \"method\": \"GET\", \"path\": "
        "\"/tr%C3%A4its/*\"}, "
        "{\"service\": \"compute\", \"method\": \"PUT\", \"path\": \"**\"}]}");
    exchange.prefix = "/placement";
    exchange.path = "/tr\xc3\xa4its/A";
    ck_assert(access_rules_allow(&token, "placement", false, &exchange));
    exchange.prefix = "/tr\xc3\xa4its";
    exchange.path = "/A";
    ck_assert_msg(!access_rules_allow(&token, "placement", false, &exchange), "by its prefix");
    exchange.path = "/tr\xc3\xa4its/A";
    ck_assert_msg(!access_rules_allow(&token, NULL, false, &exchange), "the type is not known");
    exchange.method = "PUT";
    ck_assert_msg(!access_rules_allow(&token, "placement", false, &exchange), "of another service");
    ck_assert_msg(access_rules_allow(&token, "placement", true, &exchange), "a service asks");
    token.has_service = false;
    ck_assert(!access_rules_allow(&token, "placement", true, &exchange));
    token = read_token("");
    ck_assert_msg(access_rules_allow(&token, NULL, false, &exchange), "there are no rules");
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("keystone token");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, token_for_a_project);
    tcase_add_test(test, token_without_scope);
    tcase_add_test(test, tokens_for_a_domain_and_for_the_system);
    tcase_add_test(test, other_members_are_read);
    tcase_add_test(test, federated_user_has_no_domain);
    tcase_add_loop_test(test, other_answers_are_refused, 0, sizeof(garbage) / sizeof(garbage[0]));
    tcase_add_test(test, too_long_answer_is_refused);
    tcase_add_test(test, truncated_record_is_refused);
    tcase_add_loop_test(test, each_time, 0, sizeof(times) / sizeof(times[0]));
    tcase_add_loop_test(test, each_path, 0, sizeof(paths) / sizeof(paths[0]));
    tcase_add_test(test, rules_restrict);
    return suite_run("keystone token", test);
}
