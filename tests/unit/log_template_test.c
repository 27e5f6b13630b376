/*
 * The format strings of oslo.log: each line is what Python would write, and one line.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log_template.h"
#include "suite.h"

static const struct log_context context = {
    .request_id = "req-1",
    .user_id = "user",
    .project_id = "project",
    .project_domain_id = "default",
};

/* Returns the line that a format makes, without a newline; NULL if the format is refused. */
static const char *made(const char *format, const struct log_context *about, const char **reason)
{
    static struct log_line line;
    const char *unused;
    struct log_template *template = log_template_new(format, reason);
    if (template == NULL)
        return NULL;
    struct log_template *identity = log_template_new(LOG_OSLO_IDENTITY_FORMAT, &unused);
    const struct timespec now = {.tv_sec = 1769860800, .tv_nsec = 7654321}; /* 12:00:00 UTC */
    log_line_begin_empty(&line);
    log_template_write(template,
                       &(const struct log_record){.now = &now,
                                                  .date_format = LOG_OSLO_DATE_FORMAT,
                                                  .process = 42,
                                                  .level = LOG_LEVEL_WARNING,
                                                  .logger = "berth",
                                                  .message = "a message",
                                                  .context = about,
                                                  .user_identity = identity},
                       &line);
    log_template_free(identity);
    log_template_free(template);
    line.bytes[line.length] = '\0';
    return line.bytes;
}

/* A format and the line it makes with a context; checked with Python's. */
static const struct {
    const char *format;
    const char *line;
} formats[] = {
    {LOG_OSLO_CONTEXT_FORMAT, "2026-01-31 13:00:00.007 42 WARNING berth [None req-1 user project "
                              "- - - default] a message"},
    {LOG_OSLO_DEFAULT_FORMAT, "2026-01-31 13:00:00.007 42 WARNING berth [-] a message"},
    {"%(isotime)s", "2026-01-31T13:00:00.007654+01:00"},
    {"%(levelname)-9s|%(levelname)9s|%(levelname).4s|%(levelno)d", "WARNING  |  WARNING|WARN|30"},
    {"%(process)05d %(process)s %(process)x %(process)-4d| %(msecs)d", "00042 42 2a 42  | 7"},
    {"%(created).3f", "1769860800.008"},
    {"100%% %(message)s", "100% a message"},
    {"%(user)s/%(user_id)s/%(project)s/%(domain)s/%(user_name)s", "user/user/project/None/None"},
    {"%(color)s%(reset_color)s%(instance)s%(resource)s.", "."},
    {"%(pathname)s:%(lineno)d", "-:-"}, /* only Python has them */
    {"\033[01;36m%(name)s\033[00m\ttab", "\033[01;36mberth\033[00m\ttab"},
    {"one\nline %(name)s\r", "one line berth "},
    {"", ""},
};

START_TEST(lines_are_those_of_python)
{
    const char *reason;
    ck_assert_str_eq(made(formats[_i].format, &context, &reason), formats[_i].line);
}
END_TEST

START_TEST(without_a_request)
{
    const char *reason;
    ck_assert_str_eq(made("[%(request_id)s%(user_identity)s%(user_name)s] %(project)s %(version)s",
                          NULL, &reason),
                     "[] placement " PACKAGE_VERSION);
}
END_TEST

static const char *const wrong[] = {"%", "%s", "%(name", "%(name)", "%(name)y", "50% of %(name)s"};

START_TEST(wrong_formats_are_refused)
{
    const char *reason = NULL;
    ck_assert_ptr_null(made(wrong[_i], NULL, &reason));
    ck_assert_ptr_nonnull(reason);
}
END_TEST

START_TEST(values_of_a_request_are_words)
{
    const char *reason;
    const struct log_context hostile = {.request_id = "req-1",
                                        .user_id = "a b\nINFO c\x1b[31m",
                                        .project_id = "",
                                        .domain_id = "\xff"};
    ck_assert_str_eq(made("[%(request_id)s %(user_identity)s]", &hostile, &reason),
                     "[req-1 a\\x20b\\u000aINFO\\x20c\\u001b[31m - ? - - -]");
}
END_TEST

START_TEST(long_lines_are_cut)
{
    static char format[20000];
    const char *reason;
    for (size_t i = 0; i + 10 < sizeof(format); i += 10)
        snprintf(format + i, sizeof(format) - i, "%%(name)99s");
    ck_assert_uint_lt(strlen(made(format, NULL, &reason)), LOG_LINE_SIZE);
}
END_TEST

int main(void)
{
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    TCase *tests = tcase_create("log template");
    tcase_add_loop_test(tests, lines_are_those_of_python, 0, sizeof(formats) / sizeof(formats[0]));
    tcase_add_test(tests, without_a_request);
    tcase_add_loop_test(tests, wrong_formats_are_refused, 0, sizeof(wrong) / sizeof(wrong[0]));
    tcase_add_test(tests, values_of_a_request_are_words);
    tcase_add_test(tests, long_lines_are_cut);
    return suite_run("log template", tests);
}
