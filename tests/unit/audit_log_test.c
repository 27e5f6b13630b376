/*
 * The audit log in syslog: this program replaces syslog().
 */
#include <config.h>

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "api/trail/audit_log.h"
#include "exchange_fixture.h"
#include "suite.h"

static char said[1 << 20];
static int priority_said;

static void take(int priority, const char *format, va_list arguments)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    vsnprintf(said, sizeof(said), format, arguments);
#pragma GCC diagnostic pop
    priority_said = priority;
}

void syslog(int priority, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    take(priority, format, arguments);
    va_end(arguments);
}

/* What syslog() is with _FORTIFY_SOURCE. */
void __syslog_chk(int priority, int flag, const char *format, ...);
void __syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list arguments;
    (void)flag;
    va_start(arguments, format);
    take(priority, format, arguments);
    va_end(arguments);
}

static struct settings settings;
static struct audit_log *audit_log;
static struct error_line error;

static void set_up(void)
{
    setup();
    settings = (struct settings){.berth_audit_log = true,
                                 .berth_audit_log_format = "json",
                                 .berth_audit_log_syslog_facility = "local5"};
    ck_assert_msg(audit_log_open(&settings, &audit_log, &error), "%s", error.text);
    *said = '\0';
}

static void tear_down(void)
{
    audit_log_close(audit_log);
    teardown();
}

/* Writes a claim of as many consumers, and returns it as it came to syslog. */
static json_t *write_claims(int consumers)
{
    static const struct identity identity = {.user_id = "u", .project_id = "p"};
    static struct context context;
    struct trail *trail = trail_new(&arena);
    char uuid[64];
    for (int i = 0; i < consumers; i++) {
        snprintf(uuid, sizeof(uuid), "11111111-2222-3333-4444-%012d", i);
        trail_claimed(trail, uuid, "99999999-2222-3333-4444-555555555555", "VCPU", 1);
    }
    context.trail = trail;
    ck_assert_int_eq(trail_complete(&context, trail), OUTCOME_OK);
    exchange.status = 204;
    exchange.remote_address = "::1";
    audit_log_write(audit_log, &(const struct trail_event){.exchange = &exchange,
                                                           .identity = &identity,
                                                           .action = "allocations.set",
                                                           .route = "/allocations",
                                                           .outcome = TRAIL_DONE,
                                                           .trail = trail});
    json_t *event = json_loads(said, 0, NULL);
    ck_assert_msg(event != NULL, "%s", said);
    return event;
}

START_TEST(events_go_to_syslog)
{
    json_t *event = write_claims(3);
    ck_assert_int_eq(priority_said, LOG_LOCAL5 | LOG_INFO);
    ck_assert_str_eq(json_string_value(json_object_get(event, "action")), "allocations.claim");
    ck_assert_uint_eq(json_array_size(json_object_get(event, "allocations")), 3);
    ck_assert_ptr_null(json_object_get(event, "cut"));
    json_decref(event);
}
END_TEST

START_TEST(long_events_are_cut_for_syslog)
{
    json_t *event = write_claims(1000);
    ck_assert_uint_lt(strlen(said), 8000);
    ck_assert(json_is_true(json_object_get(event, "cut")));
    ck_assert_ptr_null(json_object_get(event, "allocations"));
    ck_assert_str_eq(json_string_value(json_object_get(event, "outcome")), "done");
    json_decref(event);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("audit log");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, events_go_to_syslog);
    tcase_add_test(tests, long_events_are_cut_for_syslog);
    return suite_run("audit log", tests);
}
