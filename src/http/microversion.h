/*
 * The microversion of the API that a client requests.
 *
 * The header is "openstack-api-version: placement 1.29". Parsing and errors are those of the
 * microversion_parse library.
 */
#ifndef BERTH_HTTP_MICROVERSION_H
#define BERTH_HTTP_MICROVERSION_H

#include <stdbool.h>

#include "http/exchange.h"

#define MICROVERSION_MINIMUM_TEXT "1.0"
#define MICROVERSION_MAXIMUM_TEXT "1.39"
enum { MICROVERSION_MAJOR = 1, MICROVERSION_MINOR_MAXIMUM = 39 };

/* Sets exchange->version to the requested version: without one, the minimum; for "latest", the
   maximum. Returns false after failing with 400 if it is not a version, or 406 if it is out of
   range. */
bool microversion_negotiate(struct exchange *exchange);

/* Whether the exchange's version is 1.minor or later. */
bool microversion_since(const struct exchange *exchange, unsigned minor);

/* Adds the headers "openstack-api-version" and "vary". The version must be known. */
void microversion_add_headers(struct exchange *exchange);

#endif
