/*
 * Sums up how much of each resource class is allocated, from a provider or to a project.
 */
#ifndef BERTH_PLACEMENT_USAGE_H
#define BERTH_PLACEMENT_USAGE_H

#include "placement/context.h"

struct usage {
    const char *class_name;
    int64_t used;
};

struct usages {
    struct usage *items;
    size_t count;
};

/* Loads what is used of each resource class that the provider has an inventory of. A class of which
 * nothing is used is included, with 0. */
enum outcome usages_of_provider(struct context *context, int64_t provider_id,
                                struct usages *usages);

/* Which consumers to sum up. */
enum usage_consumers {
    USAGE_OF_ALL,     /* all, in one group */
    USAGE_OF_UNTYPED, /* those without a consumer type, in one group */
    USAGE_OF_TYPE,    /* those of one type, in one group */
    USAGE_BY_TYPE,    /* all, a group for each type and one for those without a type */
};

struct usage_filter {
    const char *project_id;
    const char *user_id; /* NULL: any */
    enum usage_consumers consumers;
    const char *consumer_type; /* for USAGE_OF_TYPE */
};

struct usage_group {
    const char *consumer_type; /* NULL: a group without a type, or of all types */
    int64_t consumers;         /* their number, each counted once */
    struct usages usages;
};

/* Loads what a project's consumers use. Sets *groups and *count, the number of groups; 0 if nothing
   is allocated. */
enum outcome usages_of_project(struct context *context, const struct usage_filter *filter,
                               struct usage_group **groups, size_t *count);

#endif
