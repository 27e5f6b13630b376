/*
 * Sorting arrays, and searching in sorted arrays.
 *
 * The functions accept an empty list, whose pointer may be NULL; qsort() and bsearch() do not.
 * A compare function returns less than, equal to or more than 0, as for qsort().
 */
#ifndef BERTH_BASE_SORTED_H
#define BERTH_BASE_SORTED_H

#include <stdbool.h>
#include <stddef.h>

/* Sorts count elements of size bytes. Equal elements end up in any order. */
void sort(void *list, size_t count, size_t size, int (*compare)(const void *, const void *));

/* Sorts, and keeps one of each run of equal elements. Returns how many are left; they are at the
   beginning of the list. */
size_t sort_unique(void *list, size_t count, size_t size,
                   int (*compare)(const void *, const void *));

/* Returns an element that compares equal to key, or NULL. The list is sorted. compare gets the key
   first and an element second, as for bsearch(). */
void *sorted_find(const void *key, const void *list, size_t count, size_t size,
                  int (*compare)(const void *, const void *));

/* Compare functions for elements of type int64_t and of type const char *: by bytes, which for
   UTF-8 is the order of code points; or by bytes with ASCII letters of either case equal, as in
   uuids. */
int int64_compare(const void *left, const void *right);
int text_compare(const void *left, const void *right);
int text_case_compare(const void *left, const void *right);

/* Returns the index of the first element that is not before key, or count if all are. before says
   whether the element at an index sorts before key; the list is sorted so that elements before key
   come first. The list need not be an array: only before looks into it. Inlined, and before with
   it, so that a search costs no more than a loop written by hand. */
__attribute__((always_inline)) static inline size_t
lower_bound(const void *list, size_t count, const void *key,
            bool (*before)(const void *list, size_t index, const void *key))
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (before(list, middle, key))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
