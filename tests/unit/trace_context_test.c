/*
 * traceparent: only what W3C Trace Context calls valid is taken.
 */
#include <config.h>

#include "base/arena.h"
#include "http/trace_context.h"
#include "suite.h"

#define TRACE  "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00f067aa0ba902b7"

static const struct {
    const char *header;
    const char *taken;
} headers[] = {
    {NULL, NULL},
    {"", NULL},
    {"00-" TRACE "-" PARENT "-01", "00-" TRACE "-" PARENT "-01"},
    {"00-" TRACE "-" PARENT "-00", "00-" TRACE "-" PARENT "-00"},
    {"cc-" TRACE "-" PARENT "-01", "cc-" TRACE "-" PARENT "-01"},
    {"cc-" TRACE "-" PARENT "-01-more=TOKEN", "cc-" TRACE "-" PARENT "-01"},
    {"cc-" TRACE "-" PARENT "-01.more", NULL},
    {"00-" TRACE "-" PARENT "-01-more", NULL},
    {"00-" TRACE "-" PARENT "-01,00-" TRACE "-" PARENT "-01", NULL}, /* two headers */
    {"ff-" TRACE "-" PARENT "-01", NULL},
    {"00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01", NULL},
    {"00-00000000000000000000000000000000-" PARENT "-01", NULL},
    {"00-" TRACE "-0000000000000000-01", NULL},
    {"00-" TRACE "-" PARENT "-0g", NULL},
    {"00-" TRACE "-" PARENT "-0", NULL},
    {"00-" TRACE "-" PARENT, NULL},
    {"00_" TRACE "-" PARENT "-01", NULL},
    {" 00-" TRACE "-" PARENT "-01", NULL},
};

static struct arena arena;

static void set_up(void)
{
    arena_init(&arena, 0);
}

static void tear_down(void)
{
    arena_free(&arena);
}

START_TEST(only_valid_ones_are_taken)
{
    ck_assert_pstr_eq(traceparent_read(&arena, headers[_i].header), headers[_i].taken);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("trace context");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, only_valid_ones_are_taken, 0, sizeof(headers) / sizeof(headers[0]));
    return suite_run("trace context", tests);
}
