/*
 * Queries are found in the log as log_request() writes it, in all formats, and in the log of the
 * Python service.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "manage/logged_query.h"
#include "suite.h"

#define ID     "req-11111111-2222-4333-8444-555555555555"
#define GLOBAL "req-99999999-2222-4333-8444-555555555555"

static struct arena arena;
static char path[32];
static struct error_line error;

static void set_up(void)
{
    arena_init(&arena, 0);
    snprintf(path, sizeof(path), "logged_query_test.XXXXXX");
    close(mkstemp(path));
}

static void tear_down(void)
{
    unlink(path);
    arena_free(&arena);
}

static struct logged_query find(const char *request_id)
{
    FILE *log = fopen(path, "r");
    ck_assert_ptr_nonnull(log);
    struct logged_query found = logged_query_find(log, request_id, &arena);
    fclose(log);
    return found;
}

static void write_request(const char *id, const char *route, const char *query)
{
    const struct log_context context = {.request_id = id, .global_request_id = GLOBAL};
    const struct log_request request = {.request_id = id,
                                        .global_request_id = GLOBAL,
                                        .remote_address = "192.0.2.1",
                                        .method = "GET",
                                        .path = route,
                                        .query = query,
                                        .microversion = "1.36",
                                        .status = 200};
    log_context_set(&context);
    log_request(&request);
    log_context_set(NULL);
}

static void open_log(enum log_format format)
{
    struct log_settings settings = {.format = format, .level = LOG_LEVEL_INFO, .file = path};
    ck_assert_msg(log_open(&settings, &error), "%s", error.text);
}

static const enum log_format formats[] = {LOG_FORMAT_TEXT, LOG_FORMAT_JSON, LOG_FORMAT_OSLO};
enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

START_TEST(finds_what_was_logged)
{
    static const char query[] = "resources=VCPU:1&required=%22A%22,\"B\\&x=y z";
    open_log(formats[_i]);
    write_request("req-other", "/allocation_candidates", "resources=VCPU:9");
    write_request(ID, "/placement/allocation_candidates", query);
    write_request(ID "0", "/allocation_candidates", "resources=VCPU:8");
    write_request(ID, "/resource_providers", "resources=VCPU:7");
    struct logged_query found = find(ID);
    ck_assert_str_eq(found.query, query);
    ck_assert_str_eq(found.microversion, "1.36");
    ck_assert(!found.cut);
    ck_assert_ptr_null(find("req-1").query);
}
END_TEST

START_TEST(finds_the_global_id)
{
    if (formats[_i] == LOG_FORMAT_OSLO) /* its lines name the global id only if a form asks */
        return;
    open_log(formats[_i]);
    write_request(ID, "/allocation_candidates", "resources=VCPU:1");
    write_request("req-other", "/allocation_candidates", "resources=VCPU:2");
    ck_assert_str_eq(find(GLOBAL).query, "resources=VCPU:2");
}
END_TEST

START_TEST(tells_that_a_query_was_cut)
{
    char query[4096];
    memset(query, 'x', sizeof(query) - 1);
    query[sizeof(query) - 1] = '\0';
    open_log(formats[_i]);
    write_request(ID, "/allocation_candidates", query);
    ck_assert(find(ID).cut);
}
END_TEST

START_TEST(reads_the_log_of_the_python_service)
{
    FILE *log = fopen(path, "w");
    fputs("2026-11-29 05:00:00.123 42 INFO placement.requestlog [None " ID
          " admin admin - - default default] 192.0.2.1 \"GET "
          "/placement/allocation_candidates?resources=VCPU:1&limit=5\" status: 200 len: 53 "
          "microversion: 1.29\n",
          log);
    fclose(log);
    struct logged_query found = find(ID);
    ck_assert_str_eq(found.query, "resources=VCPU:1&limit=5");
    ck_assert_str_eq(found.microversion, "1.29");
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("logged_query");
    tcase_add_checked_fixture(test, set_up, tear_down);
    tcase_add_loop_test(test, finds_what_was_logged, 0, FORMATS);
    tcase_add_loop_test(test, finds_the_global_id, 0, FORMATS);
    tcase_add_loop_test(test, tells_that_a_query_was_cut, 0, FORMATS);
    tcase_add_test(test, reads_the_log_of_the_python_service);
    return suite_run("logged_query", test);
}
