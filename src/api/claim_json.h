/*
 * Claims as members of a request: what each of some consumers is to hold.
 */
#ifndef BERTH_API_CLAIM_JSON_H
#define BERTH_API_CLAIM_JSON_H

#include <jansson.h>

#include "api/call.h"
#include "placement/claim.h"

/* Reads what a body, which a schema has allowed, says of one consumer. Nothing is copied. */
void claim_read(struct call *call, const char *consumer_uuid, json_t *data, struct claim *claim);

/* Reads {consumer: {...}, ...}. */
struct claim *claims_read(struct call *call, json_t *data, size_t *count);

#endif
