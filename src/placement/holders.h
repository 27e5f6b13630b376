/*
 * Who holds what: sums of allocations over a whole cloud, and the single allocations of a provider
 * or a project, for the person on call.
 *
 * Allocations whose consumer has no row belong to nobody: to the holder without a name.
 */
#ifndef BERTH_PLACEMENT_HOLDERS_H
#define BERTH_PLACEMENT_HOLDERS_H

#include <time.h>

#include "placement/context.h"
#include "placement/usage.h"

enum holder_kind { HOLDER_PROJECT, HOLDER_USER, HOLDER_TYPE, HOLDER_KINDS };

struct holder {
    const char *name;  /* project, user (external ids) or consumer type; NULL: it has none */
    int64_t consumers; /* their number, each counted once */
    struct usages usages;
};

struct holders {
    struct holder *list;
    size_t count;
};

/* Loads what each project, each user or each consumer type holds, in two or three
   statements that see the same. */
enum outcome holders_load(struct context *context, enum holder_kind kind, struct holders *holders);

/* What one consumer holds of one class of one provider. Texts but the consumer's uuid and the
   provider's may be NULL. */
struct holding {
    const char *consumer_uuid;
    const char *consumer_type, *project_id, *user_id;
    const char *provider_uuid, *provider_name;
    const char *class_name;
    int64_t used;
    time_t since;
};

struct holdings {
    struct holding *list; /* by consumer, then provider, then class */
    size_t count;
    /* If a provider was asked about. */
    const char *provider_uuid, *provider_name;
    int64_t children;
};

/* Loads what is held of a provider (a uuid in any form, or a name; NULL: of all) by a project
   (NULL: by all). OUTCOME_NOT_FOUND: there is no such provider. */
enum outcome holdings_load(struct context *context, const char *provider, const char *project_id,
                           struct holdings *holdings);

#endif
