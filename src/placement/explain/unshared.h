/*
 * A resource that trees lack although providers offer it: none of these shares it with them.
 *
 * A pool serves a tree if it has the trait MISC_SHARES_VIA_AGGREGATE and an aggregate in common
 * with it. Without one of both, each tree "has no DISK_GB", which is true and leads nowhere: it is
 * the pool that has to be mended. So three things are found, in this order:
 *
 *   - the pools: the providers that offer the resource, with all that the request asks of a
 *     provider of it;
 *   - the trees that see the class, in themselves or shared: what they lack is something else;
 *   - the other trees that have the rest. First that is all that the request asks of the group
 *     without suffix; if no tree has that, the amounts are left out, then all but the set. So the
 *     tree that is named lacks little beside the pool, and nothing if there is such a tree.
 *
 * What is told must be a mistake, and a host beside another in one aggregate is none: it is no pool
 * for that host. So a pool has nothing that the tree has too, and nobody shares cores and memory.
 *
 * A required trait is looked for in the same way, with a resource whose provider may bring it.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_UNSHARED_H
#define BERTH_PLACEMENT_EXPLAIN_UNSHARED_H

#include "placement/explain/faults.h"
#include "placement/explain/wording.h"

struct unshared {
    const struct telling *telling;
    const struct constraint *constraint;
    const uint64_t *traits; /* what such a provider has one of; NULL: it is about the resource */
    struct sought sought;   /* of its group: by the set, or of a trait all of it */
    size_t demand;          /* place of the resource in it */
    bool *pools;            /* for each provider: it offers the resource */
    bool *seen;             /* for each root: it sees a provider with the class, however full... */
    bool *served;           /* ... and one that offers the resource */
    bool *trees;            /* for each root: its tree has the rest, and sees no such class */
    bool shared;            /* somebody shares the class already */
    bool left_out;          /* by the rest of the request: all of these */
    struct faults faults;   /* of the provider that is looked at */
};

/* Returns whether hosts share a class with nobody, wherever they are members. */
bool class_is_of_hosts(const char *class_name);

/* Returns the name of the class of the resource. */
const char *unshared_class_name(const struct unshared *lack);

/* Returns whether a constraint goes with the resource: those of its group if that needs one
   provider, or else only itself. */
bool unshared_goes_with(const struct unshared *lack, const struct constraint *constraint);

/* Returns whether the set asks for amounts beside the resource, or for a root. */
bool unshared_asks_amounts(const struct unshared *lack);

/* Finds the providers that offer the resource. Returns whether there are any. */
bool unshared_find_pools(struct unshared *lack);

/* Finds the trees that see the class, as they do not need another provider to share it, and those
   that see one with the resource. */
void unshared_find_seen(struct unshared *lack);

/* Finds the trees that have the rest of the set, and as much of the request as there are any.
   Returns whether there are any. */
bool unshared_find_trees(struct unshared *lack);

/* Returns whether a provider has nothing that a tree has too. Otherwise it is more likely a host in
   the same availability zone than a pool that should share, unless it has a trait that is wanted,
   and is no host. */
bool unshared_is_pool_for(const struct unshared *lack, uint32_t provider, uint32_t root);

#endif
