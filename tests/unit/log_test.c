/*
 * The log: the form of its lines, that they cannot be forged, and that processes share a file.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "suite.h"

static char directory[32];
static char path[64];
static char content[1 << 20];
static struct error_line error;

static void set_up(void)
{
    snprintf(directory, sizeof(directory), "log_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/berth.log", directory);
}

static void tear_down(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", directory);
    ck_assert_int_eq(system(command), 0);
}

static void open_log(enum log_format format)
{
    struct log_settings settings = {.format = format, .level = LOG_LEVEL_INFO, .file = path};
    ck_assert_msg(log_open(&settings, &error), "%s", error.text);
}

/* Returns what was logged, cut to the size of content. */
static const char *read_log(const char *name)
{
    FILE *file = fopen(name, "r");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(content, 1, sizeof(content) - 1, file);
    fclose(file);
    content[length] = '\0';
    return content;
}

/* Returns the line without time and process. */
static const char *read_text_line(void)
{
    const char *line = read_log(path);
    for (int blanks = 0; blanks < 2; line++)
        blanks += *line == ' ';
    return line;
}

static json_t *read_json_line(void)
{
    const char *line = read_log(path);
    ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
    json_t *value = json_loads(line, 0, NULL);
    ck_assert_msg(value != NULL, "%s", line);
    return value;
}

START_TEST(events_as_text)
{
    open_log(LOG_FORMAT_TEXT);
    log_event(LOG_LEVEL_WARNING, "worker died", log_integer("pid", 12), log_real("ms", 1.5),
              log_identifier("request_id", "req-1"), log_identifier("user", NULL),
              log_path("path", "/a/b?token=secret"), log_text("route", "/a/{b}"),
              log_errno("error", ENOENT));
    ck_assert_str_eq(read_text_line(),
                     "WARNING worker died pid=12 ms=1.500 request_id=req-1 user=- path=/a/b "
                     "route=/a/{b} error=\"No such file or directory\"\n");
}
END_TEST

START_TEST(events_without_fields)
{
    open_log(LOG_FORMAT_TEXT);
    log_event(LOG_LEVEL_ERROR, "no more");
    ck_assert_str_eq(read_text_line(), "ERROR no more\n");
}
END_TEST

START_TEST(events_as_json)
{
    open_log(LOG_FORMAT_JSON);
    log_event(LOG_LEVEL_ERROR, "worker died", log_integer("pid", -12), log_real("ms", 1.5),
              log_identifier("user", NULL), log_path("path", "/a?b"));
    json_t *line = read_json_line();
    const char *time = json_string_value(json_object_get(line, "time"));
    ck_assert_uint_eq(strlen(time), strlen("2026-01-02T03:04:05.678Z"));
    ck_assert_int_eq(time[10], 'T');
    ck_assert_int_eq(time[23], 'Z');
    ck_assert_int_eq(json_integer_value(json_object_get(line, "process")), getpid());
    ck_assert_str_eq(json_string_value(json_object_get(line, "level")), "ERROR");
    ck_assert_str_eq(json_string_value(json_object_get(line, "message")), "worker died");
    ck_assert_int_eq(json_integer_value(json_object_get(line, "pid")), -12);
    ck_assert(json_is_null(json_object_get(line, "user")));
    ck_assert_str_eq(json_string_value(json_object_get(line, "path")), "/a");
    json_decref(line);
}
END_TEST

static const struct log_request request = {
    .request_id = "req-1",
    .remote_address = "::1",
    .method = "PUT",
    .path = "/allocations/x?secret",
    .microversion = "1.39",
    .status = 204,
    .bytes = 17,
    .milliseconds = 2.25,
    .sql_statements = 8,
    .sql_milliseconds = 1,
    .user_id = "admin",
    .query = "resources=VCPU:1&required=\"\n",
    .traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
};

START_TEST(requests_as_text)
{
    open_log(LOG_FORMAT_TEXT);
    log_request(&request);
    ck_assert_str_eq(
        read_text_line(),
        "INFO request request_id=req-1 global_request_id=- remote_address=::1 method=PUT "
        "path=/allocations/x microversion=1.39 status=204 bytes=17 milliseconds=2.250 "
        "sql_statements=8 sql_milliseconds=1.000 user_id=admin project_id=- "
        "traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 "
        "query=\"resources=VCPU:1&required=\\\"\\u000a\"\n");
}
END_TEST

START_TEST(requests_as_json)
{
    open_log(LOG_FORMAT_JSON);
    log_request(&request);
    json_t *line = read_json_line();
    ck_assert_str_eq(json_string_value(json_object_get(line, "path")), "/allocations/x");
    ck_assert(json_is_null(json_object_get(line, "project_id")));
    ck_assert_uint_eq(json_object_size(line), 19);
    ck_assert_str_eq(json_string_value(json_object_get(line, "query")), request.query);
    json_decref(line);
}
END_TEST

