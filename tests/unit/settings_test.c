/*
 * Loading typed settings from the configuration.
 */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings/settings.h"
#include "suite.h"

#define CONNECTION "[placement_database]\nconnection = mysql+pymysql://u:hunter2@h/placement\n"

static char path[32];
static struct settings settings;
static struct error_line error;

static void set_up(void)
{
    snprintf(path, sizeof(path), "settings_test.XXXXXX");
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    memset(&settings, 0, sizeof(settings));
    error.text[0] = '\0';
}

static void tear_down(void)
{
    settings_free(&settings);
    unlink(path);
}

static bool load(const char *text)
{
    struct config *config = config_new();
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
    settings_free(&settings);
    bool good = config_read_file(config, path, &error) && settings_load(&settings, config, &error);
    config_free(config);
    return good;
}

#define LOADS(file) ck_assert_msg(load(file), "%s", error.text)

START_TEST(defaults_are_those_of_upstream)
{
    LOADS(CONNECTION);
    ck_assert(!settings.default_debug);
    ck_assert_str_eq(settings.api_auth_strategy, "keystone");
    ck_assert_str_eq(settings.placement_incomplete_consumer_user_id,
                     "00000000-0000-0000-0000-000000000000");
    ck_assert_int_eq(settings.placement_allocation_conflict_retry_count, 10);
    ck_assert_int_eq(settings.placement_max_allocation_candidates, -1);
    ck_assert_str_eq(settings.placement_database_mysql_sql_mode, "TRADITIONAL");
    ck_assert_int_eq(settings.placement_database_connection_recycle_time, 3600);
    ck_assert_int_eq(settings.placement_database_max_pool_size, SETTINGS_UNSET);
    ck_assert(!settings.placement_database_sync_on_startup);
    ck_assert(settings.oslo_policy_enforce_scope);
    ck_assert(settings.oslo_policy_enforce_new_defaults);
    ck_assert_str_eq(settings.oslo_policy_policy_file, "policy.yaml");
    ck_assert_uint_eq(settings.oslo_policy_policy_dirs.count, 1);
    ck_assert_str_eq(settings.oslo_policy_policy_dirs.items[0], "policy.d");
    ck_assert_uint_eq(settings.cors_allowed_origin.count, 0);
    ck_assert_uint_eq(settings.cors_allow_methods.count, 5);
    ck_assert_str_eq(settings.default_state_path, "/usr/lib/python3/dist-packages");
    ck_assert_ptr_null(settings.default_log_file);
    ck_assert_int_eq(settings.berth_request_timeout, 60);
    ck_assert_str_eq(settings.oslo_policy_remote_content_type, "application/x-www-form-urlencoded");
    ck_assert_double_eq(settings.oslo_policy_remote_timeout, 60);
    ck_assert_str_eq(settings.search_directories[0], ".");
}
END_TEST

/* Lines in [DEFAULT], and the value that debug gets; -1: an error. */
static const struct {
    const char *text;
    int value;
} booleans[] = {
    {"true", 1},     {"TRUE", 1},  {"1", 1},  {"on", 1},     {"Yes", 1},
    {"\"true\"", 1}, {"false", 0}, {"0", 0},  {"off", 0},    {"No", 0},
    {"t", -1},       {"", -1},     {"2", -1}, {"truee", -1}, {"' on '", -1},
};

START_TEST(booleans_are_those_of_oslo)
{
    char text[256];
    snprintf(text, sizeof(text), "[DEFAULT]\ndebug = %s\n" CONNECTION, booleans[_i].text);
    ck_assert_int_eq(load(text), booleans[_i].value >= 0);
    if (booleans[_i].value >= 0)
        ck_assert_int_eq(settings.default_debug, booleans[_i].value);
    else
        ck_assert_ptr_nonnull(strstr(error.text, ":2: [DEFAULT] debug: is not a boolean"));
}
END_TEST

