/*
 * The figures of berth-manage top, from two samples of the pool's counters.
 */
#ifndef BERTH_MANAGE_TOP_FIGURES_H
#define BERTH_MANAGE_TOP_FIGURES_H

#include "watch/observer.h"

/* The counters at one moment. */
struct top_sample {
    uint64_t at; /* clock_milliseconds() */
    struct tally sum;
};

/* Requests of a route with a method. Durations are in milliseconds; negative: no requests. */
struct top_route {
    unsigned route, method;
    double rate;       /* per second */
    double half, most; /* 50 % and 95 % of the requests take less */
    uint64_t total;    /* since the pool was started */
};

/* Rates are per second; durations in milliseconds, negative if there is nothing to measure. */
struct top_figures {
    double requests, statuses[6];        /* statuses by their first digit; 0: other */
    double half, most;                   /* 50 % and 95 % of the requests take less */
    double busy;                         /* workers, on average */
    double statements, sql_milliseconds; /* per request */
    double retries, conflicts, sql_errors;
    double token_hits; /* fraction of all lookups; negative: no lookups */
    double keystone, keystone_errors;
    double limited, claims, searches;
    uint64_t started, died, timeouts;                      /* since the pool was started */
    struct top_route routes[TALLY_ROUTES * TALLY_METHODS]; /* the busiest first */
    size_t route_count;
};

/* Reads the counters now. */
void top_sample_take(struct top_sample *sample, const struct scoreboard *scoreboard);

/* Computes the figures for the time between two samples. */
void top_figures_make(struct top_figures *figures, const struct top_sample *before,
                      const struct top_sample *after);

#endif
