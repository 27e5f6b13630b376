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

/* Locks custom classes so that nobody deletes them before an inventory of them is committed.
   OUTCOME_CLASS_NOT_FOUND: one is deleted already. */
enum outcome inventory_classes_hold(struct context *context, const int64_t *class_ids,
                                    size_t count);

/* Finds the inventories of some providers. Returns rows of provider and class id. */
enum outcome inventory_rows_find(struct context *context, const int64_t *provider_ids, size_t count,
                                 struct rows *rows);

enum outcome inventory_rows_insert(struct context *context, const struct inventory_row *rows,
                                   size_t count);

/* Logs a warning for each inventory that shrinks below what is used of it. */
enum outcome inventory_rows_update(struct context *context, const struct inventory_row *rows,
                                   size_t count);

/* Sets *deleted to the number of rows that existed. OUTCOME_INVENTORY_IN_USE: some have allocations
   ("Inventory for '<classes>' on resource provider '<uuid>' in use."). */
enum outcome inventory_rows_delete(struct context *context, const struct inventory_row *rows,
                                   size_t count, uint64_t *deleted);

#endif
