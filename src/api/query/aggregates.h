/*
 * The query parameter "member_of": the uuid of an aggregate that a provider must belong to,
 * "in:<uuid>,<uuid>" for one of several, with "!" before it (from 1.32) for none of them. It may
 * be repeated from 1.24 on.
 *
 * Of GET /resource_providers (from 1.3) and, with suffixes, of GET /allocation_candidates. See
 * upstream's api-ref, and normalize_member_of_qs_params() in its util.py for what is refused.
 */
#ifndef BERTH_API_QUERY_AGGREGATES_H
#define BERTH_API_QUERY_AGGREGATES_H

#include "http/exchange.h"
#include "http/query.h"
#include "placement/requirements.h"

/* Reads all parameters of a name ("member_of" or that with a suffix). The uuids are left as they
   were written. Gives false after failing with 400. */
bool query_aggregates_read(struct exchange *exchange, const struct query *query, const char *name,
                           struct membership *aggregates);

#endif
