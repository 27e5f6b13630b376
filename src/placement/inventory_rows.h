/*
 * Rows of inventories, of one provider or of many. For transactions that hold the locks of the
 * providers.
 */
#ifndef BERTH_PLACEMENT_INVENTORY_ROWS_H
#define BERTH_PLACEMENT_INVENTORY_ROWS_H

#include "placement/inventory.h"

struct inventory_row {
    int64_t provider_id;
    int64_t class_id;
    const char *provider_uuid;         /* for log lines and failures */
    const struct inventory *inventory; /* the new content; unused when deleting */
};

/* Compares by provider, then by class. */
int inventory_row_compare(const void *left, const void *right);

/* The resource classes that a request names. */
struct inventory_classes {
    const char *const *names;
    int64_t *ids; /* -1: the class does not exist */
    size_t count;
};

/* The inventories that some providers have, in the order of providers and classes: rows of provider
   id, class id, class name, and what is used of it. */
enum { FOUND_PROVIDER, FOUND_CLASS, FOUND_CLASS_NAME, FOUND_USED };

/* Finds the inventories of some providers, and sets the ids of the classes, in one statement. */
enum outcome inventory_rows_find(struct context *context, const int64_t *provider_ids, size_t count,
                                 const struct inventory_classes *classes, struct rows *found);

/* Inserts inventories. Nobody can delete or rename their classes before the transaction ends, also
   not on another node of a cluster. OUTCOME_CONFLICT: that has happened since
   inventory_rows_find(). */
enum outcome inventory_rows_insert(struct context *context, const struct inventory_row *rows,
                                   size_t count);

/* Logs a warning for each inventory that shrinks below what is used of it, according to found. */
enum outcome inventory_rows_update(struct context *context, const struct inventory_row *rows,
                                   size_t count, const struct rows *found);

/* Sets *deleted to the number of rows that existed. found is what inventory_rows_find() has found,
   or NULL if allocations have changed since. OUTCOME_INVENTORY_IN_USE: some have allocations
   ("Inventory for '<classes>' on resource provider '<uuid>' in use."). */
enum outcome inventory_rows_delete(struct context *context, const struct inventory_row *rows,
                                   size_t count, const struct rows *found, uint64_t *deleted);

/* Outside of a transaction: finds out whether the inventories of some providers are exactly these
   rows, which are sorted. */
enum outcome inventory_rows_verify(struct context *context, const int64_t *provider_ids,
                                   size_t provider_count, const struct inventory_row *rows,
                                   size_t count, bool *verified);

#endif
