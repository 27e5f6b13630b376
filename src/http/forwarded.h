/*
 * Reads what a proxy in front says about the request that it forwards, if [oslo_middleware]
 * enable_proxy_headers_parsing is set.
 *
 * This does what oslo_middleware's http_proxy_to_wsgi.py does. With a Forwarded header (RFC 7239),
 * X-Forwarded-Proto, -Host and -For do not count, even for what Forwarded does not say. Only its
 * first element counts. Quotes are part of a value, and do not protect a comma or a semicolon. The
 * X-Forwarded headers count as a whole, even if they name several proxies.
 */
#ifndef BERTH_HTTP_FORWARDED_H
#define BERTH_HTTP_FORWARDED_H

#include "http/exchange.h"

/* Reads the headers of a request from a trusted proxy. */
struct forwarded forwarded_read(const struct exchange *exchange);

#endif
