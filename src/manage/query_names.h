/*
 * The names of the parameters of a query for allocation candidates.
 */
#ifndef BERTH_MANAGE_QUERY_NAMES_H
#define BERTH_MANAGE_QUERY_NAMES_H

#include "base/arena.h"

/* Returns the suffix ("": none) of a parameter of a group, such as resources_gpu; NULL: it is none.
   The suffix may have characters that the API refuses. */
const char *query_name_suffix(const char *name);

/* Returns "there is no parameter resource (do you mean resources?)" for the parameters of a query
   string that no microversion knows, and for those that are of a group only because of a wrong
   letter at their end, in the arena; NULL: there are none. */
const char *query_names_tell(struct arena *arena, const char *query);

#endif
