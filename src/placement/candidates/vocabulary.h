/*
 * The names of one kind that a candidate request uses: resource classes, traits or aggregates.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_VOCABULARY_H
#define BERTH_PLACEMENT_CANDIDATES_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Distinct names, sorted by text_compare(), and their ids; -1 for a name that does not exist.
   Reading the world sets the ids. */
struct vocabulary {
    const char **names;
    int64_t *ids;
    size_t count;
    const size_t *numbers; /* in the world's sets, SIZE_MAX: none; NULL: they are the places */
};

struct vocabularies {
    struct vocabulary classes, traits, aggregates;
    size_t sharing_trait; /* the place of MISC_SHARES_VIA_AGGREGATE among the traits */
};

/* Returns whether all classes and traits of a request exist. What is said of those that do not
   depends on the whole world. */
static inline bool vocabularies_exist(const struct vocabularies *names)
{
    for (size_t i = 0; i < names->classes.count; i++)
        if (names->classes.ids[i] < 0)
            return false;
    for (size_t i = 0; i < names->traits.count; i++)
        if (names->traits.ids[i] < 0 && i != names->sharing_trait)
            return false;
    return true;
}

#endif
