/*
 * Reads and writes the rows of aggregates, and the rows that join them to providers.
 */
#include <config.h>

#include "placement/aggregate.h"

#include <string.h>

#include "base/sorted.h"
#include "placement/touch.h"
#include "placement/trail.h"

static const struct sql select_of_provider = {
    "SELECT a.uuid FROM placement_aggregates a "
    "JOIN resource_provider_aggregates rpa ON rpa.aggregate_id = a.id "
    "WHERE rpa.resource_provider_id = ? ORDER BY a.id",
    "s"};
static const struct sql select_known = {"SELECT uuid FROM placement_aggregates WHERE uuid IN (?*)",
                                        "s"};
static const struct sql select_ids = {
    "SELECT id, uuid FROM placement_aggregates WHERE uuid IN (?*)", "is"};
static const struct sql insert_aggregate = {
    "INSERT IGNORE INTO placement_aggregates (uuid, created_at) VALUES (?, UTC_TIMESTAMP())", NULL};
/* If the list is divided, this deletes all, and insert_of_provider brings back what was wanted. */
static const struct sql delete_others = {
    "DELETE FROM resource_provider_aggregates WHERE resource_provider_id = ? "
    "AND aggregate_id NOT IN (SELECT id FROM placement_aggregates WHERE uuid IN (?*))",
    NULL};
static const struct sql insert_of_provider = {
    "INSERT INTO resource_provider_aggregates (resource_provider_id, aggregate_id, created_at) "
    "SELECT ?, a.id, UTC_TIMESTAMP() FROM placement_aggregates a WHERE a.uuid IN (?*) "
    "AND NOT EXISTS (SELECT 1 FROM resource_provider_aggregates rpa "
    "WHERE rpa.resource_provider_id = ? AND rpa.aggregate_id = a.id)",
    NULL};

/* Without a generation to raise, two replacements on two nodes of a cluster would commit beside
   each other, and leave the union of both. */
static const struct sql touch_provider = {"UPDATE resource_providers SET " TOUCHED " WHERE id = ?",
                                          NULL};

enum outcome aggregates_load(struct context *context, const struct provider *provider,
                             struct aggregates *aggregates)
{
    struct rows rows;
    TRY(database_select(context->database, &select_of_provider, VALUES(value_integer(provider->id)),
                        &rows));
    const char **uuids = arena_array(context->arena, rows.count, sizeof(*uuids));
    for (size_t i = 0; i < rows.count; i++)
        uuids[i] = row_text(&rows, i, 0);
    *aggregates = (struct aggregates){uuids, rows.count};
    return OUTCOME_OK;
}

struct replacement {
    struct context *context;
    struct provider *provider;
    const struct aggregates *aggregates;
    bool raise;
    int64_t generation; /* as loaded: each attempt starts from it */
};

/* Creates the aggregates that do not exist. Leaves it to the server which spellings are equal. */
static enum outcome ensure_aggregates(const struct replacement *replacement)
{
    struct context *context = replacement->context;
    const struct aggregates *wanted = replacement->aggregates;
    struct rows rows;
    TRY(database_select(context->database, &select_known,
                        VALUES(value_texts(wanted->uuids, wanted->count)), &rows));
    const char **known = arena_array(context->arena, rows.count, sizeof(*known));
    for (size_t i = 0; i < rows.count; i++)
        known[i] = row_text(&rows, i, 0);
    sort(known, rows.count, sizeof(*known), text_compare);
    struct value *added = arena_array(context->arena, wanted->count, sizeof(*added));
    size_t count = 0;
    for (size_t i = 0; i < wanted->count; i++)
        if (sorted_find(&wanted->uuids[i], known, rows.count, sizeof(*known), text_compare) == NULL)
            added[count++] = value_text(wanted->uuids[i]);
    return database_execute_bulk(context->database, &insert_aggregate, added, 1, count, NULL);
}

