/*
 * What is asked by who runs the service: /_berth/health, /_berth/health/live, /_berth/health/ready
 * and /_berth/metrics. Upstream has nothing like it, so these are not among its routes.
 *
 * They take no token and no microversion, are below any prefix, and answer whatever has happened to
 * the database. Who may ask is for the server in front to say (conf/berth-site.conf: this machine).
 * The answers name no host and no cause: those are in the log.
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

/* The one at a path, or NULL. */
const struct monitoring_page *monitoring_find(const char *path);

/* Fills the response in. */
void monitoring_answer(const struct monitoring_page *page, const struct monitoring_sources *sources,
                       struct exchange *exchange);

#endif
