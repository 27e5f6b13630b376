/*
 * Putting right what an audit has found, a batch at a time.
 *
 * A batch is one transaction. It locks as the API does: consumers by uuid, then providers by uuid.
 * Then each statement that changes something asks again for what is wrong with the row, so that
 * what was put right meanwhile is left alone.
 */
#include <config.h>

#include "placement/ancestry.h"
#include "placement/audit/audit.h"
#include "placement/consumer.h"
#include "placement/provider.h"

enum { BATCH = 200 }; /* findings that are put right in one transaction */

static const struct sql delete_allocations = {
    "DELETE a FROM allocations a LEFT JOIN resource_providers rp ON rp.id = a.resource_provider_id "
    "WHERE a.id IN (?...) AND rp.id IS NULL",
    NULL};
static const struct sql select_empty_consumers = {
    "SELECT c.id, TIMESTAMPDIFF(SECOND, COALESCE(c.updated_at, c.created_at), UTC_TIMESTAMP()) "
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
/* The providers and all above them. */
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

/* Some findings, all of one kind, and the transaction for them. */
struct batch {
    struct context *context;
    const struct audit_options *options;
    const struct audit_finding *findings;
    size_t count;
    uint64_t changed; /* rows, in this attempt */
};

static struct value batch_ids(const struct batch *batch)
{
    int64_t *ids = arena_array(batch->context->arena, batch->count, sizeof(*ids));
    for (size_t i = 0; i < batch->count; i++)
        ids[i] = batch->findings[i].row_id;
    return value_integers(ids, batch->count);
}

static const char **batch_uuids(const struct batch *batch, bool of_consumers)
{
    const char **uuids = arena_array(batch->context->arena, batch->count, sizeof(*uuids));
    for (size_t i = 0; i < batch->count; i++)
        uuids[i] =
            of_consumers ? batch->findings[i].consumer_uuid : batch->findings[i].provider_uuid;
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

/* Deletes those of the batch's consumers that hold nothing, unless they were changed just now. */
static enum outcome delete_empty_consumers(struct batch *batch, int64_t grace, uint64_t *deleted)
{
    struct rows rows;
    struct context *context = batch->context;
    enum outcome outcome =
        database_select(context->database, &select_empty_consumers,
                        VALUES(value_texts(batch_uuids(batch, true), batch->count)), &rows);
    if (outcome != OUTCOME_OK)
        return outcome;
    int64_t *ids = arena_array(context->arena, rows.count, sizeof(*ids));
    size_t count = 0;
    for (size_t i = 0; i < rows.count; i++)
        if (row_is_null(&rows, i, 1) || row_integer(&rows, i, 1) >= grace)
            ids[count++] = row_integer(&rows, i, 0);
    *deleted = count;
    return consumers_delete(context, ids, count);
}

static enum outcome delete_orphans(struct batch *batch)
{
    return delete_empty_consumers(batch, batch->options->grace, &batch->changed);
}

static enum outcome delete_lost_allocations(struct batch *batch)
{
    uint64_t deleted;
    struct value ids = batch_ids(batch);
    enum outcome outcome =
        database_execute(batch->context->database, &delete_allocations, &ids, 1, &batch->changed);
    return outcome == OUTCOME_OK ? delete_empty_consumers(batch, 0, &deleted) : outcome;
}

static enum outcome make_consumers(struct batch *batch)
{
    struct context *context = batch->context;
    const struct consumer_record owner = incomplete_owner(context);
    enum outcome outcome = consumer_owners_ensure(context, &owner, 1);
    if (outcome == OUTCOME_OK)
        outcome = database_execute(context->database, &insert_consumers,
                                   VALUES(value_text(owner.project_id), value_text(owner.user_id),
                                          value_texts(batch_uuids(batch, true), batch->count)),
                                   &batch->changed);
    /* a claim has made one of them: look again */
    return outcome == OUTCOME_DUPLICATE ? OUTCOME_CONFLICT : outcome;
}

static enum outcome give_project(struct batch *batch)
{
    const struct consumer_record owner = incomplete_owner(batch->context);
    enum outcome outcome = consumer_owners_ensure(batch->context, &owner, 1);
    if (outcome != OUTCOME_OK)
        return outcome;
    return database_execute(batch->context->database, &set_project,
                            VALUES(value_text(owner.project_id), batch_ids(batch)),
                            &batch->changed);
}

static enum outcome give_user(struct batch *batch)
{
    const struct consumer_record owner = incomplete_owner(batch->context);
    enum outcome outcome = consumer_owners_ensure(batch->context, &owner, 1);
    if (outcome != OUTCOME_OK)
        return outcome;
    return database_execute(batch->context->database, &set_user,
                            VALUES(value_text(owner.user_id), batch_ids(batch)), &batch->changed);
}

/* Roots. */

static enum outcome lock_ancestors(struct batch *batch, struct rows *locked)
{
    struct rows rows;
    struct context *context = batch->context;
    struct value ids = batch_ids(batch);
    enum outcome outcome = database_select(context->database, &select_ancestors, &ids, 1, &rows);
    if (outcome != OUTCOME_OK)
        return outcome;
    const char **uuids = arena_array(context->arena, rows.count, sizeof(*uuids));
    for (size_t i = 0; i < rows.count; i++)
        uuids[i] = row_text(&rows, i, 3);
    return providers_lock(context, uuids, rows.count, locked);
}

/* Reads the providers and all above them again, now that their rows are locked. OUTCOME_CONFLICT:
   one of them has got other parents meanwhile, which are not. */
static enum outcome load_locked(struct batch *batch, const struct rows *locked,
                                struct ancestry *ancestry)
{
    struct rows rows;
    struct context *context = batch->context;
    struct value ids = batch_ids(batch);
    enum outcome outcome = database_select(context->database, &select_ancestors, &ids, 1, &rows);
    if (outcome != OUTCOME_OK)
        return outcome;
    *ancestry = ancestry_from_rows(context->arena, &rows);
    size_t known = 0;
    for (size_t i = 0; i < locked->count; i++)
        known += ancestry_find(ancestry, row_integer(locked, i, 0)) != ANCESTRY_NONE;
    return known == ancestry->count ? OUTCOME_OK : OUTCOME_CONFLICT;
}

static enum outcome set_roots(struct batch *batch)
{
    enum { WIDTH = 2 };
    struct context *context = batch->context;
    struct rows locked;
    struct ancestry ancestry;
    enum outcome outcome = lock_ancestors(batch, &locked);
    if (outcome == OUTCOME_OK)
        outcome = load_locked(batch, &locked, &ancestry);
    if (outcome != OUTCOME_OK)
        return outcome;
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

/* What is done about each kind: a statement for the ids of the rows, or a function. */
static const struct repair {
    enum { LOCK_NOTHING, LOCK_CONSUMERS, LOCK_PROVIDERS } locks;
    enum outcome (*run)(struct batch *batch);
    struct sql sql;
} repairs[AUDIT_KINDS] = {
    [AUDIT_ALLOCATION_WITHOUT_PROVIDER] = {LOCK_CONSUMERS, delete_lost_allocations, {0}},
    [AUDIT_ALLOCATION_WITHOUT_CONSUMER] = {LOCK_CONSUMERS, make_consumers, {0}},
    [AUDIT_CONSUMER_WITHOUT_PROJECT] = {LOCK_CONSUMERS, give_project, {0}},
    [AUDIT_CONSUMER_WITHOUT_USER] = {LOCK_CONSUMERS, give_user, {0}},
    [AUDIT_CONSUMER_WITHOUT_TYPE] =
        {LOCK_CONSUMERS,
         NULL,
         {"UPDATE consumers c LEFT JOIN consumer_types t ON t.id = c.consumer_type_id "
          "SET c.consumer_type_id = NULL, c.updated_at = UTC_TIMESTAMP() "
          "WHERE c.id IN (?...) AND c.consumer_type_id IS NOT NULL AND t.id IS NULL",
          NULL}},
    [AUDIT_ORPHANED_CONSUMER] = {LOCK_CONSUMERS, delete_orphans, {0}},
    [AUDIT_PARENT_GONE] =
        {LOCK_PROVIDERS,
         NULL,
         {"UPDATE resource_providers rp "
          "LEFT JOIN resource_providers parent ON parent.id = rp.parent_provider_id "
          "SET rp.parent_provider_id = NULL, rp.updated_at = UTC_TIMESTAMP() "
          "WHERE rp.id IN (?...) AND rp.parent_provider_id IS NOT NULL AND parent.id IS NULL",
          NULL}},
    [AUDIT_WRONG_ROOT] = {LOCK_NOTHING, set_roots, {0}},
    [AUDIT_INVENTORY_WITHOUT_PROVIDER] =
        {LOCK_NOTHING,
         NULL,
         {"DELETE i FROM inventories i "
          "LEFT JOIN resource_providers rp ON rp.id = i.resource_provider_id "
          "WHERE i.id IN (?...) AND rp.id IS NULL",
          NULL}},
    [AUDIT_TRAIT_WITHOUT_PROVIDER] =
        {LOCK_NOTHING,
         NULL,
         {"DELETE t FROM resource_provider_traits t "
          "LEFT JOIN resource_providers rp ON rp.id = t.resource_provider_id "
          "WHERE t.resource_provider_id IN (?...) AND rp.id IS NULL",
          NULL}},
    [AUDIT_AGGREGATE_WITHOUT_PROVIDER] =
        {LOCK_NOTHING,
         NULL,
         {"DELETE m FROM resource_provider_aggregates m "
          "LEFT JOIN resource_providers rp ON rp.id = m.resource_provider_id "
          "WHERE m.resource_provider_id IN (?...) AND rp.id IS NULL",
          NULL}},
    [AUDIT_TRAIT_GONE] =
        {LOCK_PROVIDERS,
         NULL,
         {"DELETE t FROM resource_provider_traits t LEFT JOIN traits n ON n.id = t.trait_id "
          "WHERE t.resource_provider_id IN (?...) AND n.id IS NULL",
          NULL}},
    [AUDIT_AGGREGATE_GONE] = {LOCK_PROVIDERS,
                              NULL,
                              {"DELETE m FROM resource_provider_aggregates m "
                               "LEFT JOIN placement_aggregates n ON n.id = m.aggregate_id "
                               "WHERE m.resource_provider_id IN (?...) AND n.id IS NULL",
                               NULL}},
};

static enum outcome run_batch(void *subject)
{
    struct batch *batch = subject;
    struct context *context = batch->context;
    const struct repair *repair = &repairs[batch->findings[0].kind];
    struct consumer *consumers;
    struct rows providers;
    size_t found;
    enum outcome outcome = OUTCOME_OK;
    if (repair->locks == LOCK_CONSUMERS)
        outcome =
            consumers_lock(context, batch_uuids(batch, true), batch->count, &consumers, &found);
    else if (repair->locks == LOCK_PROVIDERS)
        outcome = providers_lock(context, batch_uuids(batch, false), batch->count, &providers);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (repair->run != NULL)
        return repair->run(batch);
    struct value ids = batch_ids(batch);
    return database_execute(context->database, &repair->sql, &ids, 1, &batch->changed);
}

/* The findings of a batch are next to each other and of one kind. */
static size_t batch_end(const struct audit_report *report, size_t start)
{
    size_t end = start + 1;
    while (end < report->count && end - start < BATCH &&
           report->findings[end].kind == report->findings[start].kind)
        end++;
    return end;
}

enum outcome audit_fix(struct context *context, const struct audit_options *options,
                       const struct audit_report *report, uint64_t fixed[AUDIT_KINDS])
{
    struct arena arena;
    struct context own = *context;
    enum outcome outcome = OUTCOME_OK;
    uint64_t done = 0, total = audit_fixable(report);
    arena_init(&arena, 0);
    own.arena = &arena;
    for (size_t start = 0, end; outcome == OUTCOME_OK && start < report->count; start = end) {
        enum audit_kind kind = report->findings[start].kind;
        end = batch_end(report, start);
        if (audit_checks[kind].fix == NULL)
            continue;
        if (options->progress != NULL)
            options->progress(options->subject, audit_checks[kind].title, done, total);
        struct batch batch = {&own, options, &report->findings[start], end - start, 0};
        database_begin_request(context->database, &arena);
        outcome = database_transaction(context->database, run_batch, &batch);
        if (outcome == OUTCOME_OK)
            fixed[kind] += batch.changed;
        else if (outcome == OUTCOME_CONCURRENT_UPDATE)
            outcome = OUTCOME_OK; /* others hold these rows: left for another time */
        done += end - start;
        arena_reset(&arena);
    }
    database_begin_request(context->database, context->arena);
    arena_free(&arena);
    return outcome;
}
