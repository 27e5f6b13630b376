/*
 * Which parameters of a query for allocation candidates its microversion does not know yet.
 */
#ifndef BERTH_MANAGE_QUERY_SINCE_H
#define BERTH_MANAGE_QUERY_SINCE_H

#include "base/arena.h"

/* Returns "root_required needs microversion 1.35, and this request has 1.34" for a query string
   asked with microversion 1.`minor`, in the arena; NULL: the microversion is new enough for all of
   it. */
const char *query_since_tell(struct arena *arena, const char *query, unsigned minor);

#endif
