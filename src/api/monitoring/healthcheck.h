/*
 * The health check of oslo.middleware, which load balancers ask at other OpenStack services
 * (oslo_middleware/healthcheck), at the path [berth] healthcheck_path. It needs no token. It says
 * whether the service should get requests, as far as files say: backends of [healthcheck]
 * disable_by_file and enable_by_files. It asks neither the database nor Keystone: see
 * /_berth/health/ready for that.
 *
 * GET answers 200, or 503 if one of the backends objects, with the reason as text, HTML or JSON, as
 * the request accepts; HEAD answers 204 or 503. With [healthcheck] detailed, HTML and JSON say
 * more.
 */
#ifndef BERTH_API_MONITORING_HEALTHCHECK_H
#define BERTH_API_MONITORING_HEALTHCHECK_H

#include "http/exchange.h"
#include "settings/settings.h"

/* Returns whether the health check is at this path. */
bool healthcheck_is_at(const struct settings *settings, const char *path);

/* Answers: fills the response part of the exchange. */
void healthcheck_answer(const struct settings *settings, struct exchange *exchange);

#endif
