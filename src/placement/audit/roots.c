/*
 * Walking up the trees of providers.
 */
#include <config.h>

#include "placement/audit/roots.h"

#include <stdbool.h>

size_t kin_find(const struct kin *kin, size_t count, int64_t id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (kin[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && kin[low].id == id ? low : NO_KIN;
}

enum seen { NOT_YET, ON_THE_WAY, KNOWN };

/* From each one the way goes up to one that is known, or to the top; all on the way are then known
   too, so that each is walked over once. A way that meets itself is a circle. */
size_t *kin_tops(struct arena *arena, const struct kin *kin, size_t count)
{
    size_t *tops = arena_array(arena, count, sizeof(*tops));
    size_t *way = arena_array(arena, count, sizeof(*way));
    unsigned char *seen = arena_alloc(arena, count);
    for (size_t i = 0; i < count; i++) {
        size_t steps = 0, at = i, top = NO_KIN;
        while (at != NO_KIN && seen[at] == NOT_YET) {
            seen[at] = ON_THE_WAY;
            way[steps++] = at;
            top = at;
            at = kin_find(kin, count, kin[at].parent_id);
        }
        if (at != NO_KIN)
            top = seen[at] == KNOWN ? tops[at] : NO_KIN;
        while (steps > 0) {
            tops[way[--steps]] = top;
            seen[way[steps]] = KNOWN;
        }
    }
    return tops;
}
