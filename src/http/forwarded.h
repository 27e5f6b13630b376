/*
 * What a proxy in front says about the request that it forwards, where [oslo_middleware]
 * enable_proxy_headers_parsing makes it believable.
 *
 * This is oslo_middleware's http_proxy_to_wsgi.py. A Forwarded header (RFC 7239) speaks alone: then
 * X-Forwarded-Proto, -Host and -For are not looked at, whatever it leaves unsaid. Only its first
 * element counts; quotes are part of a value, and do not keep a comma or a semicolon together.
 * Values of the X-Forwarded headers count whole, also where they name several proxies.
 */
#ifndef BERTH_HTTP_FORWARDED_H
#define BERTH_HTTP_FORWARDED_H

#include "http/exchange.h"

/* Reads the headers of a request that comes from a proxy that is believed. */
struct forwarded forwarded_read(const struct exchange *exchange);

#endif
