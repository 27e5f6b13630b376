/*
 * Health: whether the pool lives, and whether it is ready to do its work.
 *
 *   live    a worker answers: always 200
 *   ready   the pool is not stopping, the database answers, its schema has a revision that Berth
 *           serves, and Keystone answers where it validates tokens; otherwise 503
 *
 * Warnings are texts about the configuration, such as noauth2. They do not change ready.
 *
 * One worker checks (watch/health.h), every two seconds at most, and waits at most two seconds for
 * each answer.
 */
#ifndef BERTH_API_MONITORING_HEALTH_H
#define BERTH_API_MONITORING_HEALTH_H

#include "api/monitoring/sources.h"
#include "http/exchange.h"

/* {"live": true, "ready": ..., "checks": {...}, "world": {...}, "warnings": [...]}, with the status
 * of ready. */
void health_show(const struct monitoring_sources *sources, struct exchange *exchange);
/* {"live": true} */
void health_show_live(const struct monitoring_sources *sources, struct exchange *exchange);
/* {"ready": ..., "checks": {...}, "world": {...}, "warnings": [...]} */
void health_show_ready(const struct monitoring_sources *sources, struct exchange *exchange);

#endif
