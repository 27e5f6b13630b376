/*
 * Tests identifying callers by tokens from the cache, without a Keystone.
 */
#include <config.h>

#include <check.h>
#include <string.h>
#include <strings.h>

#include "auth/authentication.h"
#include "auth/keystone/session.h"
#include "auth/keystone/token.h"
#include "exchange_fixture.h"
#include "keystone_fixture.h"
#include "processor_time.h"
#include "suite.h"

/* The discard port, where nothing listens. */
#define LOGIN                                                                                      \
    "auth_url = http://127.0.0.1:9/v3\nauth_type = password\nuser_id = u\npassword = p\n"          \
    "http_request_max_retries = 0\nwww_authenticate_uri = http://public\n"

/* A token of the usual length. */
#define TOKEN                                                                                      \
    "gAAAAABnQ0k1rQm3h0N8mYJ1bq6oXv2w7sT4uLz9dKfGhE5cRaPiWnVyMtBxZjUeQoSlDkHgFwIvCpJrNmXyTbAzLq"   \
    "EsKdUoRwGhVfYiPjCnMxBtZaQlWeSrDkHuJgFoIpVcNyMbXzTqAwLsEdKfRgUhYjViPnOkMlBxCzZtQaWyEuSrDoHp"

static struct token_cache *cache;
static struct keystone_shared *shared;
static struct keystone *keystone;
static struct keystone_session *session;
static struct identity identity;

static void begin(const char *more)
{
    setup();
    configure(arena_printf(&arena, "%s%s", LOGIN, more));
    cache = token_cache_new(64);
    shared = keystone_shared_new();
    keystone = keystone_new(&settings, cache, shared);
    session = keystone_session_new(&settings, shared);
    exchange.path = "/traits";
}

static void end(void)
{
    keystone_session_free(session);
    keystone_free(keystone);
    keystone_shared_free(shared);
    token_cache_free(cache);
    forget_settings();
    teardown();
}

/* Caches a token of that user. inside: more members of its description, in JSON. */
static void cache_token(const char *token, const char *user, int expires_in, const char *inside)
{
    static unsigned char record[TOKEN_RECORD_SIZE];
    char expires_at[32];
    time_t when = time(NULL) + expires_in;
    strftime(expires_at, sizeof(expires_at), "%Y-%m-%dT%H:%M:%SZ", gmtime(&when));
    const char *answer =
        arena_printf(&arena,
                     "{\"token\": {\"user\": {\"id\": \"%s\", \"domain\": {\"id\": "
                     "\"default\"}}, \"expires_at\": \"%s\"%s}}",
                     user, expires_at, inside);
    size_t length = token_record_make(answer, strlen(answer), "placement", record, sizeof(record));
    ck_assert_uint_gt(length, 0);
    struct token_digest digest;
    ck_assert(token_digest_make(keystone_session_digest(session), token, &digest));
    token_cache_put(cache, &digest, record, length, 60);
}

static bool identify(void)
{
    exchange.status = 0;
    exchange.error = (struct http_error){0};
    exchange.header_count = 0;
    return authentication_identify(keystone, &exchange, &identity);
}

#define PROJECT(id) ", \"project\": {\"id\": \"" id "\", \"domain\": {\"id\": \"default\"}}"
#define ROLES(name) ", \"roles\": [{\"name\": \"" name "\"}]"

static bool role_list_has(const struct role_list *roles, const char *role)
{
    for (size_t i = 0; i < roles->count; i++)
        if (strcasecmp(roles->names[i], role) == 0)
            return true;
    return false;
}

START_TEST(token_from_the_cache_identifies)
{
    begin("");
    cache_token(TOKEN, "ann", 60, PROJECT("p1") ROLES("admin"));
    give("HTTP_X_AUTH_TOKEN=  " TOKEN " ");
    give("HTTP_X_ROLES=reader");
    give("HTTP_X_USER_ID=mallory");
    give("HTTP_OPENSTACK_SYSTEM_SCOPE=all");
    ck_assert(identify());
    ck_assert_str_eq(identity.user_id, "ann");
    ck_assert_str_eq(identity.project_id, "p1");
    ck_assert_str_eq(identity.project_domain_id, "default");
    ck_assert(role_list_has(&identity.roles, "admin"));
    ck_assert(!role_list_has(&identity.roles, "reader"));
    ck_assert_ptr_null(identity.system_scope);
    ck_assert_ptr_null(identity.service_user_id);
    end();
}
END_TEST

