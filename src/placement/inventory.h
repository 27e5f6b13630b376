/*
 * Inventories: how much of a resource class a provider has.
 *
 * Whatever changes an inventory raises the generation of its provider in the same transaction.
 */
#ifndef BERTH_PLACEMENT_INVENTORY_H
#define BERTH_PLACEMENT_INVENTORY_H

#include "placement/provider.h"

struct inventory {
    const char *class_name;
    int64_t total, reserved, min_unit, max_unit, step_size;
    double allocation_ratio;
    time_t modified; /* 0: not known, it was not read */
};

struct inventories {
    struct inventory *list;
    size_t count;
};

/* What is left when reserved is taken off and the ratio applied, without its fraction. */
double inventory_capacity(const struct inventory *inventory);

/* All inventories of a provider. */
enum outcome inventories_load(struct context *context, const struct provider *provider,
                              struct inventories *inventories);

/*
 * Makes the inventories those of the provider, and no others. Adding one, changing one and deleting
 * one do that with a single class and leave the others alone. The provider was loaded before; its
 * generation counts in replace and change, and *provider has the new one afterwards.
 *   OUTCOME_CLASS_NOT_FOUND      "No such resource class <name>."
 *   OUTCOME_INVENTORY_IN_USE     there are allocations of what is to go
 *   OUTCOME_INVENTORY_NOT_FOUND  there is no inventory of the class to be changed or deleted
 *   OUTCOME_DUPLICATE            there is one of the class to be added
 *   OUTCOME_CONCURRENT_UPDATE    the provider was changed meanwhile
 */
enum outcome inventories_replace(struct context *context, struct provider *provider,
                                 const struct inventories *inventories, bool check_generation);
enum outcome inventory_add(struct context *context, struct provider *provider,
                           const struct inventory *inventory);
enum outcome inventory_change(struct context *context, struct provider *provider,
                              const struct inventory *inventory);
enum outcome inventory_delete(struct context *context, struct provider *provider,
                              const char *class_name);

#endif
