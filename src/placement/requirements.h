/*
 * What a request requires of a resource provider: traits and aggregates that it must or must not
 * have, and amounts of resources that it must have room for.
 */
#ifndef BERTH_PLACEMENT_REQUIREMENTS_H
#define BERTH_PLACEMENT_REQUIREMENTS_H

#include <stddef.h>
#include <stdint.h>

/* Distinct names of traits, or uuids of aggregates, in the order of the request. */
struct name_set {
    const char **names;
    size_t count;
};

/* Traits, or aggregates: the provider has at least one of each required set, and none of the
   forbidden ones. */
struct membership {
    struct name_set *required;
    size_t required_count;
    struct name_set forbidden;
};

/* An amount of a resource class, 1 or more. */
struct resource_amount {
    const char *class_name;
    int64_t amount;
};

/* Amounts of distinct resource classes, in the order of the request. */
struct resource_amounts {
    struct resource_amount *items;
    size_t count;
};

#endif
