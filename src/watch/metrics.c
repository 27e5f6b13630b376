/*
 * Writes metrics in Prometheus' text format: HELP and TYPE of a metric, then its samples. Shows
 * only those combinations of route, method and status that occurred.
 */
#include <config.h>

#include "watch/metrics.h"

#include <stdio.h>

#include "base/clock.h"

static const struct {
    const char *metric, *labels;
    double unit;
    const char *help;
} counters[COUNTERS] = {
#define COUNTER(name, metric, labels, unit, help) {metric, labels, unit, help},
#include "watch/counters.def"
#undef COUNTER
};

static const struct {
    const char *metric;
    double unit;
    const char *help;
} distributions[DISTRIBUTIONS] = {
#define DISTRIBUTION(name, metric, bounds, unit, help) {metric, unit, help},
#include "watch/distributions.def"
#undef DISTRIBUTION
};

void metrics_begin(struct buffer *buffer, const char *metric, const char *type, const char *help)
{
    buffer_printf(buffer, "# HELP %s %s\n# TYPE %s %s\n", metric, help, metric, type);
}

void metrics_add_label(struct buffer *buffer, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            buffer_add_text(buffer, "\\n");
        else
            buffer_printf(buffer, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    }
}

/* Writes a value in units of the metric. Counts have no fraction. */
static void add_value(struct buffer *buffer, uint64_t value, double unit)
{
    if (unit > 1)
        buffer_printf(buffer, " %.6f\n", (double)value / unit);
    else
        buffer_printf(buffer, " %llu\n", (unsigned long long)value);
}

static void write_gauge(struct buffer *buffer, const char *metric, const char *help, double value)
{
    metrics_begin(buffer, metric, "gauge", help);
    buffer_printf(buffer, "%s %.15g\n", metric, value);
}

/* The pool. */

static void write_pool(struct buffer *buffer, const struct scoreboard *scoreboard)
{
    static const char *const names[] = {"none", "starting", "idle", "busy", "ending"};
    unsigned counts[sizeof(names) / sizeof(names[0])] = {0};
    uint64_t now = clock_milliseconds(), oldest = now;
    struct slot_view view;
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
        slot_view(&scoreboard->slots[i], &view);
        if (view.pid == 0)
            continue;
        counts[view.state]++;
        if (view.state == WORKER_BUSY && view.since < oldest)
            oldest = view.since;
    }
    metrics_begin(buffer, "berth_info", "gauge", "The program that serves.");
    buffer_add_text(buffer, "berth_info{version=\"");
    metrics_add_label(buffer, scoreboard->version);
    buffer_add_text(buffer, "\"} 1\n");
    write_gauge(buffer, "berth_start_time_seconds", "Start of the pool, in seconds since 1970.",
                (double)scoreboard->started_at);
    write_gauge(buffer, "berth_workers_wanted", "Workers that the configuration asks for.",
                atomic_load(&scoreboard->wanted));
    metrics_begin(buffer, "berth_workers", "gauge", "Workers by what they are doing.");
    for (unsigned i = WORKER_STARTING; i <= WORKER_ENDING; i++)
        buffer_printf(buffer, "berth_workers{state=\"%s\"} %u\n", names[i], counts[i]);
    write_gauge(buffer, "berth_longest_request_seconds",
                "Age of the oldest request that is not answered yet.",
                (double)(now - oldest) / 1000);
}

static void write_world(struct buffer *buffer, const struct world_watch *world)
{
    enum world_reason reason = (enum world_reason)atomic_load(&world->reason);
    if (reason == WORLD_OFF)
        return;
    write_gauge(buffer, "berth_world_kept",
                "1: requests read the world that is kept in memory; 0: the database.",
                reason == WORLD_KEPT);
    write_gauge(buffer, "berth_world_transactions_behind",
                "Transactions in the database that the kept world did not have at the last look.",
                (double)atomic_load(&world->behind));
    metrics_begin(buffer, "berth_world_lost_total", "counter",
                  "Times that the kept world was given up, by reason.");
    for (unsigned i = WORLD_KEPT + 1; i < WORLD_REASONS; i++)
        buffer_printf(buffer, "berth_world_lost_total{reason=\"%s\"} %llu\n",
                      world_reason_label((enum world_reason)i),
                      (unsigned long long)atomic_load(&world->lost[i]));
}

