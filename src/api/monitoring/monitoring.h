/*
 * The pages for operators: /_berth/health, /_berth/health/live, /_berth/health/ready,
 * /_berth/metrics and /_berth/metrics/capacity. Upstream has nothing like them, so they are not
 * among the routes.
 *
 * They need no token and no microversion, work below any prefix, and answer even if the database
 * does not, except for the capacity. The server in front decides who may read them
 * (conf/berth-site.conf: this machine). The answers name no host and no cause: those are in the
 * log.
 */
#ifndef BERTH_API_MONITORING_MONITORING_H
#define BERTH_API_MONITORING_MONITORING_H

#include "api/monitoring/sources.h"
#include "http/exchange.h"

struct monitoring_page {
    const char *path;
    void (*show)(const struct monitoring_sources *sources, struct exchange *exchange);
};

extern const struct monitoring_page monitoring_pages[];
extern const size_t monitoring_page_count;

/* Returns the page at a path, or NULL. */
const struct monitoring_page *monitoring_find(const char *path);

/* Answers with a page: fills the response part of the exchange. Fails with 405 unless the method is
   GET or HEAD. */
void monitoring_answer(const struct monitoring_page *page, const struct monitoring_sources *sources,
                       struct exchange *exchange);

#endif
