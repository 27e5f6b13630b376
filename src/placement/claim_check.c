/*
 * Decides whether a claim may be written.
 */
#include <config.h>

#include "placement/claim_check.h"

#include "base/text.h"

/* Consumers. */

static enum outcome consumer_conflict(struct claim_run *run, const char *expected, const char *got)
{
    return context_fail(run->context, OUTCOME_GENERATION_CONFLICT,
                        "consumer generation conflict - expected %s but got %s", expected, got);
}

static enum outcome check_consumer(struct claim_run *run, const struct claim *claim,
                                   const struct consumer *consumer)
{
    struct arena *arena = run->context->arena;
    const char *got = claim->generation_null ? "None" : claim->generation_text;
    if (consumer == NULL)
        return claim->generation_null ? OUTCOME_OK : consumer_conflict(run, "null", got);
    if (!claim->generation_null && claim->generation == consumer->generation)
        return OUTCOME_OK;
    return consumer_conflict(run, arena_printf(arena, "%lld", (long long)consumer->generation),
                             got);
}

/* Where a request names a new consumer twice, upstream has created it when it comes to the second
   name. */
static const struct consumer just_created = {.generation = 0};

enum outcome claim_check_consumers(struct claim_run *run)
{
    for (size_t i = 0; i < run->claim_count; i++) {
        const struct consumer *consumer = run->consumers[i];
        for (const struct claim *claim = &run->claims[i]; claim != NULL; claim = claim->again) {
            if (claim->check_generation)
                TRY(check_consumer(run, claim, consumer));
            if (consumer == NULL)
                consumer = &just_created;
        }
    }
    return OUTCOME_OK;
}

/* Providers and classes. */

enum outcome claim_check_providers(struct claim_run *run)
{
    for (size_t i = 0; i < run->claim_count; i++) {
        for (size_t j = 0; j < run->claims[i].amount_count; j++) {
            const char *uuid = run->claims[i].amounts[j].provider_uuid;
            if (claim_run_provider(run, uuid)->id == 0)
                return context_fail(run->context, OUTCOME_PROVIDER_NOT_FOUND,
                                    "Allocation for resource provider '%s' that does not exist.",
                                    uuid);
        }
    }
    return OUTCOME_OK;
}

enum outcome claim_check_classes(struct claim_run *run)
{
    for (size_t i = 0; i < run->claim_count; i++) {
        for (size_t j = 0; j < run->claims[i].amount_count; j++) {
            const char *name = run->claims[i].amounts[j].class_name;
            if (claim_run_class(run, name)->id < 0)
                return context_fail(run->context, OUTCOME_CLASS_NOT_FOUND,
                                    "No such resource class %s.", name);
        }
    }
    return OUTCOME_OK;
}

/* Capacity. */

/* Upstream reports providers without any of the classes together, before it looks at amounts. */
static enum outcome check_missing_inventory(struct claim_run *run)
{
    struct arena *arena = run->context->arena;
    struct text_builder providers = text_begin(arena), classes = text_begin(arena);
    for (size_t i = 0; i < run->provider_count; i++)
        if (!capacity_exists(&run->capacities, run->providers[i].id))
            text_add_item(&providers, ", ", run->providers[i].uuid);
    if (providers.length == 0)
        return OUTCOME_OK;
    for (size_t i = 0; i < run->class_count; i++)
        text_add_item(&classes, ", ", run->classes[i].name);
    return context_fail(run->context, OUTCOME_INVENTORY_INVALID,
                        "Inventory for '%s' on resource provider '%s' invalid.", text_end(&classes),
                        text_end(&providers));
}

enum outcome claim_check_capacity(struct claim_run *run)
{
    TRY(check_missing_inventory(run));
    for (size_t i = 0; i < run->claim_count; i++) {
        for (size_t j = 0; j < run->claims[i].amount_count; j++) {
            const struct claim_amount *amount = &run->claims[i].amounts[j];
            const struct claimed_provider *provider =
                claim_run_provider(run, amount->provider_uuid);
            const struct demand demand = {
                .provider_id = provider->id,
                .class_id = claim_run_class(run, amount->class_name)->id,
                .provider_uuid = provider->uuid,
                .class_name = amount->class_name,
                .used = amount->used,
            };
            TRY(capacity_claim(run->context, &run->capacities, &demand));
        }
    }
    return OUTCOME_OK;
}
