/*
 * Resource classes. Those with an id below FIRST_CUSTOM_CLASS_ID are standard and cannot be
 * changed; the names of the others begin with CUSTOM_.
 */
#ifndef BERTH_PLACEMENT_RESOURCE_CLASS_H
#define BERTH_PLACEMENT_RESOURCE_CLASS_H

#include <time.h>

#include "placement/context.h"

struct resource_class {
    int64_t id;
    const char *name;
    time_t modified; /* 0: not known */
};

struct resource_classes {
    const struct resource_class *list;
    size_t count;
};

enum outcome resource_classes_load(struct context *context, struct resource_classes *classes);

/* OUTCOME_CLASS_NOT_FOUND: "No such resource class <name>." */
enum outcome resource_class_load(struct context *context, const char *name,
                                 struct resource_class *class);

/* Makes a custom class, under the next id. OUTCOME_DUPLICATE: there is one of that name. */
enum outcome resource_class_create(struct context *context, const char *name);

/* Gives a custom class another name. OUTCOME_STANDARD, OUTCOME_DUPLICATE. */
enum outcome resource_class_rename(struct context *context, const struct resource_class *class,
                                   const char *name);

/* OUTCOME_STANDARD: "Cannot delete standard resource class <name>."; OUTCOME_IN_USE: "Cannot delete
   resource class <name>. Class is in use in inventory." */
enum outcome resource_class_delete(struct context *context, const struct resource_class *class);

#endif
