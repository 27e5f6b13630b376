/*
 * Wraps qsort() and bsearch(), which must not be called with NULL.
 */
#include <config.h>

#include "base/sorted.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void sort(void *list, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    if (count > 1)
        qsort(list, count, size, compare);
}

size_t sort_unique(void *list, size_t count, size_t size,
                   int (*compare)(const void *, const void *))
{
    char *bytes = list;
    size_t kept = 0;
    sort(list, count, size, compare);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare(bytes + (kept - 1) * size, bytes + i * size) == 0)
            continue;
        if (kept != i)
            memcpy(bytes + kept * size, bytes + i * size, size);
        kept++;
    }
    return kept;
}

void *sorted_find(const void *key, const void *list, size_t count, size_t size,
                  int (*compare)(const void *, const void *))
{
    return count > 0 ? bsearch(key, list, count, size, compare) : NULL;
}

int int64_compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

int text_compare(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

int text_case_compare(const void *left, const void *right)
{
    return strcasecmp(*(const char *const *)left, *(const char *const *)right);
}
