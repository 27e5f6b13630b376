/*
 * The microversion of the API that a client asks for.
 *
 * The header is "openstack-api-version: placement 1.29"; how it is read, and what is answered to
 * one that cannot be served, is the microversion_parse library's behaviour.
 */
#ifndef BERTH_HTTP_MICROVERSION_H
#define BERTH_HTTP_MICROVERSION_H

#include <stdbool.h>

#include "http/exchange.h"

#define MICROVERSION_MINIMUM_TEXT "1.0"
#define MICROVERSION_MAXIMUM_TEXT "1.39"
enum { MICROVERSION_MAJOR = 1, MICROVERSION_MINOR_MAXIMUM = 39 };

/* Finds the version that the request asks for (none: the minimum; "latest": the maximum) and sets
   exchange->version. Gives true, or false after exchange_fail(): 400 for what is no version, 406
   for one that is out of range. */
bool microversion_negotiate(struct exchange *exchange);

/* Whether the exchange's version is 1.minor or later. */
bool microversion_since(const struct exchange *exchange, unsigned minor);

/* Adds the headers "openstack-api-version" and "vary" of a response whose version is known. */
void microversion_add_headers(struct exchange *exchange);

#endif