static void write_counters(struct buffer *buffer, const struct tally *sum)
{
    for (unsigned i = 0; i < COUNTERS; i++) {
        const char *metric = counters[i].metric, *labels = counters[i].labels;
        if (counters[i].help != NULL)
            metrics_begin(buffer, metric, "counter", counters[i].help);
        buffer_add_text(buffer, metric);
        if (labels != NULL)
            buffer_printf(buffer, "{%s}", labels);
        add_value(buffer, sum->counters[i], counters[i].unit);
    }
}

/* Histograms. */

/* Writes the samples of a histogram. labels is such as "route=\"/\"", or empty. */
static void write_histogram(struct buffer *buffer, const char *metric, const char *labels,
                            const struct measured *measured, const uint64_t *bounds, size_t count,
                            double unit)
{
    const char *comma = *labels != '\0' ? "," : "";
    uint64_t below = 0;
    for (size_t i = 0; i < count; i++) {
        below += measured->buckets[i];
        buffer_printf(buffer, "%s_bucket{%s%sle=\"%.15g\"} %llu\n", metric, labels, comma,
                      (double)bounds[i] / unit, (unsigned long long)below);
    }
    below += measured->buckets[count];
    buffer_printf(buffer, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", metric, labels, comma,
                  (unsigned long long)below);
    const char *open = *labels != '\0' ? "{" : "", *close = *labels != '\0' ? "}" : "";
    buffer_printf(buffer, "%s_sum%s%s%s", metric, open, labels, close);
    add_value(buffer, measured->sum, unit);
    buffer_printf(buffer, "%s_count%s%s%s %llu\n", metric, open, labels, close,
                  (unsigned long long)below);
}

static void write_distributions(struct buffer *buffer, const struct tally *sum)
{
    for (unsigned i = 0; i < DISTRIBUTIONS; i++) {
        const uint64_t *bounds;
        size_t count = tally_distribution_bounds(i, &bounds);
        metrics_begin(buffer, distributions[i].metric, "histogram", distributions[i].help);
        write_histogram(buffer, distributions[i].metric, "", &sum->distributions[i], bounds, count,
                        distributions[i].unit);
    }
}

/* Requests. */

/* Returns "route=...,method=..." in the buffer labels. */
static const char *request_labels(struct buffer *labels, const struct scoreboard *scoreboard,
                                  unsigned route, unsigned method)
{
    buffer_reset(labels);
    buffer_add_text(labels, "route=\"");
    metrics_add_label(labels, scoreboard->routes[route]);
    buffer_printf(labels, "\",method=\"%s\"", tally_method_name(method));
    buffer_add(labels, "", 1);
    return labels->failed ? "" : labels->data;
}

static void write_requests(struct buffer *buffer, const struct scoreboard *scoreboard,
                           const struct tally *sum)
{
    struct buffer labels;
    buffer_init(&labels, 0);
    metrics_begin(buffer, "berth_requests_total", "counter", "Requests answered.");
    for (unsigned route = 0; route < TALLY_ROUTES; route++)
        for (unsigned method = 0; method < TALLY_METHODS; method++)
            for (unsigned status = 0; status < TALLY_STATUSES; status++)
                if (sum->requests[route][method][status] > 0)
                    buffer_printf(buffer, "berth_requests_total{%s,status=\"%s\"} %llu\n",
                                  request_labels(&labels, scoreboard, route, method),
                                  tally_status_name(status),
                                  (unsigned long long)sum->requests[route][method][status]);
    metrics_begin(buffer, "berth_request_duration_seconds", "histogram",
                  "Time from the arrival of a request to the end of its answer.");
    const uint64_t *bounds;
    size_t count = tally_duration_bounds(&bounds);
    for (unsigned route = 0; route < TALLY_ROUTES; route++)
        for (unsigned method = 0; method < TALLY_METHODS; method++)
            if (measured_count(&sum->durations[route][method]) > 0)
                write_histogram(buffer, "berth_request_duration_seconds",
                                request_labels(&labels, scoreboard, route, method),
                                &sum->durations[route][method], bounds, count, 1e6);
    buffer_free(&labels);
}

void metrics_write(struct buffer *buffer, const struct scoreboard *scoreboard, struct tally *sum)
{
    scoreboard_sum(scoreboard, sum);
    write_pool(buffer, scoreboard);
    write_world(buffer, &scoreboard->world);
    write_requests(buffer, scoreboard, sum);
    write_counters(buffer, sum);
    write_distributions(buffer, sum);
}
