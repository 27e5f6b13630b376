/*
 * Claims in the JSON of a request: what consumers are to hold.
 */
#ifndef BERTH_API_CLAIM_JSON_H
#define BERTH_API_CLAIM_JSON_H

#include <jansson.h>

#include "api/call.h"
#include "placement/claim.h"

/* Reads the claim of one consumer from JSON that a schema has allowed. Does not copy texts: the
   JSON must outlive the claim. */
void claim_read(struct call *call, const char *consumer_uuid, json_t *data, struct claim *claim);

/* Reads {consumer: {...}, ...} in the same way. Returns the claims, in the arena, and their count.
 */
struct claim *claims_read(struct call *call, json_t *data, size_t *count);

#endif
