/*
 * Health: whether the pool lives, and whether it is ready to do its work.
 *
 *   live    a worker answers: always 200
 *   ready   the pool is not stopping, and what it needs is there: the database, its schema at a
 *           revision that Berth serves, and Keystone where it is asked about tokens; otherwise 503
 *
 * What is looked at is looked at every two seconds at most, by one worker (watch/health.h), which
 * waits two seconds for each answer.
 */
#ifndef BERTH_API_MONITORING_HEALTH_H
#define BERTH_API_MONITORING_HEALTH_H

#include "api/monitoring/sources.h"
#include "http/exchange.h"

/* {"live": true, "ready": ..., "checks": {...}}, with the status of ready. */
void health_show(const struct monitoring_sources *sources, struct exchange *exchange);
/* {"live": true} */
void health_show_live(const struct monitoring_sources *sources, struct exchange *exchange);
/* {"ready": ..., "checks": {...}} */
void health_show_ready(const struct monitoring_sources *sources, struct exchange *exchange);

#endif
