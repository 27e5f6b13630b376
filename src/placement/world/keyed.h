/*
 * Rows that are sorted by a key, in one piece of heap memory: compact, and fast to search.
 */
#ifndef BERTH_PLACEMENT_WORLD_KEYED_H
#define BERTH_PLACEMENT_WORLD_KEYED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each row begins with its key, a uint64_t. */
struct keyed {
    size_t size; /* of a row, set by the owner */
    char *rows;
    size_t count, room;
    bool unsorted;
};

/* The key of one id, and of two. */
static inline uint64_t key_of(int32_t id, int32_t other)
{
    return (uint64_t)(uint32_t)id << 32 | (uint32_t)other;
}

/* Returns a row; NULL: there is none. */
void *keyed_find(struct keyed *keyed, uint64_t key);

/* Returns the row of a key, a zeroed one if it is new; NULL: there is no memory. */
void *keyed_put(struct keyed *keyed, uint64_t key);

/* Adds a row whose key is new, in any order: the rows are sorted once, by the next keyed_find(). */
void *keyed_append(struct keyed *keyed, uint64_t key);

/* Returns the place of the first row whose key is not below a key; the number of rows: there is
   none. */
size_t keyed_first(struct keyed *keyed, uint64_t key);

/* Removes a row that keyed_find() has just returned. */
void keyed_remove(struct keyed *keyed, void *row);

/* Sorts what keyed_append() has added. */
void keyed_settle(struct keyed *keyed);

/* Forgets all rows. */
void keyed_clear(struct keyed *keyed);

static inline void *keyed_at(const struct keyed *keyed, size_t index)
{
    return keyed->rows + index * keyed->size;
}

#endif
