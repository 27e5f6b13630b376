/*
 * Tests the metrics in Prometheus' text format.
 */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "suite.h"
#include "watch/metrics.h"

static const char *const routes[] = {"/boats", "/boats/{name}", "/\"odd\\route\n"};
static struct scoreboard *scoreboard;
static struct tally sum;
static struct buffer buffer;
static int descriptor;

static void setup(void)
{
    scoreboard = scoreboard_new(routes, 3, &descriptor);
    ck_assert_ptr_nonnull(scoreboard);
    buffer_init(&buffer, 0);
    tally_use(scoreboard_tally(scoreboard, &scoreboard->slots[5]));
}

static void teardown(void)
{
    tally_use(NULL);
    close(descriptor);
    scoreboard_free(scoreboard);
    buffer_free(&buffer);
}

static const char *text(void)
{
    buffer_reset(&buffer);
    metrics_write(&buffer, scoreboard, &sum);
    buffer_add(&buffer, "", 1);
    ck_assert(!buffer.failed);
    return buffer.data;
}

/* Returns whether the text has exactly this line. */
static bool has_line(const char *metrics, const char *line)
{
    size_t length = strlen(line);
    for (const char *at = metrics; (at = strstr(at, line)) != NULL; at++)
        if ((at == metrics || at[-1] == '\n') && at[length] == '\n')
            return true;
    return false;
}

static unsigned count_lines(const char *metrics, const char *beginning)
{
    unsigned count = 0;
    for (const char *at = metrics; *at != '\0'; at = strchr(at, '\n') + 1)
        count += strncmp(at, beginning, strlen(beginning)) == 0;
    return count;
}

START_TEST(requests_are_shown_by_route_method_and_status)
{
    tally_request(1, "GET", 200, 800);
    tally_request(1, "GET", 200, 20000);
    tally_request(1, "PUT", 409, 300);
    const char *metrics = text();
    ck_assert(has_line(metrics, "# TYPE berth_requests_total counter"));
    ck_assert(has_line(metrics, "berth_requests_total{route=\"/boats/{name}\",method=\"GET\","
                                "status=\"200\"} 2"));
    ck_assert(has_line(metrics, "berth_requests_total{route=\"/boats/{name}\",method=\"PUT\","
                                "status=\"409\"} 1"));
    ck_assert_uint_eq(count_lines(metrics, "berth_requests_total{"), 2);
}
END_TEST

START_TEST(histograms_are_cumulative_and_in_seconds)
{
    tally_request(0, "GET", 200, 800);
    tally_request(0, "GET", 200, 20000);
    tally_request(0, "GET", 200, 99000000);
    const char *metrics = text();
#define LABELS "{route=\"/boats\",method=\"GET\""
    ck_assert(has_line(metrics, "# TYPE berth_request_duration_seconds histogram"));
    ck_assert(
        has_line(metrics, "berth_request_duration_seconds_bucket" LABELS ",le=\"0.0005\"} 0"));
    ck_assert(has_line(metrics, "berth_request_duration_seconds_bucket" LABELS ",le=\"0.001\"} 1"));
    ck_assert(has_line(metrics, "berth_request_duration_seconds_bucket" LABELS ",le=\"0.025\"} 2"));
    ck_assert(has_line(metrics, "berth_request_duration_seconds_bucket" LABELS ",le=\"10\"} 2"));
    ck_assert(has_line(metrics, "berth_request_duration_seconds_bucket" LABELS ",le=\"+Inf\"} 3"));
    ck_assert(has_line(metrics, "berth_request_duration_seconds_sum" LABELS "} 99.020800"));
    ck_assert(has_line(metrics, "berth_request_duration_seconds_count" LABELS "} 3"));
    ck_assert_uint_eq(count_lines(metrics, "berth_request_duration_seconds_count"), 1);
}
END_TEST

START_TEST(unused_counters_are_zero)
{
    const char *metrics = text();
    ck_assert(has_line(metrics, "berth_token_cache_lookups_total{result=\"hit\"} 0"));
    ck_assert(has_line(metrics, "berth_sql_seconds_total 0.000000"));
    ck_assert(has_line(metrics, "berth_candidate_search_candidates_count 0"));
    ck_assert_uint_eq(count_lines(metrics, "berth_requests_total"), 0);
    ck_assert(has_line(metrics, "# TYPE berth_requests_total counter"));
}
END_TEST

START_TEST(each_metric_is_described_once)
{
    static const char type[] = "# TYPE ";
    const char *metrics = text();
    unsigned described = 0;
    for (const char *at = metrics; *at != '\0'; at = strchr(at, '\n') + 1) {
        if (strncmp(at, type, strlen(type)) != 0)
            continue;
        char line[128];
        const char *name = at + strlen(type);
        snprintf(line, sizeof(line), "# TYPE %.*s ", (int)strcspn(name, " "), name);
        ck_assert_msg(count_lines(metrics, line) == 1, "%s", line);
        snprintf(line, sizeof(line), "# HELP %.*s ", (int)strcspn(name, " "), name);
        ck_assert_msg(count_lines(metrics, line) == 1, "%s", line);
        described++;
    }
    ck_assert_uint_ge(described, 20);
    ck_assert_uint_eq(described, count_lines(metrics, "# HELP "));
    ck_assert_int_eq(metrics[strlen(metrics) - 1], '\n');
}
END_TEST

START_TEST(labels_are_escaped)
{
    tally_request(2, "GET", 200, 1);
    ck_assert(has_line(text(), "berth_requests_total{route=\"/\\\"odd\\\\route\\n\",method=\"GET\","
                               "status=\"200\"} 1"));
}
END_TEST

START_TEST(workers_are_counted_by_state)
{
    for (int i = 0; i < 5; i++) {
        atomic_store(&scoreboard->slots[i].pid, 1000 + i);
        slot_enter(&scoreboard->slots[i], i < 3 ? WORKER_IDLE : WORKER_BUSY);
    }
    slot_enter(&scoreboard->slots[9], WORKER_BUSY); /* left behind by a worker that has ended */
    const char *metrics = text();
    ck_assert(has_line(metrics, "berth_workers{state=\"idle\"} 3"));
    ck_assert(has_line(metrics, "berth_workers{state=\"busy\"} 2"));
    ck_assert(has_line(metrics, "berth_workers{state=\"starting\"} 0"));
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("metrics");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, requests_are_shown_by_route_method_and_status);
    tcase_add_test(test, histograms_are_cumulative_and_in_seconds);
    tcase_add_test(test, unused_counters_are_zero);
    tcase_add_test(test, each_metric_is_described_once);
    tcase_add_test(test, labels_are_escaped);
    tcase_add_test(test, workers_are_counted_by_state);
    return suite_run("metrics", test);
}