/* The text of a number, whether it is valid, and its value. */
static const struct {
    const char *text;
    bool good;
    long value;
} integers[] = {
    {"5", true, 5},        {"+5", true, 5},
    {"007", true, 7},      {"-0", true, 0},
    {"1_000", true, 1000}, {"' 5 '", true, 5},
    {"", true, 0},         {"5.0", false, 0},
    {"0x10", false, 0},    {"5s", false, 0},
    {"1__0", false, 0},    {"_1", false, 0},
    {"1_", false, 0},      {"-1", false, 0},
    {"1025", false, 0},    {"99999999999999999999", false, 0},
    {"5 6", false, 0},
};

START_TEST(integers_are_those_of_oslo)
{
    char text[256];
    snprintf(text, sizeof(text), "[berth]\nworkers = %s\n" CONNECTION, integers[_i].text);
    ck_assert_int_eq(load(text), integers[_i].good);
    if (integers[_i].good)
        ck_assert_int_eq(settings.berth_workers, integers[_i].value);
}
END_TEST

START_TEST(errors_name_the_limits_of_a_number)
{
    char expected[256];
    ck_assert(!load(CONNECTION "[berth]\nworkers = 5000\n"));
    snprintf(expected, sizeof(expected), "%s:4: [berth] workers: must be between 0 and 1024", path);
    ck_assert_str_eq(error.text, expected);
}
END_TEST

START_TEST(reals_are_those_of_oslo)
{
    double value;
    ck_assert(option_parse_real(" 1e3 ", &value) && value == 1000);
    ck_assert(option_parse_real(".5", &value) && value == 0.5);
    ck_assert(option_parse_real("1_0.5", &value) && value == 10.5);
    ck_assert(option_parse_real("-inf", &value) && isinf(value));
    ck_assert(!option_parse_real("0x10", &value));
    ck_assert(!option_parse_real("", &value));
    ck_assert(!option_parse_real("1,5", &value));
}
END_TEST

START_TEST(lists_are_those_of_oslo)
{
    LOADS(CONNECTION
          "[cors]\nallowed_origin = a, b,,c ,,\nexpose_headers =\nallow_headers = \"x, y\"\n"
          "allow_methods = ,\n");
    ck_assert_uint_eq(settings.cors_allowed_origin.count, 4);
    ck_assert_str_eq(settings.cors_allowed_origin.items[1], "b");
    ck_assert_str_eq(settings.cors_allowed_origin.items[2], "");
    ck_assert_str_eq(settings.cors_allowed_origin.items[3], "c");
    ck_assert_uint_eq(settings.cors_expose_headers.count, 0);
    ck_assert_uint_eq(settings.cors_allow_headers.count, 2);
    ck_assert_str_eq(settings.cors_allow_headers.items[1], "y");
    ck_assert_uint_eq(settings.cors_allow_methods.count, 0);
}
END_TEST

START_TEST(repeated_options_have_the_last_value_or_all)
{
    LOADS(CONNECTION "[oslo_policy]\npolicy_dirs = a\npolicy_dirs = b,c\npolicy_file = 1\n"
                     "policy_file = 2\n");
    ck_assert_uint_eq(settings.oslo_policy_policy_dirs.count, 2);
    ck_assert_str_eq(settings.oslo_policy_policy_dirs.items[1], "b,c");
    ck_assert_str_eq(settings.oslo_policy_policy_file, "2");
}
END_TEST

START_TEST(old_names_work)
{
    LOADS(CONNECTION "[DEFAULT]\nauth_strategy = noauth2\nlogfile = x.log\npolicy_dirs = p\n");
    ck_assert_str_eq(settings.api_auth_strategy, "noauth2");
    ck_assert_str_eq(settings.default_log_file, "x.log");
    ck_assert_str_eq(settings.oslo_policy_policy_dirs.items[0], "p");
}
END_TEST

START_TEST(errors_name_the_choices)
{
    char expected[256];
    ck_assert(!load(CONNECTION "[api]\nauth_strategy = noauth\n"));
    snprintf(expected, sizeof(expected),
             "%s:4: [api] auth_strategy: must be one of: keystone, noauth2", path);
    ck_assert_str_eq(error.text, expected);
    ck_assert(!load(CONNECTION "[api]\nauth_strategy =\n"));
    ck_assert(!load(CONNECTION "[api]\nauth_strategy = keystone, noauth2\n"));
}
END_TEST

