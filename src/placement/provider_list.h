/*
 * Listing resource providers: all of them, or those that fit a filter.
 */
#ifndef BERTH_PLACEMENT_PROVIDER_LIST_H
#define BERTH_PLACEMENT_PROVIDER_LIST_H

#include "placement/provider.h"
#include "placement/requirements.h"

/* What a provider must fulfil, all of it. A text of NULL or "" and an empty set ask for nothing. */
struct provider_filter {
    const char *name;
    const char *uuid;
    const char *in_tree; /* the uuid of a provider of the same tree */
    struct membership traits;
    struct membership aggregates; /* of uuids, which are told apart by case as upstream does */
    struct resource_amounts resources;
};

/* Told of each provider, whose texts are valid during the call only. */
typedef enum outcome (*provider_visitor)(void *subject, const struct provider *provider);

/* Shows the providers that fit the filter to the visitor, in the order of their ids. The number of
   statements depends on what the filter asks for, not on how much of it or on the providers.
     OUTCOME_TRAIT_NOT_FOUND   "No such trait(s): <name>."
     OUTCOME_CLASS_NOT_FOUND   "No such resource class <name>."
   Neither is looked for when something that upstream looks at before leaves no provider. */
enum outcome provider_list(struct context *context, const struct provider_filter *filter,
                           provider_visitor visitor, void *subject);

#endif
