/*
 * Lists resource providers from the kept world.
 */
#ifndef BERTH_PLACEMENT_KEPT_LIST_H
#define BERTH_PLACEMENT_KEPT_LIST_H

#include "placement/provider_filter.h"

/* Does what provider_list() does, for one statement, and sets *outcome. Returns false, and has told
   nothing, where the database must answer: the world is not kept or not current, the filter has a
   name or uuid (which the database finds as fast, and in any spelling), it names what does not
   exist, or trees are damaged. A provider has no time of its last update, but that of its last
   change. */
bool kept_list(struct context *context, const struct provider_filter *filter,
               provider_visitor visitor, void *subject, enum outcome *outcome);

#endif
