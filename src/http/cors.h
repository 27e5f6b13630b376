/*
 * Cross-origin resource sharing: which pages of a browser may use the API ([cors]).
 *
 * This is oslo_middleware's cors.py as Placement uses it: all origins of allowed_origin share one
 * set of options, groups as [cors.name] are not looked at, and without any allowed_origin nothing
 * of this happens. What may surprise there, and is the same here:
 *
 *   - Every OPTIONS request is answered with 200 and nothing else, by whomever and whatever it asks
 *     for: what the service thinks of it (401, 404, 405) is thrown away.
 *   - A preflight request that asks for more than is allowed gets that same answer without any
 *     Access-Control header.
 *   - Access-Control-Allow-Methods and -Headers repeat what was asked for, not what is allowed.
 *   - "*" among the origins allows all others, and is what they are told, also with credentials.
 *   - Origins and methods are compared as they are written, headers whatever their case.
 */
#ifndef BERTH_HTTP_CORS_H
#define BERTH_HTTP_CORS_H

#include <stdbool.h>

#include "http/exchange.h"
#include "settings/settings.h"

/* Whether this is all that there is to answer the request with (an OPTIONS request while there is
   an allowed_origin): nobody needs to ask who sends it. */
bool cors_answers(const struct settings *settings, const struct exchange *exchange);

/* Finishes an answer, also that of a failure, once its status and headers are there: adds the
   headers for the origin; what cors_answers() is replaced. */
void cors_finish(const struct settings *settings, struct exchange *exchange);

#endif
