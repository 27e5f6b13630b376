/*
 * What the client takes and what it sends: the Accept and Content-Type headers.
 */
#ifndef BERTH_HTTP_ACCEPT_H
#define BERTH_HTTP_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

struct exchange;

/* Whether the Accept header lets media type through, as webob's acceptable_offers() says (RFC 7231:
   ranges, parameters, q=0). No header, an empty or an invalid one takes everything. */
bool accept_allows(const char *accept, const char *media_type);

/* The index of the offer that webob's best choice among offers is for this Accept header (highest
   quality, then the order of the offers), or -1. */
int accept_best(const char *accept, const char *const *offers, size_t count);

/* Fails with 406 unless the client takes application/json. */
bool accept_require_json(struct exchange *exchange);

/* Fails with 415 unless the request's Content-Type (without parameters) is application/json. */
bool content_require_json(struct exchange *exchange);

/* Upstream's checks before routing: fails with 400 on a Content-Length that is no integer, or that
   is above 0 without a Content-Type. */
bool content_check(struct exchange *exchange);

#endif
