/*
 * W3C Trace Context: which trace a request belongs to.
 */
#ifndef BERTH_HTTP_TRACE_CONTEXT_H
#define BERTH_HTTP_TRACE_CONTEXT_H

#include "base/arena.h"

/* Checks the header traceparent ("VERSION-TRACE-PARENT-FLAGS"). Returns it, in the arena, without
   what a later version of the standard may have added; NULL if it is missing (NULL) or invalid, as
   it is if the request has several. Nothing is made up for a request without one. */
const char *traceparent_read(struct arena *arena, const char *header);

#endif
