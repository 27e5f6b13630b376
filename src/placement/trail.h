/*
 * The trail of a write: what it changed, with amounts and generations before and after, for the
 * audit log.
 *
 * context->trail is NULL while nobody keeps an audit log; then the functions below do nothing and
 * cost nothing. The sources of src/placement add to it where they know what they write, mostly from
 * rows that they have read or deleted anyway. A transaction that runs again starts its trail again.
 * When it is about to commit, trail_complete() sorts what was added, and asks the database, in one
 * statement, for the names of providers and classes of which only ids are known.
 *
 * This has nothing to do with placement/audit, which looks for rows that contradict each other.
 */
#ifndef BERTH_PLACEMENT_TRAIL_H
#define BERTH_PLACEMENT_TRAIL_H

#include <stdbool.h>

#include "placement/context.h"
#include "placement/inventory_record.h"

enum { TRAIL_NONE = -1 }; /* a generation of what does not exist */

/* What a consumer holds of a class of a provider. */
struct trail_allocation {
    const char *consumer;
    const char *provider;   /* NULL until trail_complete() */
    const char *class_name; /* NULL until trail_complete() */
    int64_t provider_id;    /* 0: not known */
    int64_t class_id;
    int64_t before; /* amounts; 0: nothing */
    int64_t after;
};

struct trail_consumer {
    const char *uuid;
    int64_t generation_before, generation_after;
    const char *project_id, *user_id, *type; /* of the claim; NULL: not known */
};

/* A provider that was created, renamed, moved or deleted, or whose generation was raised. */
struct trail_provider {
    const char *uuid; /* NULL until trail_complete() */
    int64_t id;
    int64_t generation_before, generation_after;
    bool describes; /* name and parent are known */
    const char *name_before, *name_after;
    const char *parent_before, *parent_after;
};

struct trail_inventory {
    const char *provider; /* NULL until trail_complete() */
    const char *class_name;
    int64_t provider_id, class_id;
    bool existed, exists;
    bool written; /* by this transaction, not only found */
    struct inventory before, after;
};

enum trail_kind { TRAIL_TRAIT, TRAIL_AGGREGATE };

/* A trait or an aggregate that a provider got or lost. */
struct trail_membership {
    enum trail_kind kind;
    const char *provider; /* uuid */
    const char *name;     /* of the trait; uuid of the aggregate */
    bool added;
};

enum trail_named { TRAIL_RESOURCE_CLASS, TRAIL_TRAIT_NAME };

/* A resource class or trait that was created, renamed or deleted. */
struct trail_name {
    enum trail_named kind;
    const char *before, *after; /* NULL: it does not exist */
};

struct trail_call {
    int64_t id;
    const char *name;
};

struct trail_list {
    void *items;
    size_t count, room;
    size_t kept; /* of transactions that have been committed */
};

struct trail {
    struct arena *arena;
    struct trail_list allocations, consumers, providers, inventories, memberships, names;
    struct trail_list provider_names, class_names; /* struct trail_call */
    bool complete;                                 /* see trail_complete() */
};

/* Returns a trail in the arena. */
struct trail *trail_new(struct arena *arena);

/* Forget what was added since the last COMMIT; keep it. */
void trail_restart(struct trail *trail);
void trail_keep(struct trail *trail);

/* Sorts the lists, joins entries about the same thing, drops those that change nothing, and finds
   the missing names. Call it inside the transaction, before COMMIT. */
enum outcome trail_complete(struct context *context, struct trail *trail);

/* Say what a write does. */
void trail_held(struct trail *trail, const char *consumer, int64_t provider_id, int64_t class_id,
                int64_t used);
void trail_claimed(struct trail *trail, const char *consumer, const char *provider,
                   const char *class_name, int64_t used);
void trail_add_consumer(struct trail *trail, const struct trail_consumer *consumer);
void trail_raised(struct trail *trail, int64_t id, const char *uuid, int64_t before);
void trail_add_provider(struct trail *trail, const struct trail_provider *provider);
void trail_add_membership(struct trail *trail, enum trail_kind kind, const char *provider,
                          const char *name, bool added);
void trail_add_name(struct trail *trail, enum trail_named kind, const char *before,
                    const char *after);

/* Adds an inventory that exists, is written (after not NULL) or deleted (after NULL). provider may
   be NULL if another entry or the database names it. */
void trail_found_inventory(struct trail *trail, int64_t provider_id, int64_t class_id,
                           const char *class_name, const struct inventory *before);
void trail_wrote_inventory(struct trail *trail, int64_t provider_id, const char *provider,
                           int64_t class_id, const struct inventory *after);

/* Tell the names of ids, so that the database need not be asked. */
void trail_call_provider(struct trail *trail, int64_t id, const char *uuid);
void trail_call_class(struct trail *trail, int64_t id, const char *name);

#endif
