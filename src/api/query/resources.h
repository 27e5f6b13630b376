/*
 * The query parameter "resources": amounts of resource classes, as "VCPU:2,MEMORY_MB:1024".
 *
 * Of GET /resource_providers (from 1.4) and, with suffixes, of GET /allocation_candidates. See
 * upstream's api-ref, and normalize_resources_qs_param() in its util.py for what is refused.
 */
#ifndef BERTH_API_QUERY_RESOURCES_H
#define BERTH_API_QUERY_RESOURCES_H

#include <stdbool.h>

#include "http/exchange.h"
#include "placement/requirements.h"

/* Reads the parameter's value. Of a class that is given twice the last amount counts. Whether the
   classes exist is not looked at. Gives false after failing with 400. */
bool query_resources_read(struct exchange *exchange, const char *value,
                          struct resource_amounts *amounts);

#endif
