/*
 * Runs the online data migrations, and counts what is left for them.
 */
#include <config.h>

#include "db/online_migration.h"

static const struct sql count_without_root = {
    "SELECT COUNT(*) FROM (SELECT 1 FROM resource_providers WHERE root_provider_id IS NULL LIMIT "
    "?) "
    "AS missing",
    "i"};

/* Upstream makes each such provider its own root. Here a provider with a parent gets the parent's
   root, once the parent has one. */
static const struct sql set_roots = {
    "UPDATE resource_providers rp JOIN (SELECT child.id, "
    "COALESCE(parent.root_provider_id, child.id) AS root_id FROM resource_providers child "
    "LEFT JOIN resource_providers parent ON parent.id = child.parent_provider_id "
    "WHERE child.root_provider_id IS NULL "
    "AND (child.parent_provider_id IS NULL OR parent.root_provider_id IS NOT NULL) LIMIT ?) "
    "AS chosen ON chosen.id = rp.id "
    "SET rp.root_provider_id = chosen.root_id, rp.updated_at = UTC_TIMESTAMP()",
    NULL};

static const struct sql ensure_project = {
    "INSERT INTO projects (external_id, created_at) SELECT ?, UTC_TIMESTAMP() FROM DUAL "
    "WHERE NOT EXISTS (SELECT 1 FROM projects WHERE external_id = ?)",
    NULL};
static const struct sql ensure_user = {
    "INSERT INTO users (external_id, created_at) SELECT ?, UTC_TIMESTAMP() FROM DUAL "
    "WHERE NOT EXISTS (SELECT 1 FROM users WHERE external_id = ?)",
    NULL};
static const struct sql insert_consumers = {
    "INSERT INTO consumers (uuid, project_id, user_id, created_at) "
    "SELECT DISTINCT a.consumer_id, p.id, u.id, UTC_TIMESTAMP() FROM allocations a "
    "JOIN projects p ON p.external_id = ? JOIN users u ON u.external_id = ? "
    "LEFT JOIN consumers c ON c.uuid = a.consumer_id WHERE c.id IS NULL LIMIT ?",
    NULL};

static const struct sql select_missing = {
    "SELECT EXISTS (SELECT 1 FROM resource_providers WHERE root_provider_id IS NULL), "
    "(SELECT COUNT(DISTINCT a.consumer_id) FROM allocations a "
    "LEFT JOIN consumers c ON c.uuid = a.consumer_id WHERE c.id IS NULL)",
    "ii"};

struct batch {
    struct database *database;
    const struct incomplete_consumer *owner;
    uint64_t limit;
    struct migration_count *count;
};

/* Works level by level: sets the root of a parent before those of its children. */
static enum outcome run_roots(void *subject)
{
    const struct batch *batch = subject;
    struct rows rows;
    uint64_t changed = 1;
    batch->count->done = 0;
    TRY(database_select(batch->database, &count_without_root,
                        VALUES(value_integer((int64_t)batch->limit)), &rows));
    batch->count->found = (uint64_t)row_integer(&rows, 0, 0);
    while (changed > 0 && batch->count->done < batch->limit) {
        int64_t left = (int64_t)(batch->limit - batch->count->done);
        TRY(database_execute(batch->database, &set_roots, VALUES(value_integer(left)), &changed));
        batch->count->done += changed;
    }
    return OUTCOME_OK;
}

static enum outcome insert_missing_consumers(const struct batch *batch)
{
    struct value project = value_text(batch->owner->project_id);
    struct value user = value_text(batch->owner->user_id);
    struct value limit = value_integer((int64_t)batch->limit);
    TRY(database_execute(batch->database, &ensure_project, VALUES(project, project), NULL));
    TRY(database_execute(batch->database, &ensure_user, VALUES(user, user), NULL));
    return database_execute(batch->database, &insert_consumers, VALUES(project, user, limit),
                            &batch->count->done);
}

static enum outcome run_consumers(void *subject)
{
    const struct batch *batch = subject;
    enum outcome outcome = insert_missing_consumers(batch);
    batch->count->found = batch->count->done;
    /* On a duplicate, a service has just made the same row: run the transaction again. */
    return outcome == OUTCOME_DUPLICATE ? OUTCOME_CONFLICT : outcome;
}

static enum outcome set_root_provider_ids(struct database *database,
                                          const struct incomplete_consumer *owner, uint64_t limit,
                                          struct migration_count *count)
{
    struct batch batch = {database, owner, limit, count};
    return database_transaction(database, run_roots, &batch);
}

static enum outcome create_incomplete_consumers(struct database *database,
                                                const struct incomplete_consumer *owner,
                                                uint64_t limit, struct migration_count *count)
{
    struct batch batch = {database, owner, limit, count};
    return database_transaction(database, run_consumers, &batch);
}

const struct online_migration online_migrations[ONLINE_MIGRATIONS] = {
    {"set_root_provider_ids", set_root_provider_ids},
    {"create_incomplete_consumers", create_incomplete_consumers},
};

enum outcome migrations_missing_load(struct database *database, struct migrations_missing *missing)
{
    struct rows rows;
    TRY(database_select(database, &select_missing, NO_VALUES, &rows));
    missing->roots = row_integer(&rows, 0, 0) != 0;
    missing->consumers = (uint64_t)row_integer(&rows, 0, 1);
    return OUTCOME_OK;
}
