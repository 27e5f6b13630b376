/*
 * Lists resource providers: all of them, or those that match a filter.
 */
#ifndef BERTH_PLACEMENT_PROVIDER_LIST_H
#define BERTH_PLACEMENT_PROVIDER_LIST_H

#include "placement/provider_filter.h"

/* Calls visitor for each provider that matches the filter, in the order of ids. Reads the kept
   world if that is current (kept_list.h), otherwise the database. The number of statements depends
   on which members of the filter are set, not on how many names or providers there are.
     OUTCOME_TRAIT_NOT_FOUND   "No such trait(s): <name>."
     OUTCOME_CLASS_NOT_FOUND   "No such resource class <name>."
   Not reported if a condition that upstream checks before has left no provider. */
enum outcome provider_list(struct context *context, const struct provider_filter *filter,
                           provider_visitor visitor, void *subject);

#endif
