/*
 * Repairs consumers and the roots of provider trees.
 */
#include <config.h>

#include "placement/audit/repairs.h"

#include "placement/ancestry.h"
#include "placement/consumer.h"
#include "placement/provider.h"

static const struct sql delete_allocations = {
    "DELETE a FROM allocations a LEFT JOIN resource_providers rp ON rp.id = a.resource_provider_id "
    "WHERE a.id IN (?...) AND rp.id IS NULL",
    NULL};
static const struct sql select_empty_consumers = {
    "SELECT c.id, "
    "ABS(TIMESTAMPDIFF(SECOND, COALESCE(c.updated_at, c.created_at), UTC_TIMESTAMP())) "
    "FROM consumers c LEFT JOIN allocations a ON a.consumer_id = c.uuid "
    "WHERE c.uuid IN (?...) AND a.id IS NULL",
    "ii"};
/* As upstream's create_incomplete_consumers: generation 0, no type. */
static const struct sql insert_consumers = {
    "INSERT INTO consumers (uuid, project_id, user_id, generation, created_at) "
    "SELECT DISTINCT a.consumer_id, p.id, u.id, 0, UTC_TIMESTAMP() FROM allocations a "
    "JOIN projects p ON p.external_id = ? JOIN users u ON u.external_id = ? "
    "LEFT JOIN consumers c ON c.uuid = a.consumer_id "
    "WHERE a.consumer_id IN (?...) AND c.id IS NULL",
    NULL};
static const struct sql set_project = {
    "UPDATE consumers c JOIN projects incomplete ON incomplete.external_id = ? "
    "LEFT JOIN projects p ON p.id = c.project_id "
    "SET c.project_id = incomplete.id, c.updated_at = UTC_TIMESTAMP() "
    "WHERE c.id IN (?...) AND p.id IS NULL",
    NULL};
static const struct sql set_user = {
    "UPDATE consumers c JOIN users incomplete ON incomplete.external_id = ? "
    "LEFT JOIN users u ON u.id = c.user_id "
    "SET c.user_id = incomplete.id, c.updated_at = UTC_TIMESTAMP() "
    "WHERE c.id IN (?...) AND u.id IS NULL",
    NULL};
/* Reads the providers and all above them. */
static const struct sql select_ancestors = {
    "WITH RECURSIVE up (id, root_provider_id, parent_provider_id, uuid) AS ("
    "SELECT id, root_provider_id, parent_provider_id, uuid FROM resource_providers "
    "WHERE id IN (?...) "
    "UNION SELECT rp.id, rp.root_provider_id, rp.parent_provider_id, rp.uuid "
    "FROM resource_providers rp JOIN up ON rp.id = up.parent_provider_id) "
    "SELECT id, root_provider_id, parent_provider_id, uuid FROM up ORDER BY id",
    "iiis"};
static const struct sql set_root = {
    "UPDATE resource_providers SET root_provider_id = ?, updated_at = UTC_TIMESTAMP() "
    "WHERE id = ?",
    NULL};

struct value audit_batch_ids(const struct audit_batch *batch)
{
    int64_t *ids = arena_array(batch->context->arena, batch->count, sizeof(*ids));
    for (size_t i = 0; i < batch->count; i++)
        ids[i] = batch->findings[i].row_id;
    return value_integers(ids, batch->count);
}

const char **audit_batch_consumers(const struct audit_batch *batch)
{
    const char **uuids = arena_array(batch->context->arena, batch->count, sizeof(*uuids));
    for (size_t i = 0; i < batch->count; i++)
        uuids[i] = batch->findings[i].consumer_uuid;
    return uuids;
}

const char **audit_batch_providers(const struct audit_batch *batch)
{
    const char **uuids = arena_array(batch->context->arena, batch->count, sizeof(*uuids));
    for (size_t i = 0; i < batch->count; i++)
        uuids[i] = batch->findings[i].provider_uuid;
    return uuids;
}

static struct consumer_record incomplete_owner(const struct context *context)
{
    return (struct consumer_record){
        .project_id = context->settings->incomplete_consumer_project_id,
        .user_id = context->settings->incomplete_consumer_user_id,
    };
}

/* Consumers. */

/* Deletes those of the batch's consumers that hold nothing and were last changed at least grace
   seconds ago. */
