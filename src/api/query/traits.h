/*
 * The query parameter "required": traits that a provider must have, "HW_CPU_X86_VMX,CUSTOM_GOLD",
 * must not have, "!CUSTOM_GOLD" (from 1.22), or must have one of, "in:CUSTOM_GOLD,CUSTOM_SILVER"
 * (from 1.39).
 *
 * Of GET /resource_providers (from 1.18) and, with suffixes, of GET /allocation_candidates. See
 * upstream's api-ref, and normalize_traits_qs_params() in its util.py for what is refused.
 */
#ifndef BERTH_API_QUERY_TRAITS_H
#define BERTH_API_QUERY_TRAITS_H

#include "http/exchange.h"
#include "http/query.h"
#include "placement/requirements.h"

/* Reads all parameters of a name ("required" or that with a suffix) from 1.39 on, and the last one
   below. Whether the traits exist is not looked at. Gives false after failing with 400. */
bool query_traits_read(struct exchange *exchange, const struct query *query, const char *name,
                       struct membership *traits);

/* Reads the value of "root_required" (from 1.35), which may forbid, but knows no "in:". */
bool query_root_traits_read(struct exchange *exchange, const char *value,
                            struct membership *traits);

#endif