/* The text of the file, and the value that log_dir gets; NULL: an error. */
static const struct {
    const char *text;
    const char *value;
} substitutions[] = {
    {"log_dir = $state_path/log\nstate_path = /s\n", "/s/log"},
    {"log_dir = ${state_path}log\nstate_path = /s\n", "/slog"},
    {"log_dir = $state_path\n", "/usr/lib/python3/dist-packages"},
    {"log_dir = $api.auth_strategy-${berth.workers}\n", "keystone-0"},
    {"log_dir = a$$b\\$c$ $1 ${ ${x$\n", "a$b$c$ $1 ${ ${x$"},
    {"log_dir = $$state_path\n", "$state_path"},
    {"log_dir = \\$$state_path\n", "$/usr/lib/python3/dist-packages"},
    {"log_dir = <$tempdir>\n", "<>"},
    {"log_dir = $debug\ndebug = yes\n", "True"},
    {"log_dir = $nosuch\n", NULL},
    {"log_dir = $nogroup.debug\n", NULL},
    {"log_dir = $api\n", NULL},
    {"log_dir = $state_path.\n", NULL},
    {"log_dir = $log_dir\n", NULL},
    {"log_dir = $log_file\nlog_file = $log_dir\n", NULL},
};

START_TEST(references_are_replaced_by_values)
{
    char text[256];
    snprintf(text, sizeof(text), "[DEFAULT]\n%s" CONNECTION, substitutions[_i].text);
    ck_assert_msg(load(text) == (substitutions[_i].value != NULL), "%s", error.text);
    if (substitutions[_i].value != NULL)
        ck_assert_str_eq(settings.default_log_dir, substitutions[_i].value);
    else
        ck_assert_ptr_nonnull(strstr(error.text, ": refers "));
}
END_TEST

START_TEST(references_look_in_their_own_group_first)
{
    LOADS("[DEFAULT]\nlog_file = default\n[berth]\nlog_file = berth\n[oslo_policy]\n"
          "policy_file = $log_file\npolicy_default_rule = $policy_file\n" CONNECTION);
    ck_assert_str_eq(settings.oslo_policy_policy_file, "default");
    ck_assert_str_eq(settings.oslo_policy_policy_default_rule, "default");
}
END_TEST

START_TEST(connection_is_required)
{
    ck_assert(!load("[DEFAULT]\n"));
    ck_assert_str_eq(error.text,
                     "value required for option connection in group [placement_database]");
}
END_TEST

/* Invalid connections, each with a secret. */
static const char *const bad_connections[] = {
    "sqlite:///secret.db",
    "postgresql://u:secret@h/d",
    "mysql://u:secret@h:secret/d",
    "mysql://u:secret@h/d?port=secret",
    "secret",
    "mysql://u:pa$secret@h/d",
};

START_TEST(errors_do_not_show_secrets)
{
    char text[256];
    snprintf(text, sizeof(text), "[placement_database]\nconnection = %s\n", bad_connections[_i]);
    ck_assert(!load(text));
    ck_assert_ptr_nonnull(strstr(error.text, ":2: [placement_database] connection: "));
    ck_assert_ptr_null(strstr(error.text, "secret"));
}
END_TEST

static void find_value(void *subject, const struct config_option *option, const char *text)
{
    const char **values = subject;
    if (strcmp(option->name, "connection") == 0)
        values[0] = text;
    if (strcmp(option->name, "slave_connection") == 0)
        values[1] = text;
    if (text != NULL)
        ck_assert_ptr_null(strstr(text, "hunter2"));
}

START_TEST(visitors_do_not_see_secrets)
{
    const char *values[2] = {"", ""};
    LOADS(CONNECTION);
    settings_visit(&settings, find_value, values);
    ck_assert_str_eq(values[0], "****");
    ck_assert_ptr_null(values[1]);
}
END_TEST

static void require_headers(void *subject, const struct config_option *option, const char *text)
{
    if (strcmp(option->group, "cors") == 0 && strcmp(option->name, "allow_headers") == 0)
        ck_assert_str_eq(text, subject);
}

