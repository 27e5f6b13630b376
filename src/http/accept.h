/*
 * Checks what the client accepts and what it sends: the Accept and Content-Type headers.
 */
#ifndef BERTH_HTTP_ACCEPT_H
#define BERTH_HTTP_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

struct exchange;

/* Whether the Accept header allows a media type, by the rules of webob's acceptable_offers() (RFC
   7231: ranges, parameters, q=0). No header, an empty one and an invalid one allow everything. */
bool accept_allows(const char *accept, const char *media_type);

/* Returns the index of the offer that webob would choose for this Accept header (the highest
   quality, then the order of the offers), or -1 if it allows none. */
int accept_best(const char *accept, const char *const *offers, size_t count);

/* Returns false after failing with 406 unless the client accepts application/json. */
bool accept_require_json(struct exchange *exchange);

/* Returns false after failing with 415 unless the Content-Type (without parameters) is
   application/json. */
bool content_require_json(struct exchange *exchange);

/* Makes upstream's checks before routing. Returns false after failing with 400 if Content-Length is
   not an integer, or is above 0 without a Content-Type. */
bool content_check(struct exchange *exchange);

#endif
