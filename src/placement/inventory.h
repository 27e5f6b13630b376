/*
 * Inventories: how much of a resource class a provider has. inventory_change.h changes them.
 */
#ifndef BERTH_PLACEMENT_INVENTORY_H
#define BERTH_PLACEMENT_INVENTORY_H

#include "placement/inventory_record.h"
#include "placement/provider.h"

/* Returns (total - reserved) * allocation_ratio, without its fraction. */
double inventory_capacity(const struct inventory *inventory);

/* Loads all inventories of a provider, in the order of class ids. */
enum outcome inventories_load(struct context *context, const struct provider *provider,
                              struct inventories *inventories);

#endif