/* Sets *changed to the number of rows deleted and inserted. */
static enum outcome write_aggregates(const struct replacement *replacement, uint64_t *changed)
{
    struct database *database = replacement->context->database;
    const struct aggregates *wanted = replacement->aggregates;
    struct value provider_id = value_integer(replacement->provider->id);
    struct value uuids = value_texts(wanted->uuids, wanted->count);
    if (wanted->count > 0)
        TRY(ensure_aggregates(replacement));
    uint64_t inserted;
    TRY(database_execute(database, &delete_others, VALUES(provider_id, uuids), changed));
    if (wanted->count == 0)
        return OUTCOME_OK;
    TRY(database_execute(database, &insert_of_provider, VALUES(provider_id, uuids, provider_id),
                         &inserted));
    *changed += inserted;
    return OUTCOME_OK;
}

static void trace_missing(const struct replacement *replacement, const struct aggregates *list,
                          const struct aggregates *other, bool added)
{
    struct context *context = replacement->context;
    const char **sorted = arena_array(context->arena, other->count, sizeof(*sorted));
    for (size_t i = 0; i < other->count; i++)
        sorted[i] = other->uuids[i];
    sort(sorted, other->count, sizeof(*sorted), text_compare);
    for (size_t i = 0; i < list->count; i++)
        if (sorted_find(&list->uuids[i], sorted, other->count, sizeof(*sorted), text_compare) ==
            NULL)
            trail_add_membership(context->trail, TRAIL_AGGREGATE, replacement->provider->uuid,
                                 list->uuids[i], added);
}

/* Notes which aggregates the provider gets and loses. */
static enum outcome trace_difference(const struct replacement *replacement)
{
    struct context *context = replacement->context;
    struct aggregates present;
    if (context->trail == NULL)
        return OUTCOME_OK;
    TRY(aggregates_load(context, replacement->provider, &present));
    trace_missing(replacement, &present, replacement->aggregates, false);
    trace_missing(replacement, replacement->aggregates, &present, true);
    return OUTCOME_OK;
}

static enum outcome run_replacement(void *subject)
{
    struct replacement *replacement = subject;
    struct context *context = replacement->context;
    replacement->provider->generation = replacement->generation;
    TRY(provider_hold(context, replacement->provider, replacement->raise));
    TRY(trace_difference(replacement));
    uint64_t changed = 0;
    enum outcome outcome = write_aggregates(replacement, &changed);
    if (outcome == OUTCOME_DUPLICATE)
        return OUTCOME_CONFLICT;
    TRY(outcome);
    if (replacement->raise)
        return provider_increment_generation(context, replacement->provider);
    if (changed == 0)
        return OUTCOME_OK;
    return database_execute(context->database, &touch_provider,
                            VALUES(value_integer(replacement->provider->id)), NULL);
}

enum outcome aggregates_replace(struct context *context, struct provider *provider,
                                const struct aggregates *aggregates, bool raise)
{
    struct replacement replacement = {context, provider, aggregates, raise, provider->generation};
    return database_transaction(context->database, run_replacement, &replacement);
}

struct known_aggregate {
    const char *uuid;
    int64_t id;
};

static int known_compare(const void *left, const void *right)
{
    const struct known_aggregate *a = left, *b = right;
    return strcmp(a->uuid, b->uuid);
}

enum outcome aggregates_to_ids(struct context *context, const char *const *uuids, size_t count,
                               int64_t *ids)
{
    struct rows rows;
    TRY(database_select(context->database, &select_ids, VALUES(value_texts(uuids, count)), &rows));
    struct known_aggregate *known = arena_array(context->arena, rows.count, sizeof(*known));
    for (size_t i = 0; i < rows.count; i++)
        known[i] = (struct known_aggregate){row_text(&rows, i, 1), row_integer(&rows, i, 0)};
    sort(known, rows.count, sizeof(*known), known_compare);
    for (size_t i = 0; i < count; i++) {
        const struct known_aggregate key = {.uuid = uuids[i]};
        const struct known_aggregate *found =
            sorted_find(&key, known, rows.count, sizeof(*known), known_compare);
        ids[i] = found != NULL ? found->id : -1;
    }
    return OUTCOME_OK;
}
