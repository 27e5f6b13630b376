/*
 * Reads the query parameters that choose providers. GET /resource_providers and, with suffixes,
 * GET /allocation_candidates take them.
 *
 *   resources   amounts of resource classes: "VCPU:2,MEMORY_MB:1024" (from 1.4 on)
 *   required    traits that a provider must have, "HW_CPU_X86_VMX,CUSTOM_GOLD" (from 1.18 on),
 *               must not have, "!CUSTOM_GOLD" (from 1.22 on), or must have one of,
 *               "in:CUSTOM_GOLD,CUSTOM_SILVER" (from 1.39 on)
 *   member_of   an aggregate that a provider must belong to, by its uuid (from 1.3 on), one of
 *               several, "in:<uuid>,<uuid>", or none of them, with "!" before it (from 1.32 on).
 *               May be repeated from 1.24 on.
 *
 * Upstream's api-ref describes them; the normalize_*_qs_param() functions in its util.py say what
 * is refused.
 */
#ifndef BERTH_API_QUERY_FILTERS_H
#define BERTH_API_QUERY_FILTERS_H

#include <stdbool.h>

#include "http/exchange.h"
#include "http/query.h"
#include "placement/requirements.h"

/* Reads the value of "resources". If a class comes twice, the last amount counts. Does not check
   that the classes exist. Returns false after failing with 400. */
bool query_resources_read(struct exchange *exchange, const char *value,
                          struct resource_amounts *amounts);

/* Reads all parameters of a name ("required", perhaps with a suffix) from 1.39 on, and the last one
   below. Does not check that the traits exist. Returns false after failing with 400. */
bool query_traits_read(struct exchange *exchange, const struct query *query, const char *name,
                       struct membership *traits);

/* Reads the value of "root_required" (from 1.35 on), which may forbid traits but takes no "in:".
   Returns false after failing with 400. */
bool query_root_traits_read(struct exchange *exchange, const char *value,
                            struct membership *traits);

/* Reads all parameters of a name ("member_of", perhaps with a suffix). The uuids stay as the client
   wrote them. Returns false after failing with 400. */
bool query_aggregates_read(struct exchange *exchange, const struct query *query, const char *name,
                           struct membership *aggregates);

#endif
