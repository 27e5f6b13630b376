/*
 * How much of each resource class is allocated: from a provider, or to a project.
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

/* What is used of each resource class that the provider has an inventory of, 0 included. */
enum outcome usages_of_provider(struct context *context, int64_t provider_id,
                                struct usages *usages);

/* Which consumers count. */
enum usage_consumers {
    USAGE_OF_ALL,     /* all, together */
    USAGE_OF_UNTYPED, /* those without a consumer type, together */
    USAGE_OF_TYPE,    /* those of one type */
    USAGE_BY_TYPE,    /* all, each type (and those without one) by itself */
};

struct usage_filter {
    const char *project_id;
    const char *user_id; /* NULL: any */
    enum usage_consumers consumers;
    const char *consumer_type; /* of USAGE_OF_TYPE */
};

/* What a kind of consumers uses: of a type, or of all that the filter lets through. */
struct usage_group {
    const char *consumer_type; /* NULL: none, or of all */
    int64_t consumers;         /* how many there are, each counted once */
    struct usages usages;
};

/* What a project's consumers use, class by class. A project without allocations has no group. */
enum outcome usages_of_project(struct context *context, const struct usage_filter *filter,
                               struct usage_group **groups, size_t *count);

#endif
