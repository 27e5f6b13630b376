/*
 * Selects allocations with what belongs to them, and deletes them.
 */
#include <config.h>

#include "placement/allocation.h"

#include "placement/trail.h"

#define MODIFIED                                                                                   \
    "TIMESTAMPDIFF(SECOND, '1970-01-01', COALESCE(a.updated_at, a.created_at, UTC_TIMESTAMP()))"

static const struct sql select_of_consumer = {
    "SELECT rp.uuid, rp.generation, c.uuid, c.generation, rc.name, a.used, " MODIFIED
    ", p.external_id, u.external_id, COALESCE(ct.name, 'unknown') "
    "FROM allocations a "
    "JOIN resource_classes rc ON rc.id = a.resource_class_id "
    "JOIN resource_providers rp ON rp.id = a.resource_provider_id "
    "JOIN consumers c ON c.uuid = a.consumer_id "
    "JOIN projects p ON p.id = c.project_id "
    "JOIN users u ON u.id = c.user_id "
    "LEFT JOIN consumer_types ct ON ct.id = c.consumer_type_id "
    "WHERE a.consumer_id = ? ORDER BY a.resource_provider_id, a.id",
    "sisisiisss"};
static const struct sql select_of_provider = {
    "SELECT NULL, 0, c.uuid, c.generation, rc.name, a.used, " MODIFIED " "
    "FROM allocations a JOIN consumers c ON c.uuid = a.consumer_id "
    "JOIN resource_classes rc ON rc.id = a.resource_class_id "
    "WHERE a.resource_provider_id = ? ORDER BY c.id, a.id",
    "sisisii"};
static const struct sql select_consumer = {"SELECT id FROM consumers WHERE uuid = ?", "i"};
/* The consumer's row is deleted first, so that requests for one consumer wait for each other there.
 */
static const struct sql delete_consumer = {"DELETE FROM consumers WHERE uuid = ?", NULL};
static const struct sql delete_allocations = {"DELETE FROM allocations WHERE consumer_id = ?",
                                              NULL};

/* The same, telling what was there. */
static const struct sql delete_consumer_told = {
    "DELETE FROM consumers WHERE uuid = ? RETURNING uuid, generation", "si"};
static const struct sql delete_allocations_told = {
    "DELETE FROM allocations WHERE consumer_id = ? "
    "RETURNING resource_provider_id, resource_class_id, used",
    "iii"};

/* Both, and COMMIT, as one statement. */
static const struct sql delete_at_once = {
    "BEGIN NOT ATOMIC START TRANSACTION; "
    "DELETE FROM consumers WHERE uuid = ?; "
    "IF ROW_COUNT() = 0 THEN SIGNAL SQLSTATE '45000'; END IF; "
    "DELETE FROM allocations WHERE consumer_id = ?; "
    "IF ROW_COUNT() = 0 THEN SIGNAL SQLSTATE '45000'; END IF; "
    "COMMIT; END",
    NULL};

static void read_rows(struct context *context, const struct rows *rows,
                      struct allocations *allocations)
{
    struct allocation *list = arena_array(context->arena, rows->count, sizeof(*list));
    *allocations = (struct allocations){.list = list, .count = rows->count};
    for (size_t i = 0; i < rows->count; i++) {
        list[i] = (struct allocation){
            .provider_uuid = row_text(rows, i, 0),
            .provider_generation = row_integer(rows, i, 1),
            .consumer_uuid = row_text(rows, i, 2),
            .consumer_generation = row_integer(rows, i, 3),
            .class_name = row_text(rows, i, 4),
            .used = row_integer(rows, i, 5),
            .modified = (time_t)row_integer(rows, i, 6),
        };
        if (list[i].modified > allocations->modified)
            allocations->modified = list[i].modified;
    }
}

enum outcome allocations_of_consumer(struct context *context, const char *consumer_uuid,
                                     struct allocations *allocations,
                                     struct allocation_owner *owner)
{
    struct rows rows;
    TRY(database_select(context->database, &select_of_consumer, VALUES(value_text(consumer_uuid)),
                        &rows));
    read_rows(context, &rows, allocations);
    if (rows.count == 0 || owner == NULL)
        return OUTCOME_OK;
    *owner = (struct allocation_owner){
        .project_id = row_text(&rows, 0, 7),
        .user_id = row_text(&rows, 0, 8),
        .consumer_type = row_text(&rows, 0, 9),
    };
    return OUTCOME_OK;
}

