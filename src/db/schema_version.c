/*
 * Creating and upgrading the schema.
 */
#include <config.h>

#include "db/schema_version.h"

#include "base/embedded.h"

static const struct sql select_table = {
    "SELECT 1 FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_name = 'alembic_version'",
    "i"};
static const struct sql select_version = {"SELECT version_num FROM alembic_version", "s"};
static const struct sql delete_version = {"DELETE FROM alembic_version", NULL};
static const struct sql insert_version = {"INSERT INTO alembic_version (version_num) VALUES (?)",
                                          NULL};
static const struct sql take_lock = {"SELECT GET_LOCK('berth_schema', 60)", "i"};
static const struct sql release_lock = {"SELECT RELEASE_LOCK('berth_schema')", "i"};

static const struct sql count_without_root = {
    "SELECT COUNT(*) FROM resource_providers WHERE root_provider_id IS NULL", "i"};
static const struct sql count_without_consumer = {
    "SELECT COUNT(*) FROM allocations a LEFT JOIN consumers c ON c.uuid = a.consumer_id "
    "WHERE c.id IS NULL",
    "i"};

/* The chain of revisions, with the file that leads to each, and what must not be found before. */
static const struct {
    const char *revision;
    const char *file;
    const struct sql *guard;
    const char *reason;
} steps[] = {
    {"b4ed3a175331", NULL, NULL, NULL},
    {"611cd6dffd7b", "step_611cd6dffd7b", &count_without_root,
     "There is at least one resource provider table record which is missing its root provider id. "
     "Run the \"berth-manage db online_data_migrations\" command."},
    {"b5c396305c25", "step_b5c396305c25", &count_without_consumer,
     "There is at least one allocation record which is missing a consumer record. Run the "
     "\"berth-manage db online_data_migrations\" command."},
    {"422ece571366", "step_422ece571366", NULL, NULL},
    {SCHEMA_HEAD, "step_" SCHEMA_HEAD, NULL, NULL},
};

enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

enum outcome schema_version_load(struct database *database, const char **revision)
{
    struct rows rows;
    *revision = NULL;
    enum outcome outcome = database_select(database, &select_table, NO_VALUES, &rows);
    if (outcome != OUTCOME_OK || rows.count == 0)
        return outcome;
    outcome = database_select(database, &select_version, NO_VALUES, &rows);
    if (outcome == OUTCOME_OK && rows.count > 0)
        *revision = row_text(&rows, 0, 0);
    return outcome;
}

bool schema_version_is_known(const char *revision)
{
    for (size_t i = 0; revision != NULL && i < STEPS; i++)
        if (strcmp(steps[i].revision, revision) == 0)
            return true;
    return revision == NULL;
}

bool schema_version_serves(const char *revision)
{
    /* the step between these two only drops indexes that others make superfluous */
    return revision != NULL &&
           (strcmp(revision, SCHEMA_HEAD) == 0 || strcmp(revision, "422ece571366") == 0);
}

/* Runs the statements of a file: each ends with a semicolon at the end of a line, and lines that
   begin with two dashes are comments. */
static enum outcome run_file(struct database *database, struct arena *arena, const char *name)
{
    const struct embedded_text *file = sql_texts;
    while (strcmp(file->name, name) != 0)
        file++;
    const char *statement = "", *text = file->text;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        const char *line = arena_strndup(arena, text, length);
        text += length + (text[length] != '\0');
        if (strncmp(line, "--", 2) == 0 || length == 0)
            continue;
        statement = arena_printf(arena, "%s%s\n", statement, line);
        if (line[length - 1] != ';')
            continue;
        enum outcome outcome = database_run(database, statement);
        if (outcome != OUTCOME_OK)
            return outcome;
        statement = "";
    }
    return OUTCOME_OK;
}

/* Takes the steps that follow a revision. */
static enum outcome take_steps(struct database *database, struct arena *arena, const char *revision,
                               const char **reason)
{
    size_t next = 0;
    while (strcmp(steps[next].revision, revision) != 0)
        next++;
    while (++next < STEPS) {
        struct rows rows;
        enum outcome outcome = OUTCOME_OK;
        if (steps[next].guard != NULL) {
            outcome = database_select(database, steps[next].guard, NO_VALUES, &rows);
            if (outcome == OUTCOME_OK && row_integer(&rows, 0, 0) > 0) {
                *reason = steps[next].reason;
                return OUTCOME_ACTION_INVALID;
            }
        }
        if (outcome == OUTCOME_OK)
            outcome = run_file(database, arena, steps[next].file);
        if (outcome != OUTCOME_OK)
            return outcome;
    }
    return OUTCOME_OK;
}