/* Logs a request with a query of as many bytes, all of them c, and a path as long. Returns how many
   of the query are in the line, which must end in "..." if that is not all. */
static size_t log_long_query(enum log_format format, size_t length, char c)
{
    static char query[100000];
    struct log_request longest = request;
    memset(query, c, length);
    query[length] = '\0';
    longest.query = longest.path = longest.user_id = longest.project_id = query;
    longest.global_request_id = longest.remote_address = query;
    open_log(format);
    log_request(&longest);
    const char *line = read_log(path);
    ck_assert_uint_le(strlen(line), LOG_LINE_SIZE);
    ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
    if (format == LOG_FORMAT_JSON)
        json_decref(read_json_line());
    const char *value = strstr(line, format == LOG_FORMAT_JSON ? "\"query\":\"" : " query=\"");
    ck_assert_ptr_nonnull(value);
    value = strchr(value, format == LOG_FORMAT_JSON ? ':' : '=') + 2;
    size_t shown = strcspn(value, ".\"");
    ck_assert_str_eq(value + shown, format == LOG_FORMAT_JSON
                                        ? (shown < length ? "...\"}\n" : "\"}\n")
                                        : (shown < length ? "...\"\n" : "\"\n"));
    tear_down();
    set_up();
    return shown;
}

START_TEST(long_queries_are_cut)
{
    ck_assert_uint_eq(log_long_query(_i, 500, 'q'), 500);
    ck_assert_uint_gt(log_long_query(_i, 99999, 'q'), 500);
    ck_assert_uint_gt(log_long_query(_i, 99999, '\x01'), 200); /* six bytes each */
}
END_TEST

START_TEST(a_query_of_2048_bytes_is_whole)
{
    static char query[2049], expected[2100];
    struct log_request longest = request;
    memset(query, 'q', sizeof(query) - 1);
    longest.query = query;
    open_log(LOG_FORMAT_TEXT);
    log_request(&longest);
    snprintf(expected, sizeof(expected), " query=\"%s\"\n", query);
    const char *shown = strstr(read_log(path), " query=");
    ck_assert_ptr_nonnull(shown);
    ck_assert_str_eq(shown, expected);
}
END_TEST

/* A value that a client may send, and its form in a text line. */
static const struct {
    const char *value;
    const char *shown;
} values[] = {
    {"a b", "\"a b\""},
    {"a=b", "\"a=b\""},
    {"", "\"\""},
    {"-", "\"-\""},
    {"a\"b\\", "\"a\\\"b\\\\\""},
    {"a\nINFO b", "\"a\\u000aINFO b\""},
    {"\r\t\x1b[31m\x7f", "\"\\u000d\\u0009\\u001b[31m\\u007f\""},
    {"\xc2\x85\xe2\x80\xa8\xe2\x80\xae", "\"\\u0085\\u2028\\u202e\""},
    {"\xc2\xad\xe2\x80\x8b\xe2\x81\xa6\xef\xbb\xbf", "\"\\u00ad\\u200b\\u2066\\ufeff\""},
    {"\xf3\xa0\x80\x81\xf0\x9d\x85\xb3", "\"\\U000e0001\\U0001d173\""}, /* above U+FFFF */
    {"\xff\xc3(", "\"\\xff\\xc3(\""},
    {"\xc3\xa9", "\"\xc3\xa9\""},
    {"\xef\xbf\xbd", "\"\xef\xbf\xbd\""},
};

/* Checks that what was logged is one line without any hidden character. */
static void check_visible(void)
{
    const char *text = read_log(path);
    uint32_t character;
    while (*text != '\0') {
        text += utf8_next(text, &character);
        ck_assert(!utf8_is_hidden(character) || (character == '\n' && *text == '\0'));
    }
}

START_TEST(values_cannot_forge_lines)
{
    char expected[128];
    open_log(LOG_FORMAT_TEXT);
    log_event(LOG_LEVEL_INFO, "x", log_identifier("v", values[_i].value));
    snprintf(expected, sizeof(expected), "INFO x v=%s\n", values[_i].shown);
    ck_assert_str_eq(read_text_line(), expected);
    check_visible();
}
END_TEST

