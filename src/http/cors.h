/*
 * Cross-origin resource sharing: which pages of a browser may use the API ([cors]).
 *
 * This does what oslo_middleware's cors.py does for Placement: all origins of allowed_origin share
 * one set of options, groups such as [cors.name] do not count, and without an allowed_origin it
 * does nothing. Some of it may surprise:
 *
 *   - Every OPTIONS request gets 200 and nothing else, whoever sends it and whatever its path: the
 *     service's own answer (401, 404, 405) is thrown away.
 *   - A preflight request that asks for more than is allowed gets the same answer, without any
 *     Access-Control header.
 *   - Access-Control-Allow-Methods and -Headers repeat the request, not the configuration.
 *   - "*" among the origins allows all others, and the answer to them is "*", with credentials too.
 *   - Origins and methods are compared with case, headers without.
 */
#ifndef BERTH_HTTP_CORS_H
#define BERTH_HTTP_CORS_H

#include <stdbool.h>

#include "http/exchange.h"
#include "settings/settings.h"

/* Whether cors_finish() alone answers the request: an OPTIONS request, if there is an
   allowed_origin. Then nothing else needs to look at it. */
bool cors_answers(const struct settings *settings, const struct exchange *exchange);

/* Finishes an answer, or an error, that has its status and headers: adds the headers for the
   origin. Replaces the whole answer if cors_answers(). */
void cors_finish(const struct settings *settings, struct exchange *exchange);

#endif
