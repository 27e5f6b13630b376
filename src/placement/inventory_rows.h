/*
 * The rows of inventories, of one provider or of many: for those who change them in a transaction
 * that holds the providers.
 */
#ifndef BERTH_PLACEMENT_INVENTORY_ROWS_H
#define BERTH_PLACEMENT_INVENTORY_ROWS_H

#include "placement/inventory.h"

struct inventory_row {
    int64_t provider_id;
    int64_t class_id;
    const char *provider_uuid;         /* for what is said about it */
    const struct inventory *inventory; /* what it is to say; not of a row that is deleted */
};

/* Keeps custom classes from vanishing before an inventory of them is committed.
   OUTCOME_CLASS_NOT_FOUND: one has vanished already. */
enum outcome inventory_classes_hold(struct context *context, const int64_t *class_ids,
                                    size_t count);

/* Which inventories some providers have: rows of provider and class. */
enum outcome inventory_rows_find(struct context *context, const int64_t *provider_ids, size_t count,
                                 struct rows *rows);

enum outcome inventory_rows_insert(struct context *context, const struct inventory_row *rows,
                                   size_t count);

/* An inventory may shrink below what is used of it: that is logged. */
enum outcome inventory_rows_update(struct context *context, const struct inventory_row *rows,
                                   size_t count);

/* deleted: how many there were. OUTCOME_INVENTORY_IN_USE: there are allocations of them. */
enum outcome inventory_rows_delete(struct context *context, const struct inventory_row *rows,
                                   size_t count, uint64_t *deleted);

#endif
