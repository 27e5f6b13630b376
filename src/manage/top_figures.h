/*
 * What berth-manage top shows, out of what was counted at two moments.
 */
#ifndef BERTH_MANAGE_TOP_FIGURES_H
#define BERTH_MANAGE_TOP_FIGURES_H

#include "watch/observer.h"

/* All that was counted up to a moment. */
struct top_sample {
    uint64_t at; /* clock_milliseconds() */
    struct tally sum;
};

/* Requests of a route with a method. Durations are in milliseconds; negative: there were none. */
struct top_route {
    unsigned route, method;
    double rate; /* a second */
    double half, most;
    uint64_t total; /* since the pool was started */
};

/* Rates are a second; durations in milliseconds, negative where there was nothing to measure. */
struct top_figures {
    double requests, statuses[6];        /* the latter by their first digit; 0: other */
    double half, most;                   /* what 50 % and 95 % of the requests stay below */
    double busy;                         /* workers, on average */
    double statements, sql_milliseconds; /* a request */
    double retries, conflicts, sql_errors;
    double token_hits; /* the part of all look-ups; negative: there were none */
    double keystone, keystone_errors;
    double limited, claims, searches;
    uint64_t started, died, timeouts;                      /* since the pool was started */
    struct top_route routes[TALLY_ROUTES * TALLY_METHODS]; /* the busiest first */
    size_t route_count;
};

void top_sample_take(struct top_sample *sample, const struct scoreboard *scoreboard);

/* What there was between two samples. */
void top_figures_make(struct top_figures *figures, const struct top_sample *before,
                      const struct top_sample *after);

#endif