START_TEST(values_are_valid_json)
{
    open_log(LOG_FORMAT_JSON);
    log_event(LOG_LEVEL_INFO, "x", log_identifier("v", values[_i].value));
    json_t *line = read_json_line();
    const char *value = json_string_value(json_object_get(line, "v"));
    if (utf8_first_invalid(values[_i].value, strlen(values[_i].value)) < 0)
        ck_assert_str_eq(value, values[_i].value);
    else
        ck_assert_str_eq(value, "\\xff\\xc3(");
    json_decref(line);
    check_visible();
}
END_TEST

START_TEST(long_lines_are_cut)
{
    static char longest[100000];
    memset(longest, _i < 2 ? '\x01' : 'a', sizeof(longest) - 1);
    open_log(_i % 2 == 0 ? LOG_FORMAT_TEXT : LOG_FORMAT_JSON);
    log_event(LOG_LEVEL_INFO, "x", log_text("a", longest), log_path("b", longest),
              log_text("c", longest), log_text("d", longest), log_identifier("e", longest),
              log_text("f", longest), log_text("g", longest), log_integer("last", 1));
    const char *line = read_log(path);
    ck_assert_uint_le(strlen(line), LOG_LINE_SIZE);
    ck_assert_uint_gt(strlen(line), LOG_LINE_SIZE / 2);
    ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
    ck_assert_ptr_nonnull(strstr(line, "..."));
    if (_i % 2 == 1)
        json_decref(read_json_line());
}
END_TEST

START_TEST(low_levels_are_not_logged)
{
    open_log(LOG_FORMAT_TEXT);
    ck_assert(!log_enabled(LOG_LEVEL_DEBUG));
    log_event(LOG_LEVEL_DEBUG, "x");
    ck_assert_str_eq(read_log(path), "");
}
END_TEST

START_TEST(reopening_after_the_file_was_moved)
{
    char moved[80];
    open_log(LOG_FORMAT_TEXT);
    log_event(LOG_LEVEL_INFO, "one");
    snprintf(moved, sizeof(moved), "%s.1", path);
    ck_assert_int_eq(rename(path, moved), 0);
    log_event(LOG_LEVEL_INFO, "two");
    log_reopen();
    log_event(LOG_LEVEL_INFO, "three");
    ck_assert_ptr_nonnull(strstr(read_log(moved), "two"));
    ck_assert_ptr_null(strstr(read_log(moved), "three"));
    ck_assert_ptr_nonnull(strstr(read_log(path), "three"));
}
END_TEST

START_TEST(log_stays_if_the_new_file_cannot_be_opened)
{
    struct log_settings settings = {.directory = "/nonexistent", .file = "x.log"};
    open_log(LOG_FORMAT_TEXT);
    ck_assert(!log_open(&settings, &error));
    ck_assert_str_eq(error.text,
                     "cannot open log file /nonexistent/x.log: No such file or directory");
    log_event(LOG_LEVEL_INFO, "still here");
    ck_assert_ptr_nonnull(strstr(read_log(path), "still here"));
}
END_TEST

/* Logs two lines to a full disk. Returns the file that has what went to stderr. */
static const char *log_to_full_disk(void)
{
    static char caught[80];
    snprintf(caught, sizeof(caught), "%s/stderr", directory);
    ck_assert_int_eq(symlink("/dev/full", path), 0);
    open_log(LOG_FORMAT_TEXT);
    int file = open(caught, O_WRONLY | O_CREAT | O_APPEND, 0600), before = dup(STDERR_FILENO);
    ck_assert_int_eq(dup2(file, STDERR_FILENO), STDERR_FILENO);
    log_event(LOG_LEVEL_INFO, "one");
    log_event(LOG_LEVEL_INFO, "two");
    ck_assert_int_eq(dup2(before, STDERR_FILENO), STDERR_FILENO);
    close(file);
    close(before);
    return caught;
}

START_TEST(lines_that_do_not_fit_on_the_disk_go_to_stderr)
{
    const char *caught = log_to_full_disk();
    ck_assert_ptr_nonnull(strstr(read_log(caught), " ERROR cannot write the log file file="));
    ck_assert_ptr_nonnull(strstr(content, "error=\"No space left on device\"\n"));
    ck_assert_ptr_nonnull(strstr(content, " INFO one\n"));
    ck_assert_ptr_nonnull(strstr(content, " INFO two\n"));
    ck_assert_ptr_null(strstr(strstr(content, "ERROR") + 1, "ERROR")); /* not for each line */

    ck_assert_int_eq(unlink(path), 0);
    log_reopen();
    log_event(LOG_LEVEL_INFO, "three");
    ck_assert_ptr_nonnull(strstr(read_log(path), " INFO three\n"));
    ck_assert_ptr_nonnull(strstr(content, "can be written again, and lacks lines file="));
    ck_assert_ptr_nonnull(strstr(content, " lines=3\n")); /* these two, and the error */
}
END_TEST

