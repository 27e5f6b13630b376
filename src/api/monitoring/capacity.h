/*
 * /_berth/metrics/capacity: total, reserved, allocation ratio and use of each inventory of the
 * cloud, as metrics.
 *
 * The names are those of openstack-exporter, whose dashboards and rules go on working; sums by
 * class, which it does not have, begin with "berth_". The page is large and costs a read of all
 * inventories and usages, so it is off unless [berth] capacity_metrics_interval is set, and all
 * workers show the same page for that time.
 */
#ifndef BERTH_API_MONITORING_CAPACITY_H
#define BERTH_API_MONITORING_CAPACITY_H

#include "api/monitoring/sources.h"
#include "http/exchange.h"

/* Fails with 404 if the page is off, and with 503 if the database does not answer. */
void capacity_show_metrics(const struct monitoring_sources *sources, struct exchange *exchange);

#endif
