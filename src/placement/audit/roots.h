/*
 * The tops of provider trees, found by walking up from parent to parent: what root_provider_id
 * should be. For the audit alone.
 */
#ifndef BERTH_PLACEMENT_AUDIT_ROOTS_H
#define BERTH_PLACEMENT_AUDIT_ROOTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct kin {
    int64_t id;
    int64_t root_id;   /* 0: none */
    int64_t parent_id; /* 0: none */
};

#define NO_KIN SIZE_MAX

/* The place of an id, or NO_KIN. The list is in the order of ids. */
size_t kin_find(const struct kin *kin, size_t count, int64_t id);

/* For each provider of the list the place of the one at the top of its tree: the first on the way
   up that has no parent in the list. NO_KIN for one that is in a circle, or below one. */
size_t *kin_tops(struct arena *arena, const struct kin *kin, size_t count);

#endif
