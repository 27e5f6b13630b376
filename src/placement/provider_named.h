/*
 * Finds the provider that an operator names in a command: by its uuid or by its name.
 */
#ifndef BERTH_PLACEMENT_PROVIDER_NAMED_H
#define BERTH_PLACEMENT_PROVIDER_NAMED_H

#include "placement/context.h"

struct provider_named {
    int64_t id, root_id;
    const char *uuid;
    const char *name; /* the uuid if it has no name */
};

/* Finds a provider by a uuid (in any form) or a name. A uuid takes precedence over a name that
   looks like the uuid of another provider. OUTCOME_NOT_FOUND: there is no such provider. */
enum outcome provider_named_find(struct context *context, const char *uuid_or_name,
                                 struct provider_named *provider);

#endif
