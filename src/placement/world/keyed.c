/*
 * Rows come mostly by rising key, so most are added at the end.
 */
#include <config.h>

#include "placement/world/keyed.h"

#include <stdlib.h>
#include <string.h>

#include "base/sorted.h"

static uint64_t key_at(const struct keyed *keyed, size_t index)
{
    uint64_t key;
    memcpy(&key, keyed->rows + index * keyed->size, sizeof(key));
    return key;
}

static bool row_before(const void *list, size_t index, const void *key)
{
    return key_at(list, index) < *(const uint64_t *)key;
}

static int key_compare(const void *left, const void *right)
{
    uint64_t a, b;
    memcpy(&a, left, sizeof(a));
    memcpy(&b, right, sizeof(b));
    return (a > b) - (a < b);
}

void keyed_settle(struct keyed *keyed)
{
    if (keyed->unsorted)
        sort(keyed->rows, keyed->count, keyed->size, key_compare);
    keyed->unsorted = false;
}

size_t keyed_first(struct keyed *keyed, uint64_t key)
{
    keyed_settle(keyed);
    return lower_bound(keyed, keyed->count, &key, row_before);
}

void *keyed_find(struct keyed *keyed, uint64_t key)
{
    size_t place = keyed_first(keyed, key);
    return place < keyed->count && key_at(keyed, place) == key ? keyed_at(keyed, place) : NULL;
}

/* Makes room for a row at a place. */
static void *insert(struct keyed *keyed, size_t place, uint64_t key)
{
    if (keyed->count == keyed->room) {
        size_t room = keyed->room + keyed->room / 4 + 16;
        char *rows = reallocarray(keyed->rows, room, keyed->size);
        if (rows == NULL)
            return NULL;
        keyed->rows = rows;
        keyed->room = room;
    }
    char *row = keyed->rows + place * keyed->size;
    memmove(row + keyed->size, row, (keyed->count - place) * keyed->size);
    memset(row, 0, keyed->size);
    memcpy(row, &key, sizeof(key));
    keyed->count++;
    return row;
}

void *keyed_put(struct keyed *keyed, uint64_t key)
{
    size_t place = keyed_first(keyed, key);
    if (place < keyed->count && key_at(keyed, place) == key)
        return keyed_at(keyed, place);
    return insert(keyed, place, key);
}

void *keyed_append(struct keyed *keyed, uint64_t key)
{
    keyed->unsorted |= keyed->count > 0 && key_at(keyed, keyed->count - 1) > key;
    return insert(keyed, keyed->count, key);
}

void keyed_remove(struct keyed *keyed, void *row)
{
    char *at = row, *end = keyed->rows + keyed->count * keyed->size;
    memmove(at, at + keyed->size, (size_t)(end - at) - keyed->size);
    keyed->count--;
}

void keyed_clear(struct keyed *keyed)
{
    free(keyed->rows);
    *keyed = (struct keyed){.size = keyed->size};
}
