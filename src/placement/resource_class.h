/*
 * Resource classes. Classes with an id below FIRST_CUSTOM_CLASS_ID are standard: nobody
 * can change them. The names of the others begin with CUSTOM_.
 */
#ifndef BERTH_PLACEMENT_RESOURCE_CLASS_H
#define BERTH_PLACEMENT_RESOURCE_CLASS_H

#include <time.h>

#include "placement/context.h"

enum { FIRST_CUSTOM_CLASS_ID = 10000 };

struct resource_class {
    int64_t id;
    const char *name;
    time_t modified; /* updated_at, or else created_at; 0: unknown */
};

struct resource_classes {
    const struct resource_class *list;
    size_t count;
};

/* Loads all classes, in the order of ids. */
enum outcome resource_classes_load(struct context *context, struct resource_classes *classes);

/* Loads a class by name; case matters. OUTCOME_CLASS_NOT_FOUND: "No such resource class <name>." */
enum outcome resource_class_load(struct context *context, const char *name,
                                 struct resource_class *class);

/* Creates a custom class, with an id that no class had before. OUTCOME_DUPLICATE: the name exists.
 */
enum outcome resource_class_create(struct context *context, const char *name);

/* Renames a custom class. OUTCOME_STANDARD: the class is standard, without a reason in the failure;
   OUTCOME_DUPLICATE: the new name exists; OUTCOME_CLASS_NOT_FOUND: "No such resource class
   <name>." */
enum outcome resource_class_rename(struct context *context, const struct resource_class *class,
                                   const char *name);

/* For a transaction that adds something of classes: nobody can delete or rename them before it
   ends. It changes the rows of the custom ones among them, so that of two nodes of a cluster only
   one can commit. OUTCOME_CONFLICT: one of them is not there, by id and name. */
enum outcome resource_classes_hold(struct context *context, const struct resource_class *classes,
                                   size_t count);

/* Deletes a custom class by name.
     OUTCOME_STANDARD         "Cannot delete standard resource class <name>."
     OUTCOME_IN_USE           "Cannot delete resource class <name>. Class is in use in inventory."
     OUTCOME_CLASS_NOT_FOUND  "No such resource class <name>." */
enum outcome resource_class_delete(struct context *context, const char *name);

#endif