static enum outcome delete_empty_consumers(struct audit_batch *batch, int64_t grace,
                                           uint64_t *deleted)
{
    struct rows rows;
    struct context *context = batch->context;
    TRY(database_select(context->database, &select_empty_consumers,
                        VALUES(value_texts(audit_batch_consumers(batch), batch->count)), &rows));
    int64_t *ids = arena_array(context->arena, rows.count, sizeof(*ids));
    size_t count = 0;
    for (size_t i = 0; i < rows.count; i++)
        if (row_is_null(&rows, i, 1) || row_integer(&rows, i, 1) >= grace)
            ids[count++] = row_integer(&rows, i, 0);
    *deleted = count;
    return consumers_delete(context, ids, count);
}

enum outcome repair_delete_orphans(struct audit_batch *batch)
{
    return delete_empty_consumers(batch, batch->grace, &batch->changed);
}

enum outcome repair_delete_allocations(struct audit_batch *batch)
{
    uint64_t deleted;
    struct value ids = audit_batch_ids(batch);
    TRY(database_execute(batch->context->database, &delete_allocations, &ids, 1, &batch->changed));
    return delete_empty_consumers(batch, 0, &deleted);
}

enum outcome repair_create_consumers(struct audit_batch *batch)
{
    struct context *context = batch->context;
    const struct consumer_record owner = incomplete_owner(context);
    TRY(consumer_owners_ensure(context, &owner, 1));
    enum outcome outcome =
        database_execute(context->database, &insert_consumers,
                         VALUES(value_text(owner.project_id), value_text(owner.user_id),
                                value_texts(audit_batch_consumers(batch), batch->count)),
                         &batch->changed);
    return outcome == OUTCOME_DUPLICATE ? OUTCOME_CONFLICT : outcome;
}

enum outcome repair_set_project(struct audit_batch *batch)
{
    const struct consumer_record owner = incomplete_owner(batch->context);
    TRY(consumer_owners_ensure(batch->context, &owner, 1));
    return database_execute(batch->context->database, &set_project,
                            VALUES(value_text(owner.project_id), audit_batch_ids(batch)),
                            &batch->changed);
}

enum outcome repair_set_user(struct audit_batch *batch)
{
    const struct consumer_record owner = incomplete_owner(batch->context);
    TRY(consumer_owners_ensure(batch->context, &owner, 1));
    return database_execute(batch->context->database, &set_user,
                            VALUES(value_text(owner.user_id), audit_batch_ids(batch)),
                            &batch->changed);
}

/* Roots. */

static enum outcome lock_ancestors(struct audit_batch *batch, struct rows *locked)
{
    struct rows rows;
    struct context *context = batch->context;
    struct value ids = audit_batch_ids(batch);
    TRY(database_select(context->database, &select_ancestors, &ids, 1, &rows));
    const char **uuids = arena_array(context->arena, rows.count, sizeof(*uuids));
    for (size_t i = 0; i < rows.count; i++)
        uuids[i] = row_text(&rows, i, 3);
    return providers_lock(context, uuids, rows.count, locked);
}

/* Reads the providers and all above them again, now that their rows are locked. OUTCOME_CONFLICT:
   one of them got another parent in between, which is not locked. */
static enum outcome load_locked(struct audit_batch *batch, const struct rows *locked,
                                struct ancestry *ancestry)
{
    struct rows rows;
    struct context *context = batch->context;
    struct value ids = audit_batch_ids(batch);
    TRY(database_select(context->database, &select_ancestors, &ids, 1, &rows));
    *ancestry = ancestry_from_rows(context->arena, &rows);
    size_t known = 0;
    for (size_t i = 0; i < locked->count; i++)
        known += ancestry_find(ancestry, row_integer(locked, i, 0)) != ANCESTRY_NONE;
    return known == ancestry->count ? OUTCOME_OK : OUTCOME_CONFLICT;
}

enum outcome repair_set_roots(struct audit_batch *batch)
{
    enum { WIDTH = 2 };
    struct context *context = batch->context;
    struct rows locked;
    struct ancestry ancestry;
    TRY(lock_ancestors(batch, &locked));
    TRY(load_locked(batch, &locked, &ancestry));
    const struct ancestry_provider *providers = ancestry.providers;
    const size_t *tops = ancestry_tops(context->arena, &ancestry);
    struct value *values = arena_array(context->arena, ancestry.count * WIDTH, sizeof(*values));
    size_t wrong = 0;
    for (size_t i = 0; i < ancestry.count; i++) {
        if (tops[i] == ANCESTRY_NONE)
            continue;
        const struct ancestry_provider *top = &providers[tops[i]];
        if (top->parent_id != 0 || providers[i].root_id == top->id)
            continue;
        values[wrong * WIDTH] = value_integer(top->id);
        values[wrong * WIDTH + 1] = value_integer(providers[i].id);
        wrong++;
    }
    return database_execute_bulk(context->database, &set_root, values, WIDTH, wrong,
                                 &batch->changed);
}