START_TEST(missing_token_is_a_401)
{
    begin("");
    give("HTTP_X_ROLES=admin");
    give("HTTP_X_USER_ID=mallory");
    give("HTTP_X_IDENTITY_STATUS=Confirmed");
    ck_assert(!identify());
    ck_assert_int_eq(exchange.status, 401);
    ck_assert_int_eq(exchange.error.form, ERROR_KEYSTONE);
    ck_assert_str_eq(exchange.headers[0].name, "www-authenticate");
    ck_assert_str_eq(exchange.headers[0].value, "Keystone uri=\"http://public\"");
    exchange.path = "/";
    ck_assert(identify());
    exchange.path = "";
    ck_assert(identify());
    ck_assert_ptr_null(identity.user_id);
    end();
}
END_TEST

static const char *const impossible[] = {"", "  ", "with blank", "caf\xc3\xa9", "a\x01"};

START_TEST(impossible_tokens_are_refused_without_asking)
{
    begin("");
    give(arena_printf(&arena, "HTTP_X_AUTH_TOKEN=%s", impossible[_i]));
    ck_assert(!identify());
    ck_assert_int_eq(exchange.status, 401);
    end();
}
END_TEST

START_TEST(unreachable_keystone_is_a_503)
{
    begin("");
    give("HTTP_X_AUTH_TOKEN=unknown");
    ck_assert(!identify());
    ck_assert_int_eq(exchange.status, 503);
    ck_assert_int_eq(exchange.error.form, ERROR_WEBOB);
    ck_assert_str_eq(exchange.error.detail, "The Keystone service is temporarily unavailable.");
    ck_assert_uint_eq(exchange.header_count, 0);
    end();
}
END_TEST

START_TEST(delayed_decision_is_a_plain_401)
{
    begin("delay_auth_decision = true\n");
    give("HTTP_X_AUTH_TOKEN=unknown");
    ck_assert(!identify());
    ck_assert_int_eq(exchange.status, 401);
    ck_assert_int_eq(exchange.error.form, ERROR_WEBOB);
    ck_assert_str_eq(exchange.headers[0].name, "www-authenticate");
    end();
}
END_TEST

START_TEST(expired_token_passes_with_a_service_token)
{
    begin("");
    cache_token("old", "ann", -10, PROJECT("p1") ROLES("member"));
    cache_token("nova", "nova", 60, PROJECT("service") ROLES("service"));
    give("HTTP_X_AUTH_TOKEN=old");
    ck_assert(!identify());
    ck_assert_int_eq(exchange.status, 401);
    give("HTTP_X_SERVICE_TOKEN=nova");
    ck_assert(identify());
    ck_assert_str_eq(identity.user_id, "ann");
    ck_assert_str_eq(identity.service_user_id, "nova");
    ck_assert_str_eq(identity.service_project_id, "service");
    ck_assert(role_list_has(&identity.service_roles, "service"));
    ck_assert(!role_list_has(&identity.roles, "service"));
    end();
}
END_TEST

START_TEST(expired_service_token_is_refused)
{
    begin("");
    cache_token("good", "ann", 60, PROJECT("p1") ROLES("member"));
    cache_token("nova", "nova", -1, PROJECT("service") ROLES("service"));
    give("HTTP_X_AUTH_TOKEN=good");
    give("HTTP_X_SERVICE_TOKEN=nova");
    ck_assert(!identify());
    ck_assert_int_eq(exchange.status, 401);
    end();
}
END_TEST

static const struct {
    const char *settings;
    int expires_in;
    bool passes;
} services[] = {
    {"", 60, false},
    {"service_token_roles_required = false\n", 60, true},
    {"service_token_roles_required = false\n", -10, false},
    {"service_token_roles = compute, watcher\n", 60, true},
    {"service_token_roles = compute, watcher\n", -10, true},
    {"service_token_roles = Watcher\n", 60, false},
    {"delay_auth_decision = true\n", 60, true},
    {"delay_auth_decision = true\n", -10, false},
};

START_TEST(service_tokens_need_a_role)
{
    begin(services[_i].settings);
    cache_token("user", "ann", services[_i].expires_in, PROJECT("p1") ROLES("member"));
    cache_token("other", "watcher", 60, PROJECT("service") ROLES("watcher"));
    give("HTTP_X_AUTH_TOKEN=user");
    give("HTTP_X_SERVICE_TOKEN=other");
    ck_assert_int_eq(identify(), services[_i].passes);
    ck_assert_int_eq(exchange.status, services[_i].passes ? 0 : 401);
    end();
}
END_TEST

