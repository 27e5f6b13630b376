/*
 * Runs the transaction of the reshaper. Like a claim, it locks consumers first, then all providers.
 * It adds and changes inventories before it runs the claims, and deletes inventories after them.
 */
#include <config.h>

#include "placement/reshape.h"

#include <strings.h>

#include "base/sorted.h"
#include "placement/claim_found.h"
#include "placement/consumer.h"
#include "placement/inventory_rows.h"
#include "placement/pairs.h"
#include "placement/trail.h"

static const struct sql raise_generations = {
    "UPDATE resource_providers SET generation = generation + 1, updated_at = UTC_TIMESTAMP() "
    "WHERE id IN (?*)",
    NULL};

struct reshaping {
    struct context *context;
    const struct reshaped_provider *providers;
    size_t provider_count;
    const struct claim *claims;
    size_t claim_count;
    struct claim_run *run;
    const char **uuids; /* of all providers, of inventories and claims; may repeat */
    size_t uuid_count;
    struct inventory_classes classes; /* of all inventories; ids are of one attempt */
    const int64_t **class_ids;        /* in these ids: of the inventories of each provider */
    size_t inventory_count;

    /* Of one attempt: */
    int64_t *ids;                  /* of each provider */
    int64_t *generations;          /* of each provider, before the reshape */
    struct inventory_row *removed; /* inventories to delete after the claims */
    size_t removed_count;
};

static enum outcome lock_consumers(struct reshaping *reshaping)
{
    const char **uuids =
        arena_array(reshaping->context->arena, reshaping->claim_count, sizeof(*uuids));
    for (size_t i = 0; i < reshaping->claim_count; i++)
        uuids[i] = reshaping->claims[i].consumer_uuid;
    struct consumer *consumers;
    size_t found;
    if (reshaping->claim_count == 0)
        return OUTCOME_OK;
    return consumers_lock(reshaping->context, uuids, reshaping->claim_count, &consumers, &found);
}

/* A provider, as it is stored. */
struct stored_provider {
    const char *uuid;
    int64_t id;
    int64_t generation;
};

static int uuid_compare(const void *left, const void *right)
{
    const struct stored_provider *a = left, *b = right;
    return strcasecmp(a->uuid, b->uuid);
}

static int id_compare(const void *left, const void *right)
{
    const struct stored_provider *a = left, *b = right;
    return int64_compare(&a->id, &b->id);
}

static enum outcome check_provider(struct reshaping *reshaping, size_t index,
                                   const struct stored_provider *stored, size_t count)
{
    const struct reshaped_provider *provider = &reshaping->providers[index];
    const struct stored_provider key = {.uuid = provider->uuid};
    const struct stored_provider *found =
        sorted_find(&key, stored, count, sizeof(key), uuid_compare);
    if (found == NULL)
        return context_fail(reshaping->context, OUTCOME_NOT_FOUND,
                            "Resource provider %s in inventories not found: No resource provider "
                            "with uuid %s found",
                            provider->uuid, provider->uuid);
    reshaping->ids[index] = found->id;
    reshaping->generations[index] = found->generation;
    trail_call_provider(reshaping->context->trail, found->id, found->uuid);
    if (found->generation == provider->generation)
        return OUTCOME_OK;
    return context_fail(
        reshaping->context, OUTCOME_GENERATION_CONFLICT,
        "resource provider generation conflict for provider %s: actual: %lld, given: %s",
        provider->uuid, (long long)found->generation, provider->generation_text);
}

static enum outcome lock_providers(struct reshaping *reshaping)
{
    struct rows rows;
    struct arena *arena = reshaping->context->arena;
    TRY(providers_lock(reshaping->context, reshaping->uuids, reshaping->uuid_count, &rows));
    struct stored_provider *stored = arena_array(arena, rows.count, sizeof(*stored));
    size_t count = 0;
    for (size_t i = 0; i < rows.count; i++)
        if (!row_is_null(&rows, i, 3))
            stored[count++] = (struct stored_provider){
                row_text(&rows, i, 1), row_integer(&rows, i, 0), row_integer(&rows, i, 2)};
    sort(stored, count, sizeof(*stored), uuid_compare);
    reshaping->ids = arena_array(arena, reshaping->provider_count, sizeof(int64_t));
    reshaping->generations = arena_array(arena, reshaping->provider_count, sizeof(int64_t));
    for (size_t i = 0; i < reshaping->provider_count; i++)
        TRY(check_provider(reshaping, i, stored, count));
    return OUTCOME_OK;
}

/* Upstream raises the generation of a provider for each spelling of it; the second time it is
   stale. */
