/*
 * Where jansson takes its memory from.
 *
 * jansson has one allocator for the whole process. This module is the only one that sets it, to one
 * of two sources:
 *
 * - An arena: JSON dies with the arena, json_decref() does nothing, and a parser that runs out of
 *   memory leaves through the arena's escape. This is how a worker reads the body of a request.
 * - The heap, at first and for code that must not be left by an escape, such as code that holds a
 *   lock. JSON must then be released with json_decref().
 *
 * A value must be released under the source that it was made under:
 *
 *     struct arena *before = json_memory_set(NULL);
 *     json_t *document = json_loadb(...);
 *     ...
 *     json_decref(document);
 *     json_memory_set(before);
 */
#ifndef BERTH_BASE_JSON_MEMORY_H
#define BERTH_BASE_JSON_MEMORY_H

#include "base/arena.h"

/* Makes jansson allocate from arena from now on; NULL: from the heap. Returns what was set before,
   so that the caller can set it again. */
struct arena *json_memory_set(struct arena *arena);

#endif
