/*
 * Changes the inventories of one provider.
 *
 * Each function is one transaction, which also raises the provider's generation. The provider was
 * loaded before; afterwards *provider has the new generation.
 */
#ifndef BERTH_PLACEMENT_INVENTORY_CHANGE_H
#define BERTH_PLACEMENT_INVENTORY_CHANGE_H

#include "placement/inventory.h"

/*
 * Replace all inventories of a provider, or add, change or delete the inventory of one class.
 * inventory_change(), and inventories_replace() with check_generation, require that the provider
 * still has the generation that was loaded.
 *   OUTCOME_CLASS_NOT_FOUND      "No such resource class <name>."
 *   OUTCOME_INVENTORY_IN_USE     an inventory to delete has allocations
 *   OUTCOME_INVENTORY_NOT_FOUND  the class to change or delete has no inventory
 *   OUTCOME_DUPLICATE            the class to add has an inventory already
 *   OUTCOME_CONCURRENT_UPDATE    the provider was changed or deleted since it was loaded
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