static enum outcome synchronise(struct database *database, struct arena *arena, const char **reason)
{
    const char *revision;
    enum outcome outcome = schema_version_load(database, &revision);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (revision == NULL)
        return run_file(database, arena, "schema");
    if (!schema_version_is_known(revision)) {
        *reason = arena_printf(arena,
                               "The database is at revision %s, which this version of Berth "
                               "does not know.",
                               revision);
        return OUTCOME_ACTION_INVALID;
    }
    return take_steps(database, arena, revision, reason);
}

enum outcome schema_synchronise(struct database *database, struct arena *arena, const char **reason)
{
    struct rows rows;
    *reason = NULL;
    enum outcome outcome = database_select(database, &take_lock, NO_VALUES, &rows);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (row_integer(&rows, 0, 0) != 1) {
        *reason = "Another process is changing the schema.";
        return OUTCOME_ACTION_INVALID;
    }
    outcome = synchronise(database, arena, reason);
    enum outcome released = database_select(database, &release_lock, NO_VALUES, &rows);
    return outcome == OUTCOME_OK ? released : outcome;
}

static enum outcome run_stamp(void *subject)
{
    void **pair = subject;
    struct database *database = pair[0];
    enum outcome outcome = database_execute(database, &delete_version, NO_VALUES, NULL);
    if (outcome == OUTCOME_OK)
        outcome = database_execute(database, &insert_version,
                                   VALUES(value_text((const char *)pair[1])), NULL);
    return outcome;
}

enum outcome schema_version_stamp(struct database *database, const char *revision)
{
    void *pair[] = {database, (void *)(uintptr_t)revision};
    enum outcome outcome =
        database_run(database, "CREATE TABLE IF NOT EXISTS alembic_version "
                               "(version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num))");
    return outcome == OUTCOME_OK ? database_transaction(database, run_stamp, pair) : outcome;
}

/* Online data migrations. A provider that has a parent is left for a later round if the parent has
   no root yet. */
static const struct sql set_roots = {
    "UPDATE resource_providers rp LEFT JOIN resource_providers parent "
    "ON parent.id = rp.parent_provider_id "
    "SET rp.root_provider_id = COALESCE(parent.root_provider_id, rp.id) "
    "WHERE rp.root_provider_id IS NULL "
    "AND (rp.parent_provider_id IS NULL OR parent.root_provider_id IS NOT NULL)",
    NULL};
static const struct sql ensure_project = {
    "INSERT IGNORE INTO projects (external_id, created_at) VALUES (?, UTC_TIMESTAMP())", NULL};
static const struct sql ensure_user = {
    "INSERT IGNORE INTO users (external_id, created_at) VALUES (?, UTC_TIMESTAMP())", NULL};
static const struct sql insert_consumers = {
    "INSERT INTO consumers (uuid, project_id, user_id, generation, created_at) "
    "SELECT DISTINCT a.consumer_id, p.id, u.id, 0, UTC_TIMESTAMP() FROM allocations a "
    "JOIN projects p ON p.external_id = ? JOIN users u ON u.external_id = ? "
    "LEFT JOIN consumers c ON c.uuid = a.consumer_id WHERE c.id IS NULL LIMIT ?",
    NULL};

struct migration {
    struct database *database;
    const char *project_id, *user_id;
    int64_t limit;
    struct schema_migrations *migrations;
};

static enum outcome run_migration(void *subject)
{
    const struct migration *migration = subject;
    struct database *database = migration->database;
    struct value project = value_text(migration->project_id);
    struct value user = value_text(migration->user_id);
    enum outcome outcome =
        database_execute(database, &set_roots, NO_VALUES, &migration->migrations->roots);
    if (outcome == OUTCOME_OK)
        outcome = database_execute(database, &ensure_project, &project, 1, NULL);
    if (outcome == OUTCOME_OK)
        outcome = database_execute(database, &ensure_user, &user, 1, NULL);
    if (outcome == OUTCOME_OK)
        outcome = database_execute(database, &insert_consumers,
                                   VALUES(project, user, value_integer(migration->limit)),
                                   &migration->migrations->consumers);
    return outcome;
}

enum outcome schema_migrate_data(struct database *database, const char *project_id,
                                 const char *user_id, int64_t limit,
                                 struct schema_migrations *migrations)
{
    struct migration migration = {database, project_id, user_id, limit, migrations};
    return database_transaction(database, run_migration, &migration);
}
