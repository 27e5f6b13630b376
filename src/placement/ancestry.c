/*
 * Finds tops, subtrees and circles of provider trees with one kind of walk.
 */
#include <config.h>

#include "placement/ancestry.h"

#include "base/sorted.h"

static int provider_compare(const void *left, const void *right)
{
    const struct ancestry_provider *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

size_t ancestry_find(const struct ancestry *ancestry, int64_t id)
{
    struct ancestry_provider key = {.id = id};
    const struct ancestry_provider *found =
        sorted_find(&key, ancestry->providers, ancestry->count, sizeof(key), provider_compare);
    return found != NULL ? (size_t)(found - ancestry->providers) : ANCESTRY_NONE;
}

struct ancestry ancestry_build(struct arena *arena, struct ancestry_provider *providers,
                               size_t count)
{
    struct ancestry ancestry = {providers, arena_array(arena, count, sizeof(size_t)), count};
    for (size_t i = 0; i < count; i++)
        ancestry.parents[i] = ancestry_find(&ancestry, providers[i].parent_id);
    return ancestry;
}

struct ancestry ancestry_from_rows(struct arena *arena, const struct rows *rows)
{
    struct ancestry_provider *providers = arena_array(arena, rows->count, sizeof(*providers));
    for (size_t i = 0; i < rows->count; i++)
        providers[i] = (struct ancestry_provider){.id = row_integer(rows, i, 0),
                                                  .root_id = row_integer(rows, i, 1),
                                                  .parent_id = row_integer(rows, i, 2)};
    return ancestry_build(arena, providers, rows->count);
}

/* Ends that are not known yet. The end of a way into a circle is ANCESTRY_NONE. */
#define NOT_SEEN (SIZE_MAX - 1)
#define ON_PATH  (SIZE_MAX - 2)

struct walk {
    const struct ancestry *ancestry;
    size_t *ends;    /* of each provider: where its way up ends */
    size_t *path;    /* the providers passed since the start */
    bool *in_circle; /* of each provider */
};

static struct walk walk_begin(struct arena *arena, const struct ancestry *ancestry)
{
    size_t count = ancestry->count;
    struct walk walk = {.ancestry = ancestry,
                        .ends = arena_array(arena, count, sizeof(*walk.ends)),
                        .path = arena_array(arena, count, sizeof(*walk.path)),
                        .in_circle = arena_array(arena, count, sizeof(*walk.in_circle))};
    for (size_t i = 0; i < count; i++)
        walk.ends[i] = NOT_SEEN;
    return walk;
}

/* Goes up to a provider whose end is known, or to the top. All providers on the
   path get the same end, so none is passed twice. */
static void walk_up(struct walk *walk, size_t start)
{
    size_t steps = 0, at = start, end = ANCESTRY_NONE;
    while (at != ANCESTRY_NONE && walk->ends[at] == NOT_SEEN) {
        walk->ends[at] = ON_PATH;
        walk->path[steps++] = end = at;
        at = walk->ancestry->parents[at];
    }
    bool circle = at != ANCESTRY_NONE && walk->ends[at] == ON_PATH;
    if (circle)
        end = ANCESTRY_NONE;
    else if (at != ANCESTRY_NONE)
        end = walk->ends[at];
    while (steps > 0) {
        size_t passed = walk->path[--steps];
        walk->ends[passed] = end;
        walk->in_circle[passed] = circle;
        circle = circle && passed != at; /* where the path entered the circle */
    }
}

static void walk_all(struct walk *walk)
{
    for (size_t i = 0; i < walk->ancestry->count; i++)
        walk_up(walk, i);
}

size_t *ancestry_tops(struct arena *arena, const struct ancestry *ancestry)
{
    struct walk walk = walk_begin(arena, ancestry);
    walk_all(&walk);
    return walk.ends;
}

bool *ancestry_subtree(struct arena *arena, const struct ancestry *ancestry, size_t top)
{
    struct walk walk = walk_begin(arena, ancestry);
    bool *below = arena_array(arena, ancestry->count, sizeof(*below));
    walk.ends[top] = top; /* no path goes beyond it */
    walk_all(&walk);
    for (size_t i = 0; i < ancestry->count; i++)
        below[i] = walk.ends[i] == top;
    return below;
}

bool *ancestry_circles(struct arena *arena, const struct ancestry *ancestry)
{
    struct walk walk = walk_begin(arena, ancestry);
    walk_all(&walk);
    return walk.in_circle;
}
