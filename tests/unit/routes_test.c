/*
 * Every route checks its policy rule: the tests call all routes with policies that deny one rule,
 * all but one, and all. There is no database, so a request that passes the policy ends with an
 * error other than 403.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "../set_option.h"
#include "api/call.h"
#include "api/routes.h"
#include "api/service.h"
#include "db/database_from_settings.h"
#include "exchange_fixture.h"
#include "suite.h"

static char policy_path[32];
static struct error_line error;
static struct settings settings;
static struct database *database;
static struct service_shared *shared;
static struct policy_store *policies;
static struct service *service;

/* Starts the service with a policy of this text. */
static void begin(const char *policy)
{
    FILE *file = fopen(policy_path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(policy, file);
    ck_assert_int_eq(fclose(file), 0);
    policies = policy_store_new(&settings, &error);
    ck_assert_msg(policies != NULL, "%s", error.text);
    service = service_new(&settings, database, shared, policies, NULL, NULL);
}

static void end(void)
{
    service_free(service);
    policy_store_free(policies);
}

static void set_up(void)
{
    static const char *const options[][3] = {
        {"api", "auth_strategy", "noauth2"},
        {"placement_database", "connection", "mysql://u:p@/d?unix_socket=/nowhere/db.sock"},
    };
    struct config *config = config_new();
    setup();
    snprintf(policy_path, sizeof(policy_path), "routes_test.XXXXXX");
    close(mkstemp(policy_path));
    char *policy_file = realpath(policy_path, NULL);
    ck_assert_ptr_nonnull(policy_file);
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        set_option(options[i][0], options[i][1], options[i][2]);
    set_option("oslo_policy", "policy_file", policy_file);
    free(policy_file);
    ck_assert_msg(settings_load(&settings, config, &error), "%s", error.text);
    config_free(config);
    schemas_load();
    database = database_from_settings(&settings, &error);
    shared = service_shared_new(&settings);
}

static void tear_down(void)
{
    unlink(policy_path);
    service_shared_free(shared);
    database_free(database);
    settings_free(&settings);
    teardown();
}

/* Returns the template with a value for each of its names. */
static const char *path_of(const char *template)
{
    char *path = arena_strdup(&arena, template);
    char *to = path;
    for (const char *from = template; *from != '\0'; from++) {
        if (*from == '{') {
            *to++ = 'x';
            from = strchr(from, '}');
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return path;
}

/* Sends a request as an admin. Returns the status. */
static int ask(const char *method, const char *path)
{
    static char body[] = "{}";
    struct service_report report = {0};
    memset(parameters, 0, sizeof(parameters));
    exchange = (struct exchange){.arena = &arena,
                                 .output = &output,
                                 .parameters = parameters,
                                 .method = method,
                                 .prefix = "",
                                 .path = path,
                                 .query = "project_id=p",
                                 .body = body,
                                 .body_length = strlen(body),
                                 .remote_address = "::1",
                                 .request_id = "req-1"};
    give("HTTP_X_AUTH_TOKEN=ann:p");
    give("HTTP_X_ROLES=admin,service,reader");
    give("HTTP_ACCEPT=application/json");
    give("HTTP_OPENSTACK_API_VERSION=placement latest");
    give("CONTENT_TYPE=application/json");
    give("CONTENT_LENGTH=2");
    buffer_reset(&output);
    service_answer(service, &exchange, &report);
    return exchange.status;
}

/* Returns a policy with one rule for a name, and another rule for all other names, except defaults
   that other rules refer to. */
static const char *policy_with(const char *others, const char *name, const char *own)
{
    const char *text = "";
    for (size_t i = 0; i < policy_default_count; i++) {
        const char *rule = policy_defaults[i].name;
        if (strncmp(rule, "placement:", 10) == 0)
            text = arena_printf(&arena, "%s\"%s\": \"%s\"\n", text, rule,
                                strcmp(rule, name) == 0 ? own : others);
    }
    return text;
}

/* Whether the answer is a 403 that names the rule. */
static bool denied(const char *method, const char *path, const char *rule)
{
    const char *expected = arena_printf(&arena, "Policy does not allow %s to be performed.", rule);
    return ask(method, path) == 403 && exchange.error.detail != NULL &&
           strcmp(exchange.error.detail, expected) == 0;
}

typedef void (*visitor)(const char *method, const char *path, const struct endpoint *endpoint);

static void walk(visitor visit)
{
    for (size_t i = 0; i < route_count; i++)
        for (size_t j = 0; j < ROUTE_METHODS && routes[i].methods[j].method != NULL; j++)
            visit(routes[i].methods[j].method, path_of(routes[i].path),
                  routes[i].methods[j].endpoint);
}

/* Only the version document has no rule. */
static bool is_open(const char *path, const struct endpoint *endpoint)
{
    bool is_root = *path == '\0' || strcmp(path, "/") == 0;
    ck_assert_msg(is_root == (endpoint->rule == NULL), "%s", path);
    return is_root;
}

static void visit_all_denied(const char *method, const char *path, const struct endpoint *endpoint)
{
    if (is_open(path, endpoint))
        ck_assert_int_eq(ask(method, path), 200);
    else
        ck_assert_msg(denied(method, path, endpoint->rule), "%s %s", method, path);
}

START_TEST(a_policy_can_deny_everything)
{
    begin(policy_with("!", "", ""));
    walk(visit_all_denied);
    end();
}
END_TEST

static void visit_own_denied(const char *method, const char *path, const struct endpoint *endpoint)
{
    if (is_open(path, endpoint))
        return;
    begin(policy_with("@", endpoint->rule, "!"));
    ck_assert_msg(denied(method, path, endpoint->rule), "%s %s", method, path);
    end();
}

START_TEST(each_route_is_denied_by_its_rule)
{
    walk(visit_own_denied);
}
END_TEST

static void visit_others_denied(const char *method, const char *path,
                                const struct endpoint *endpoint)
{
    if (is_open(path, endpoint))
        return;
    begin(policy_with("!", endpoint->rule, "@"));
    int status = ask(method, path);
    ck_assert_msg(status != 403 && status != 401, "%s %s: %d", method, path, status);
    end();
}

START_TEST(no_route_is_denied_by_another_rule)
{
    walk(visit_others_denied);
}
END_TEST

static const char *sought;
static bool found;

static void visit_sought(const char *method, const char *path, const struct endpoint *endpoint)
{
    (void)method;
    (void)path;
    found = found || (endpoint->rule != NULL && strcmp(endpoint->rule, sought) == 0);
}

START_TEST(each_rule_has_a_route)
{
    for (size_t i = 0; i < policy_default_count; i++) {
        sought = policy_defaults[i].name;
        found = strncmp(sought, "placement:", 10) != 0;
        walk(visit_sought);
        ck_assert_msg(found, "%s", sought);
    }
}
END_TEST

static void stay_silent(struct call *call)
{
    (void)call;
}

START_TEST(a_handler_that_does_not_answer_is_a_500)
{
    const struct route route = {.path = "/silent"};
    const struct endpoint endpoint = {.handle = stay_silent};
    struct call call = {.exchange = &exchange, .match = {.route = &route, .endpoint = &endpoint}};
    call_handle(&call);
    ck_assert_int_eq(exchange.status, 500);
    ck_assert(exchange_failed(&exchange));
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("routes");
    tcase_add_test(test, a_handler_that_does_not_answer_is_a_500);
    tcase_add_checked_fixture(test, set_up, tear_down);
    tcase_add_test(test, a_policy_can_deny_everything);
    tcase_add_test(test, each_route_is_denied_by_its_rule);
    tcase_add_test(test, no_route_is_denied_by_another_rule);
    tcase_add_test(test, each_rule_has_a_route);
    return suite_run("routes", test);
}
