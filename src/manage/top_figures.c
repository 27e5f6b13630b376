/*
 * Computes differences, rates and quantiles.
 */
#include <config.h>

#include "manage/top_figures.h"

#include "base/clock.h"
#include "base/sorted.h"

void top_sample_take(struct top_sample *sample, const struct scoreboard *scoreboard)
{
    sample->at = clock_milliseconds();
    scoreboard_sum(scoreboard, &sample->sum);
}

/* Returns the milliseconds that a part of the durations stays below, or -1 without durations. */
static double quantile(const struct measured *measured, double part)
{
    const uint64_t *bounds;
    size_t count = tally_duration_bounds(&bounds);
    if (measured_count(measured) == 0)
        return -1;
    return measured_quantile(measured, bounds, count, part) / 1000;
}

/* The busiest route first: lately, then in all. */
static int route_compare(const void *left, const void *right)
{
    const struct top_route *one = left, *other = right;
    if (one->rate != other->rate)
        return one->rate < other->rate ? 1 : -1;
    if (one->total != other->total)
        return one->total < other->total ? 1 : -1;
    return one->route != other->route ? (int)one->route - (int)other->route
                                      : (int)one->method - (int)other->method;
}

/* Adds a route and method, and its requests to the totals. */
static void add_route(struct top_figures *figures, const struct tally *between,
                      const struct tally *all, unsigned route, unsigned method, double seconds)
{
    struct top_route *found = &figures->routes[figures->route_count];
    uint64_t recent = 0;
    *found = (struct top_route){.route = route, .method = method};
    for (unsigned i = 0; i < TALLY_STATUSES; i++) {
        char first = *tally_status_name(i);
        uint64_t count = between->requests[route][method][i];
        recent += count;
        found->total += all->requests[route][method][i];
        figures->statuses[first >= '1' && first <= '5' ? first - '0' : 0] +=
            (double)count / seconds;
    }
    if (found->total == 0)
        return;
    found->rate = (double)recent / seconds;
    found->half = quantile(&between->durations[route][method], 0.5);
    found->most = quantile(&between->durations[route][method], 0.95);
    figures->requests += found->rate;
    figures->route_count++;
}

static void add_routes(struct top_figures *figures, const struct tally *between,
                       const struct tally *all, double seconds)
{
    struct measured durations = {0};
    for (unsigned route = 0; route < TALLY_ROUTES; route++) {
        for (unsigned method = 0; method < TALLY_METHODS; method++) {
            add_route(figures, between, all, route, method, seconds);
            measured_add(&durations, &between->durations[route][method]);
        }
    }
    figures->half = quantile(&durations, 0.5);
    figures->most = quantile(&durations, 0.95);
    figures->busy = (double)durations.sum / 1e6 / seconds;
    sort(figures->routes, figures->route_count, sizeof(figures->routes[0]), route_compare);
}

void top_figures_make(struct top_figures *figures, const struct top_sample *before,
                      const struct top_sample *after)
{
    struct tally between = after->sum;
    const _Atomic uint64_t *counters = between.counters, *all = after->sum.counters;
    double seconds = after->at > before->at ? (double)(after->at - before->at) / 1000 : 0.001;
    tally_subtract(&between, &before->sum);
    *figures = (struct top_figures){.started = all[COUNTER_WORKERS_STARTED],
                                    .died = all[COUNTER_WORKERS_DIED],
                                    .timeouts = all[COUNTER_REQUEST_TIMEOUTS]};
    add_routes(figures, &between, &after->sum, seconds);
    double requests = figures->requests > 0 ? figures->requests * seconds : 1;
    double hits = (double)counters[COUNTER_TOKEN_CACHE_HITS];
    double lookups = hits + (double)counters[COUNTER_TOKEN_CACHE_MISSES];
    figures->statements = (double)counters[COUNTER_SQL_STATEMENTS] / requests;
    figures->sql_milliseconds = (double)counters[COUNTER_SQL_MICROSECONDS] / 1000 / requests;
    figures->retries = (double)counters[COUNTER_TRANSACTION_RETRIES] / seconds;
    figures->conflicts = (double)counters[COUNTER_SQL_CONFLICTS] / seconds;
    figures->sql_errors = (double)counters[COUNTER_SQL_ERRORS] / seconds;
    figures->token_hits = lookups > 0 ? hits / lookups : -1;
    figures->keystone =
        (double)(counters[COUNTER_KEYSTONE_VALID] + counters[COUNTER_KEYSTONE_INVALID] +
                 counters[COUNTER_KEYSTONE_ERRORS]) /
        seconds;
    figures->keystone_errors = (double)counters[COUNTER_KEYSTONE_ERRORS] / seconds;
    figures->limited =
        (double)(counters[COUNTER_RATE_LIMITED_READS] + counters[COUNTER_RATE_LIMITED_WRITES] +
                 counters[COUNTER_RATE_LIMITED_CANDIDATES]) /
        seconds;
    figures->claims = (double)counters[COUNTER_CLAIMS] / seconds;
    figures->searches =
        (double)measured_count(&between.distributions[DISTRIBUTION_CANDIDATES_FOUND]) / seconds;
}