enum outcome allocations_of_provider(struct context *context, const struct provider *provider,
                                     struct allocations *allocations)
{
    struct rows rows;
    TRY(database_select(context->database, &select_of_provider, VALUES(value_integer(provider->id)),
                        &rows));
    read_rows(context, &rows, allocations);
    return OUTCOME_OK;
}

struct deletion {
    struct context *context;
    const char *consumer_uuid;
};

static enum outcome delete_silently(const struct deletion *deletion, uint64_t *allocations)
{
    struct database *database = deletion->context->database;
    uint64_t consumers;
    *allocations = 0;
    TRY(database_execute(database, &delete_consumer, VALUES(value_text(deletion->consumer_uuid)),
                         &consumers));
    if (consumers == 0)
        return OUTCOME_OK;
    return database_execute(database, &delete_allocations,
                            VALUES(value_text(deletion->consumer_uuid)), allocations);
}

static enum outcome delete_with_trail(const struct deletion *deletion, uint64_t *allocations)
{
    struct database *database = deletion->context->database;
    struct trail *trail = deletion->context->trail;
    const struct value uuid = value_text(deletion->consumer_uuid);
    struct rows consumers, rows;
    *allocations = 0;
    TRY(database_select(database, &delete_consumer_told, &uuid, 1, &consumers));
    if (consumers.count == 0)
        return OUTCOME_OK;
    TRY(database_select(database, &delete_allocations_told, &uuid, 1, &rows));
    *allocations = rows.count;
    const char *consumer = row_text(&consumers, 0, 0);
    trail_add_consumer(
        trail, &(const struct trail_consumer){.uuid = consumer,
                                              .generation_before = row_integer(&consumers, 0, 1),
                                              .generation_after = TRAIL_NONE});
    for (size_t i = 0; i < rows.count; i++)
        trail_held(trail, consumer, row_integer(&rows, i, 0), row_integer(&rows, i, 1),
                   row_integer(&rows, i, 2));
    return OUTCOME_OK;
}

static enum outcome run_deletion(void *subject)
{
    const struct deletion *deletion = subject;
    uint64_t allocations;
    TRY(deletion->context->trail != NULL ? delete_with_trail(deletion, &allocations)
                                         : delete_silently(deletion, &allocations));
    if (allocations == 0)
        return context_fail(deletion->context, OUTCOME_NOT_FOUND,
                            "No allocations for consumer '%s'", deletion->consumer_uuid);
    return OUTCOME_OK;
}

static enum outcome run_deletion_at_once(void *subject)
{
    const struct deletion *deletion = subject;
    return database_conclude(
        deletion->context->database, &delete_at_once,
        VALUES(value_text(deletion->consumer_uuid), value_text(deletion->consumer_uuid)));
}

/* Tells what became of a deletion without an answer. Where the consumer is still there, nothing:
   OUTCOME_UNMET. Otherwise it may have been this deletion that found it, or none. */
static enum outcome find(void *subject, bool ended)
{
    const struct deletion *deletion = subject;
    struct rows rows;
    TRY(database_select(deletion->context->database, &select_consumer,
                        VALUES(value_text(deletion->consumer_uuid)), &rows));
    return ended && rows.count > 0 ? OUTCOME_UNMET : OUTCOME_UNCERTAIN;
}

/* Returns the outcome, or what became of the deletion if that is uncertain. */
static enum outcome find_out(struct deletion *deletion, enum outcome outcome)
{
    return outcome == OUTCOME_UNCERTAIN
               ? database_find_out(deletion->context->database, find, deletion)
               : outcome;
}

enum outcome allocations_delete(struct context *context, const char *consumer_uuid)
{
    struct deletion deletion = {.context = context, .consumer_uuid = consumer_uuid};
    enum outcome outcome = OUTCOME_UNMET;
    if (database_concludes(context->database))
        outcome = find_out(&deletion, database_transaction_at_once(
                                          context->database, run_deletion_at_once, &deletion));
    if (outcome == OUTCOME_UNMET)
        outcome =
            find_out(&deletion, database_transaction(context->database, run_deletion, &deletion));
    return outcome == OUTCOME_UNMET
               ? database_transaction(context->database, run_deletion, &deletion)
               : outcome;
}
