/*
 * Chooses between the kept world and SQL. A uuid that the kept world does not have may be another
 * spelling, so the database decides whether it exists.
 */
#include <config.h>

#include "placement/provider_read.h"

#include "placement/kept_provider.h"
#include "placement/world/fence.h"

enum outcome provider_read(struct context *context, const char *uuid,
                           struct provider_reading *reading)
{
    struct image *image = kept_image_refresh(context);
    size_t row;
    reading->kept = image != NULL && image_find_provider(image, uuid, &row) &&
                    kept_provider(image, row, &reading->provider);
    return reading->kept ? OUTCOME_OK : provider_load(context, uuid, &reading->provider);
}

enum outcome provider_read_inventories(struct context *context,
                                       const struct provider_reading *reading,
                                       struct inventories *inventories)
{
    if (!reading->kept)
        return inventories_load(context, &reading->provider, inventories);
    kept_inventories(&context->kept->image, reading->provider.id, context->arena, inventories);
    return OUTCOME_OK;
}

enum outcome provider_read_usages(struct context *context, const struct provider_reading *reading,
                                  struct usages *usages)
{
    if (!reading->kept)
        return usages_of_provider(context, reading->provider.id, usages);
    kept_usages(&context->kept->image, reading->provider.id, context->arena, usages);
    return OUTCOME_OK;
}

enum outcome provider_read_aggregates(struct context *context,
                                      const struct provider_reading *reading,
                                      struct aggregates *aggregates)
{
    if (!reading->kept)
        return aggregates_load(context, &reading->provider, aggregates);
    kept_aggregates(&context->kept->image, reading->provider.id, context->arena, aggregates);
    return OUTCOME_OK;
}

enum outcome provider_read_traits(struct context *context, const struct provider_reading *reading,
                                  struct traits *traits)
{
    if (!reading->kept)
        return provider_traits_load(context, &reading->provider, traits);
    kept_provider_traits(&context->kept->image, reading->provider.id, context->arena, traits);
    return OUTCOME_OK;
}
