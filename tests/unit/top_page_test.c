/*
 * Tests the page of berth-manage top.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "manage/top_page.h"
#include "pool_fixture.h"
#include "suite.h"

static struct terminal terminal = {.columns = 80};

/* Returns the page, from malloc, of a pool that answered four requests in two seconds. */
static char *page(unsigned rows)
{
    static struct top_sample before, after;
    static struct top_figures figures;
    struct observer observer;
    const char *reason;
    struct buffer buffer;
    pid_t pid = process_start(be_a_pool);
    ck_assert(observer_attach(&observer, pid, &reason));
    memset(&before, 0, sizeof(before));
    top_sample_take(&after, observer.scoreboard);
    before.at = after.at - 2000;
    top_figures_make(&figures, &before, &after);
    buffer_init(&buffer, 0);
    top_page_write(&buffer, &terminal, rows, &observer, &figures);
    buffer_add(&buffer, "", 1);
    ck_assert(!buffer.failed);
    observer_detach(&observer);
    process_end(pid);
    return buffer.data;
}

START_TEST(page_has_rates_routes_and_workers)
{
    char *text = page(0);
    ck_assert_ptr_nonnull(strstr(text, ", serving, up 0:00:0"));
    ck_assert_ptr_nonnull(strstr(text, "\nRequests  2.0/s   2xx 1.5   4xx 0.0   5xx 0.5   p50 "));
    ck_assert_ptr_nonnull(strstr(text, "\nWorkers   2 of 2   busy 1 (mean 0.0)   "));
    ck_assert_ptr_nonnull(strstr(text, "\nClaims    1.5/s   "));
    ck_assert_ptr_nonnull(
        strstr(text, "\n/boats/{name}                            PUT         1.5"));
    ck_assert_ptr_nonnull(
        strstr(text, "\n/boats                                   GET         0.5"));
    ck_assert_ptr_nonnull(strstr(text, "   4711 busy        0."));
    ck_assert_ptr_nonnull(strstr(text, " /boats/?[2J{name}"));
    ck_assert_ptr_nonnull(strstr(text, " req-1a2b3c4d\n"));
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1)
        ck_assert_uint_le(strcspn(line, "\n"), 80);
    free(text);
}
END_TEST

START_TEST(page_fits_the_rows_of_the_terminal)
{
    for (unsigned rows = 1; rows < 20; rows++) {
        char *text = page(rows);
        unsigned lines = 0;
        for (const char *at = text; *at != '\0'; at++)
            lines += *at == '\n';
        ck_assert_uint_le(lines, rows);
        ck_assert_uint_ge(lines, rows < 14 ? rows : 14);
        free(text);
    }
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("top page");
    tcase_add_test(test, page_has_rates_routes_and_workers);
    tcase_add_test(test, page_fits_the_rows_of_the_terminal);
    return suite_run("top page", test);
}
