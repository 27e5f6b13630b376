/*
 * What to list of all resource providers, and how a list is told.
 */
#ifndef BERTH_PLACEMENT_PROVIDER_FILTER_H
#define BERTH_PLACEMENT_PROVIDER_FILTER_H

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

#endif
