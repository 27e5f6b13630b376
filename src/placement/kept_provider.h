/*
 * A provider, and what belongs to it, from the rows of the kept world: the same that provider.h,
 * inventory.h, usage.h, aggregate.h and trait.h load. Texts are the image's: valid for this
 * request.
 */
#ifndef BERTH_PLACEMENT_KEPT_PROVIDER_H
#define BERTH_PLACEMENT_KEPT_PROVIDER_H

#include "placement/aggregate.h"
#include "placement/inventory.h"
#include "placement/trait.h"
#include "placement/usage.h"
#include "placement/world/image.h"

/* Sets *provider to that of a row of image->providers, without the time of its last update. Returns
   false if its root does not exist: then, as upstream has it, it does not exist itself. */
bool kept_provider(struct image *image, size_t row, struct provider *provider);

/* Fill in what belongs to a provider, in the order in which the functions for SQL return it. */
void kept_inventories(struct image *image, int64_t provider_id, struct arena *arena,
                      struct inventories *inventories);
void kept_usages(struct image *image, int64_t provider_id, struct arena *arena,
                 struct usages *usages);
void kept_aggregates(struct image *image, int64_t provider_id, struct arena *arena,
                     struct aggregates *aggregates);
void kept_provider_traits(struct image *image, int64_t provider_id, struct arena *arena,
                          struct traits *traits);

#endif