static enum outcome refuse_repeated(struct reshaping *reshaping)
{
    size_t count = reshaping->provider_count;
    int64_t *ids = arena_array(reshaping->context->arena, count, sizeof(*ids));
    for (size_t i = 0; i < count; i++)
        ids[i] = reshaping->ids[i];
    return sort_unique(ids, count, sizeof(*ids), int64_compare) == count
               ? OUTCOME_OK
               : OUTCOME_CONCURRENT_UPDATE;
}

/* Inventories. */

/* Reports an unknown class only after errors of the providers, as upstream does. */
static enum outcome check_classes(struct reshaping *reshaping)
{
    for (size_t i = 0; i < reshaping->provider_count; i++) {
        const struct inventories *inventories = &reshaping->providers[i].inventories;
        for (size_t j = 0; j < inventories->count; j++)
            if (reshaping->class_ids[i][j] < 0)
                return context_fail(reshaping->context, OUTCOME_CLASS_NOT_FOUND,
                                    "No such resource class %s.", inventories->list[j].class_name);
    }
    return OUTCOME_OK;
}

/* Returns the new inventories of all providers, sorted. */
static struct inventory_row *gather_rows(const struct reshaping *reshaping)
{
    struct inventory_row *rows =
        arena_array(reshaping->context->arena, reshaping->inventory_count, sizeof(*rows));
    size_t count = 0;
    for (size_t i = 0; i < reshaping->provider_count; i++) {
        const struct inventories *inventories = &reshaping->providers[i].inventories;
        for (size_t j = 0; j < inventories->count; j++)
            rows[count++] = (struct inventory_row){
                .provider_id = reshaping->ids[i],
                .class_id = reshaping->class_ids[i][j],
                .provider_uuid = reshaping->providers[i].uuid,
                .inventory = &inventories->list[j],
            };
    }
    sort(rows, count, sizeof(*rows), inventory_row_compare);
    return rows;
}

/* Compares with the existing rows: sets exists[i] if rows[i] is one of them, and gathers those to
   remove, which are not among the new ones. */
static void compare_rows(struct reshaping *reshaping, const struct rows *existing,
                         const struct inventory_row *rows, bool *exists)
{
    struct arena *arena = reshaping->context->arena;
    struct stored_provider *providers =
        arena_array(arena, reshaping->provider_count, sizeof(*providers));
    for (size_t i = 0; i < reshaping->provider_count; i++)
        providers[i] =
            (struct stored_provider){.uuid = reshaping->providers[i].uuid, .id = reshaping->ids[i]};
    sort(providers, reshaping->provider_count, sizeof(*providers), id_compare);
    reshaping->removed = arena_array(arena, existing->count, sizeof(*reshaping->removed));
    reshaping->removed_count = 0;
    for (size_t i = 0; i < existing->count; i++) {
        struct inventory_row row = {
            .provider_id = row_integer(existing, i, FOUND_PROVIDER),
            .class_id = row_integer(existing, i, FOUND_CLASS),
        };
        const struct inventory_row *found =
            sorted_find(&row, rows, reshaping->inventory_count, sizeof(row), inventory_row_compare);
        if (found != NULL) {
            exists[found - rows] = true;
            continue;
        }
        const struct stored_provider key = {.id = row.provider_id};
        const struct stored_provider *provider =
            sorted_find(&key, providers, reshaping->provider_count, sizeof(key), id_compare);
        row.provider_uuid = provider->uuid;
        reshaping->removed[reshaping->removed_count++] = row;
    }
}

static enum outcome add_inventories(struct reshaping *reshaping)
{
    struct context *context = reshaping->context;
    size_t count = reshaping->inventory_count, added = 0, updated = 0;
    struct rows existing;
    TRY(inventory_rows_find(context, reshaping->ids, reshaping->provider_count, &reshaping->classes,
                            &existing));
    TRY(check_classes(reshaping));
    const struct inventory_row *rows = gather_rows(reshaping);
    bool *exists = arena_array(context->arena, count, sizeof(*exists));
    compare_rows(reshaping, &existing, rows, exists);
    struct inventory_row *add = arena_array(context->arena, count, sizeof(*add));
    struct inventory_row *update = arena_array(context->arena, count, sizeof(*update));
    for (size_t i = 0; i < count; i++)
        *(exists[i] ? &update[updated++] : &add[added++]) = rows[i];
    TRY(inventory_rows_insert(context, add, added));
    return inventory_rows_update(context, update, updated, &existing);
}

/* Raises the generations. As upstream does, twice: after adding inventories, leaving out providers
   that get none, and after removing inventories. */
