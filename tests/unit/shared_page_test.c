/*
 * Tests the page that workers share: who makes it, how long it is shown, and that a killed writer
 * leaves the old one.
 */
#include <config.h>

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"
#include "watch/shared_page.h"

enum { START = 100000, FRESH = 5000, LARGE = 1 << 20, ROUNDS = 40 };

static struct shared_page *page;
static struct buffer buffer;

static void setup(void)
{
    page = shared_page_new();
    ck_assert_ptr_nonnull(page);
    buffer_init(&buffer, 0);
}

static void teardown(void)
{
    shared_page_free(page);
    buffer_free(&buffer);
}

static void check_text(const char *expected)
{
    ck_assert_uint_eq(buffer.length, strlen(expected));
    ck_assert_mem_eq(buffer.data, expected, buffer.length);
    buffer_reset(&buffer);
}

START_TEST(there_is_no_page_at_first)
{
    ck_assert(!shared_page_read(page, START, FRESH, &buffer));
    ck_assert_msg(!shared_page_is_made(page, START, &buffer), "the first one makes it");
    ck_assert_msg(!shared_page_is_made(page, START, &buffer), "so does the second: there is none");
    ck_assert_uint_eq(buffer.length, 0);
}
END_TEST

START_TEST(a_page_is_shown_while_it_is_fresh)
{
    shared_page_write(page, START, "one", 3);
    ck_assert(shared_page_read(page, START + FRESH, FRESH, &buffer));
    check_text("one");
    ck_assert(!shared_page_read(page, START + FRESH + 1, FRESH, &buffer));
}
END_TEST

START_TEST(the_last_page_is_shown_while_another_worker_makes_one)
{
    uint64_t later = START + 2 * FRESH;
    shared_page_write(page, START, "one", 3);
    ck_assert(!shared_page_is_made(page, later, &buffer));
    ck_assert(shared_page_is_made(page, later + 1, &buffer));
    check_text("one");
    shared_page_write(page, later, "second", 6);
    ck_assert(shared_page_read(page, later + 2, FRESH, &buffer));
    check_text("second");
}
END_TEST

START_TEST(a_maker_that_gives_up_or_seems_dead_is_followed)
{
    shared_page_write(page, START, "one", 3);
    ck_assert(!shared_page_is_made(page, START + 1, &buffer));
    shared_page_give_up(page);
    ck_assert(!shared_page_is_made(page, START + 2, &buffer));
    ck_assert(!shared_page_is_made(page, START + 3 + 60000, &buffer));
}
END_TEST

/* Writes pages of one repeated letter without end. */
static void write_pages(void)
{
    char *bytes = malloc(LARGE);
    for (unsigned i = 0; bytes != NULL; i++) {
        memset(bytes, 'a' + (int)(i % 26), LARGE);
        shared_page_write(page, START, bytes, LARGE - i % 7);
    }
}

START_TEST(a_killed_writer_leaves_a_whole_page)
{
    shared_page_write(page, START, "a", 1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        pid_t writer = fork();
        ck_assert_int_ge(writer, 0);
        if (writer == 0)
            write_pages();
        usleep(round * 300);
        kill(writer, SIGKILL);
        ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
        ck_assert(shared_page_read(page, START, FRESH, &buffer));
        /* the writer may not have got as far as its first page */
        size_t same = 1;
        while (same < buffer.length && buffer.data[same] == buffer.data[0])
            same++;
        ck_assert_msg(same == buffer.length || buffer.length == 5, "a page is mixed of two");
        buffer_reset(&buffer);
        shared_page_write(page, START, "after", 5);
        ck_assert(shared_page_read(page, START, FRESH, &buffer));
        check_text("after");
    }
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("shared_page");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, there_is_no_page_at_first);
    tcase_add_test(test, a_page_is_shown_while_it_is_fresh);
    tcase_add_test(test, the_last_page_is_shown_while_another_worker_makes_one);
    tcase_add_test(test, a_maker_that_gives_up_or_seems_dead_is_followed);
    tcase_add_test(test, a_killed_writer_leaves_a_whole_page);
    return suite_run("shared_page", test);
}
