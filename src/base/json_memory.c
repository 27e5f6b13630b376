/*
 * jansson's allocator: the arena that is set, or malloc().
 */
#include <config.h>

#include "base/json_memory.h"

#include <jansson.h>
#include <stdlib.h>

static struct arena *source;

static void *allocate(size_t size)
{
    return arena_alloc(source, size);
}

static void release(void *pointer)
{
    (void)pointer;
}

struct arena *json_memory_set(struct arena *arena)
{
    struct arena *before = source;
    source = arena;
    if (arena != NULL)
        json_set_alloc_funcs(allocate, release);
    else
        json_set_alloc_funcs(malloc, free);
    return before;
}