static enum outcome raise(struct reshaping *reshaping, bool also_empty)
{
    int64_t *ids = arena_array(reshaping->context->arena, reshaping->provider_count, sizeof(*ids));
    size_t count = 0;
    for (size_t i = 0; i < reshaping->provider_count; i++) {
        if (!also_empty && reshaping->providers[i].inventories.count == 0)
            continue;
        ids[count++] = reshaping->ids[i];
        trail_raised(reshaping->context->trail, reshaping->ids[i], NULL, reshaping->generations[i]);
    }
    if (count == 0)
        return OUTCOME_OK;
    return database_execute(reshaping->context->database, &raise_generations,
                            VALUES(value_integers(ids, count)), NULL);
}

static enum outcome raise_first(struct reshaping *reshaping)
{
    return raise(reshaping, false);
}

static enum outcome move_allocations(struct reshaping *reshaping)
{
    return claims_run(reshaping->run);
}

static enum outcome remove_inventories(struct reshaping *reshaping)
{
    uint64_t deleted;
    return inventory_rows_delete(reshaping->context, reshaping->removed, reshaping->removed_count,
                                 NULL, &deleted);
}

static enum outcome raise_last(struct reshaping *reshaping)
{
    return raise(reshaping, true);
}

static enum outcome run(void *subject)
{
    static enum outcome (*const steps[])(struct reshaping *) = {
        lock_consumers, lock_providers,   refuse_repeated,    add_inventories,
        raise_first,    move_allocations, remove_inventories, raise_last,
    };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        TRY(steps[i](subject));
    return OUTCOME_OK;
}

/* Tells what became of a reshape without an answer. It has happened if its claims have, and its
   inventories are those of the providers: somebody else may have made equal claims. */
static enum outcome find(void *subject, bool ended)
{
    const struct reshaping *reshaping = subject;
    struct context *context = reshaping->context;
    bool found = false;
    struct text_builder pairs = pairs_begin(context->arena);
    for (size_t i = 0; i < reshaping->provider_count; i++)
        pairs_add(&pairs, reshaping->ids[i], reshaping->generations[i]);
    if (ended)
        TRY(providers_find_unraised(context, pairs_end(&pairs), &found));
    if (found)
        return OUTCOME_UNMET;
    TRY(claims_look_up(context, reshaping->claims, reshaping->claim_count, reshaping->run, ended));
    TRY(inventory_rows_verify(context, reshaping->ids, reshaping->provider_count,
                              gather_rows(reshaping), reshaping->inventory_count, &found));
    return found ? OUTCOME_OK : OUTCOME_UNCERTAIN;
}

/* Preparing. */

static void gather_uuids(struct reshaping *reshaping)
{
    size_t most = reshaping->provider_count;
    for (size_t i = 0; i < reshaping->claim_count; i++)
        most += reshaping->claims[i].amount_count;
    reshaping->uuids = arena_array(reshaping->context->arena, most, sizeof(*reshaping->uuids));
    for (size_t i = 0; i < reshaping->provider_count; i++)
        reshaping->uuids[reshaping->uuid_count++] = reshaping->providers[i].uuid;
    for (size_t i = 0; i < reshaping->claim_count; i++)
        for (size_t j = 0; j < reshaping->claims[i].amount_count; j++)
            reshaping->uuids[reshaping->uuid_count++] =
                reshaping->claims[i].amounts[j].provider_uuid;
}

static void gather_classes(struct reshaping *reshaping)
{
    struct context *context = reshaping->context;
    for (size_t i = 0; i < reshaping->provider_count; i++)
        reshaping->inventory_count += reshaping->providers[i].inventories.count;
    const char **names = arena_array(context->arena, reshaping->inventory_count, sizeof(*names));
    int64_t *ids = arena_array(context->arena, reshaping->inventory_count, sizeof(*ids));
    size_t count = 0;
    reshaping->class_ids =
        arena_array(context->arena, reshaping->provider_count, sizeof(*reshaping->class_ids));
    for (size_t i = 0; i < reshaping->provider_count; i++) {
        reshaping->class_ids[i] = &ids[count];
        for (size_t j = 0; j < reshaping->providers[i].inventories.count; j++)
            names[count++] = reshaping->providers[i].inventories.list[j].class_name;
    }
    reshaping->classes = (struct inventory_classes){names, ids, count};
}

enum outcome reshape(struct context *context, const struct reshaped_provider *providers,
                     size_t provider_count, const struct claim *claims, size_t claim_count)
{
    struct reshaping reshaping = {.context = context,
                                  .providers = providers,
                                  .provider_count = provider_count,
                                  .claims = claims,
                                  .claim_count = claim_count};
    gather_uuids(&reshaping);
    gather_classes(&reshaping);
    reshaping.run = claims_prepare(context, claims, claim_count);
    enum outcome outcome = database_transaction(context->database, run, &reshaping);
    if (outcome == OUTCOME_UNCERTAIN)
        outcome = database_find_out(context->database, find, &reshaping);
    return outcome == OUTCOME_UNMET ? database_transaction(context->database, run, &reshaping)
                                    : outcome;
}