START_TEST(service_token_sets_the_system_scope)
{
    begin("");
    cache_token("system", "ann", 60, ", \"system\": {\"all\": true}" ROLES("admin"));
    cache_token("nova", "nova", 60, PROJECT("service") ROLES("service"));
    give("HTTP_X_AUTH_TOKEN=system");
    ck_assert(identify());
    ck_assert_str_eq(identity.system_scope, "all");
    ck_assert_ptr_null(identity.project_id);
    give("HTTP_X_SERVICE_TOKEN=nova");
    ck_assert(identify());
    ck_assert_ptr_null(identity.system_scope);
    end();
}
END_TEST

static const struct {
    const char *mode;
    bool bound, free;
} binds[] = {
    {"permissive", false, true}, {"strict", false, true},    {"disabled", true, true},
    {"required", false, false},  {"kerberos", false, false},
};

START_TEST(bound_tokens_pass_only_if_binding_is_disabled)
{
    char mode[64];
    snprintf(mode, sizeof(mode), "enforce_token_bind = %s\n", binds[_i].mode);
    begin(mode);
    cache_token("bound", "ann", 60, ", \"bind\": {\"kerberos\": \"ann\"}");
    cache_token("free", "ann", 60, "");
    give("HTTP_X_AUTH_TOKEN=bound");
    ck_assert_int_eq(identify(), binds[_i].bound);
    parameters[0] = NULL;
    give("HTTP_X_AUTH_TOKEN=free");
    ck_assert_int_eq(identify(), binds[_i].free);
    end();
}
END_TEST

START_TEST(cache_may_be_switched_off)
{
    begin("token_cache_time = -1\n");
    cache_token("known", "ann", 60, "");
    give("HTTP_X_AUTH_TOKEN=known");
    ck_assert(!identify());
    ck_assert_int_eq(exchange.status, 503);
    end();
}
END_TEST

/* Upper bound of the processor time that a cached token adds to a request. */
#define MOST_MICROSECONDS 20.0

/* Identifies the caller as often as *subject says. */
static double identify_often(void *subject)
{
    const unsigned *times = subject;
    unsigned known = 0;
    double begun = processor_seconds();
    for (unsigned i = 0; i < *times; i++) {
        known += identify();
        arena_reset(&arena);
    }
    double used = processor_seconds() - begun;
    ck_assert_uint_eq(known, *times);
    return used;
}

START_TEST(cached_token_is_cheap)
{
    unsigned times = 50000;
    begin("");
    cache_token(
        TOKEN, "0123456789abcdef0123456789abcdef", 60,
        PROJECT(
            "fedcba9876543210fedcba9876543210") ", \"roles\": [{\"name\": \"admin\"}, {\"name\": "
                                                "\"member\"}, {\"name\": \"reader\"}]");
    static char header[] = "HTTP_X_AUTH_TOKEN=" TOKEN;
    parameters[0] = header;
    double used = least_processor_seconds(identify_often, &times, times * MOST_MICROSECONDS / 1e6);
    double microseconds = used / times * 1e6;
    printf("a token in the cache costs a request %.2f us\n", microseconds);
#ifndef BERTH_ASAN
    ck_assert_double_lt(microseconds, MOST_MICROSECONDS);
#endif
    end();
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("keystone");
    tcase_add_test(test, token_from_the_cache_identifies);
    tcase_add_test(test, missing_token_is_a_401);
    tcase_add_loop_test(test, impossible_tokens_are_refused_without_asking, 0,
                        sizeof(impossible) / sizeof(impossible[0]));
    tcase_add_test(test, unreachable_keystone_is_a_503);
    tcase_add_test(test, delayed_decision_is_a_plain_401);
    tcase_add_test(test, expired_token_passes_with_a_service_token);
    tcase_add_test(test, expired_service_token_is_refused);
    tcase_add_loop_test(test, service_tokens_need_a_role, 0,
                        sizeof(services) / sizeof(services[0]));
    tcase_add_test(test, service_token_sets_the_system_scope);
    tcase_add_loop_test(test, bound_tokens_pass_only_if_binding_is_disabled, 0,
                        sizeof(binds) / sizeof(binds[0]));
    tcase_add_test(test, cache_may_be_switched_off);
    tcase_add_test(test, cached_token_is_cheap);
    return suite_run("keystone", test);
}