START_TEST(missing_lines_are_told_once_and_of_the_right_file)
{
    int status;
    char other[80];
    snprintf(other, sizeof(other), "%s/other.log", directory);
    log_to_full_disk();
    ck_assert_int_eq(unlink(path), 0);
    log_reopen();
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        log_event(LOG_LEVEL_INFO, "child");
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_ptr_null(strstr(read_log(path), "lacks lines"));

    struct log_settings settings = {.level = LOG_LEVEL_INFO, .file = other};
    ck_assert(log_open(&settings, &error));
    log_event(LOG_LEVEL_INFO, "parent");
    ck_assert_ptr_null(strstr(read_log(other), "lacks lines"));
}
END_TEST

START_TEST(a_signal_opens_the_file_again)
{
    char moved[80];
    open_log(LOG_FORMAT_TEXT);
    log_reopen_on(SIGUSR1);
    snprintf(moved, sizeof(moved), "%s.1", path);
    ck_assert_int_eq(rename(path, moved), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    log_event(LOG_LEVEL_INFO, "one");
    ck_assert_str_eq(read_log(moved), "");
    ck_assert_ptr_nonnull(strstr(read_log(path), " INFO one\n"));
}
END_TEST

START_TEST(a_line_has_the_process_that_wrote_it)
{
    char parent[32], own[32];
    open_log(LOG_FORMAT_TEXT);
    log_event(LOG_LEVEL_INFO, "parent");
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        log_event(LOG_LEVEL_INFO, "child");
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    snprintf(parent, sizeof(parent), " %d INFO parent\n", (int)getpid());
    snprintf(own, sizeof(own), " %d INFO child\n", (int)child);
    ck_assert_ptr_nonnull(strstr(read_log(path), parent));
    ck_assert_ptr_nonnull(strstr(read_log(path), own));
}
END_TEST

START_TEST(processes_share_a_file)
{
    enum { PROCESSES = 4, LINES = 200 };
    char filler[513];
    memset(filler, 'x', sizeof(filler) - 1);
    filler[sizeof(filler) - 1] = '\0';
    open_log(LOG_FORMAT_TEXT);
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            for (int line = 0; line < LINES; line++)
                log_event(LOG_LEVEL_INFO, "line", log_text("filler", filler), log_text("end", "e"));
            _exit(0);
        }
    }
    for (int i = 0; i < PROCESSES; i++)
        ck_assert_int_gt(wait(NULL), 0);
    int lines = 0;
    const int written = PROCESSES * LINES;
    for (const char *line = read_log(path); *line != '\0'; lines++) {
        const char *end = strchr(line, '\n');
        ck_assert_ptr_nonnull(end);
        ck_assert_int_eq(memcmp(end - 6, " end=e", 6), 0);
        ck_assert_int_eq(line[10], 'T');
        line = end + 1;
    }
    ck_assert_int_eq(lines, written);
}
END_TEST

START_TEST(facilities_have_two_names)
{
    ck_assert(log_is_facility("LOG_USER"));
    ck_assert(log_is_facility("local7"));
    ck_assert(!log_is_facility("LOG_"));
    ck_assert(!log_is_facility(""));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("log");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, events_as_text);
    tcase_add_test(tests, events_without_fields);
    tcase_add_test(tests, events_as_json);
    tcase_add_test(tests, requests_as_text);
    tcase_add_test(tests, requests_as_json);
    tcase_add_loop_test(tests, long_queries_are_cut, LOG_FORMAT_TEXT, LOG_FORMAT_JSON + 1);
    tcase_add_test(tests, a_query_of_2048_bytes_is_whole);
    tcase_add_loop_test(tests, values_cannot_forge_lines, 0, sizeof(values) / sizeof(values[0]));
    tcase_add_loop_test(tests, values_are_valid_json, 0, sizeof(values) / sizeof(values[0]));
    tcase_add_loop_test(tests, long_lines_are_cut, 0, 4);
    tcase_add_test(tests, low_levels_are_not_logged);
    tcase_add_test(tests, reopening_after_the_file_was_moved);
    tcase_add_test(tests, log_stays_if_the_new_file_cannot_be_opened);
    tcase_add_test(tests, lines_that_do_not_fit_on_the_disk_go_to_stderr);
    tcase_add_test(tests, missing_lines_are_told_once_and_of_the_right_file);
    tcase_add_test(tests, a_signal_opens_the_file_again);
    tcase_add_test(tests, a_line_has_the_process_that_wrote_it);
    tcase_add_test(tests, processes_share_a_file);
    tcase_add_test(tests, facilities_have_two_names);
    return suite_run("log", tests);
}
