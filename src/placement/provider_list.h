/*
 * Lists resource providers: all of them, or those that match a filter.
 */
#ifndef BERTH_PLACEMENT_PROVIDER_LIST_H
#define BERTH_PLACEMENT_PROVIDER_LIST_H

#include "placement/provider.h"
#include "placement/requirements.h"

/* A provider matches if it meets all of these. NULL, "" and an empty set match every provider. */
struct provider_filter {
    const char *name;
    const char *uuid;
    const char *in_tree; /* the uuid of any provider of the same tree */
    struct membership traits;
    struct membership aggregates; /* uuids; case matters, as upstream has it */
    struct resource_amounts resources;
};

/* Called for each provider, whose texts are valid during the call only. */
typedef enum outcome (*provider_visitor)(void *subject, const struct provider *provider);

/* Calls visitor for each provider that matches the filter, in the order of ids. The number of
   statements depends on which members of the filter are set, not on how many names or providers
   there are.
     OUTCOME_TRAIT_NOT_FOUND   "No such trait(s): <name>."
     OUTCOME_CLASS_NOT_FOUND   "No such resource class <name>."
   Not reported if a condition that upstream checks before has left no provider. */
enum outcome provider_list(struct context *context, const struct provider_filter *filter,
                           provider_visitor visitor, void *subject);

#endif