START_TEST(long_lists_are_shown_whole)
{
    enum { HEADERS = 400 };
    char headers[HEADERS * sizeof("x-1000")], text[sizeof(headers) + sizeof(CONNECTION) + 64];
    char *end = headers;
    for (int i = 0; i < HEADERS; i++)
        end += sprintf(end, "%sx-%d", i > 0 ? "," : "", i + 1000);
    snprintf(text, sizeof(text), CONNECTION "[cors]\nallow_headers = %s\n", headers);
    LOADS(text);
    settings_visit(&settings, require_headers, headers);
}
END_TEST

START_TEST(environment_sets_options)
{
    setenv("OS_BERTH__WORKERS", "7", 1);
    LOADS(CONNECTION);
    ck_assert_int_eq(settings.berth_workers, 7);
    setenv("OS_BERTH__WORKERS", "many", 1);
    ck_assert(!load(CONNECTION "[berth]\nworkers = 3\n"));
    ck_assert_str_eq(error.text, "environment: [berth] workers: is not a whole number");
    unsetenv("OS_BERTH__WORKERS");
}
END_TEST

START_TEST(log_settings_come_from_both_groups)
{
    LOADS(CONNECTION "[DEFAULT]\nlog_file = a.log\nlog_dir = /d\n");
    struct log_settings log = settings_log(&settings);
    ck_assert_int_eq(log.level, LOG_LEVEL_INFO);
    ck_assert_int_eq(log.format, LOG_FORMAT_TEXT);
    ck_assert_str_eq(log.file, "a.log");
    ck_assert_str_eq(log.directory, "/d");
    LOADS(CONNECTION
          "[DEFAULT]\nlog_file = a.log\nlog_dir = /d\ndebug = on\n[berth]\nlog_file = b.log\n"
          "log_format = json\nlog_level = error\n");
    log = settings_log(&settings);
    ck_assert_int_eq(log.level, LOG_LEVEL_DEBUG);
    ck_assert_int_eq(log.format, LOG_FORMAT_JSON);
    ck_assert_str_eq(log.file, "b.log");
    ck_assert_ptr_null(log.directory);

    ck_assert(!load(CONNECTION "[DEFAULT]\nsyslog_log_facility = LOG_NOWHERE\n"));
    ck_assert_ptr_nonnull(
        strstr(error.text, ":4: [DEFAULT] syslog_log_facility: is not a facility"));
}
END_TEST

START_TEST(defaults_are_valid)
{
    for (size_t i = 0; i < option_count; i++) {
        ck_assert_msg(strlen(config_options[i].help) > 0, "%s has no help", config_options[i].name);
        ck_assert_ptr_eq(option_find(config_options[i].group, config_options[i].name),
                         &config_options[i]);
        if (config_options[i].choices != NULL)
            ck_assert(option_is_choice(config_options[i].choices, config_options[i].default_text));
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("settings");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, defaults_are_those_of_upstream);
    tcase_add_loop_test(tests, booleans_are_those_of_oslo, 0,
                        sizeof(booleans) / sizeof(booleans[0]));
    tcase_add_loop_test(tests, integers_are_those_of_oslo, 0,
                        sizeof(integers) / sizeof(integers[0]));
    tcase_add_test(tests, errors_name_the_limits_of_a_number);
    tcase_add_test(tests, reals_are_those_of_oslo);
    tcase_add_test(tests, lists_are_those_of_oslo);
    tcase_add_test(tests, repeated_options_have_the_last_value_or_all);
    tcase_add_test(tests, old_names_work);
    tcase_add_test(tests, errors_name_the_choices);
    tcase_add_loop_test(tests, references_are_replaced_by_values, 0,
                        sizeof(substitutions) / sizeof(substitutions[0]));
    tcase_add_test(tests, references_look_in_their_own_group_first);
    tcase_add_test(tests, connection_is_required);
    tcase_add_loop_test(tests, errors_do_not_show_secrets, 0,
                        sizeof(bad_connections) / sizeof(bad_connections[0]));
    tcase_add_test(tests, visitors_do_not_see_secrets);
    tcase_add_test(tests, long_lists_are_shown_whole);
    tcase_add_test(tests, environment_sets_options);
    tcase_add_test(tests, log_settings_come_from_both_groups);
    tcase_add_test(tests, defaults_are_valid);
    return suite_run("settings", tests);
}
