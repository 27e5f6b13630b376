/*
 * Creates and upgrades the schema.
 */
#include <config.h>

#include "db/schema_version.h"

#include "base/embedded.h"
#include "base/log.h"
#include "base/text.h"

static const struct sql select_version_table = {
    "SELECT 1 FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_name = 'alembic_version'",
    "i"};
static const struct sql count_tables = {
    "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() "
    "AND table_name IN ('allocations', 'consumers', 'inventories', 'placement_aggregates', "
    "'projects', 'resource_classes', 'resource_provider_aggregates', 'resource_provider_traits', "
    "'resource_providers', 'traits', 'users')",
    "i"};
static const struct sql select_versions = {"SELECT version_num FROM alembic_version", "s"};
static const struct sql delete_versions = {"DELETE FROM alembic_version", NULL};
static const struct sql insert_version = {"INSERT INTO alembic_version (version_num) VALUES (?)",
                                          NULL};
static const struct sql update_version = {
    "UPDATE alembic_version SET version_num = ? WHERE version_num = ?", NULL};

/* One lock per database of the server; hashed because its name has a limited length. */
static const struct sql take_lock = {
    "SELECT GET_LOCK(CONCAT('berth_schema_', MD5(DATABASE())), 60)", "i"};
static const struct sql release_lock = {
    "SELECT RELEASE_LOCK(CONCAT('berth_schema_', MD5(DATABASE())))", "i"};

/* Seconds that a change waits for the transactions that use its table. Transactions that come later
   wait for the change during that time. */
static const char limit_waiting[] = "SET SESSION lock_wait_timeout = 60";

static const struct sql select_without_root = {
    "SELECT 1 FROM resource_providers WHERE root_provider_id IS NULL LIMIT 1", "i"};
static const struct sql select_without_consumer = {
    "SELECT 1 FROM allocations a LEFT JOIN consumers c ON c.uuid = a.consumer_id "
    "WHERE c.id IS NULL LIMIT 1",
    "i"};

/* The chain of revisions: the file that leads to each, and a query that must find nothing before,
   with the reason to report if it finds something. */
static const struct {
    const char *name;
    const char *file;
    const struct sql *guard;
    const char *reason;
} revisions[] = {
    {"b4ed3a175331", "schema", NULL, NULL},
    {"611cd6dffd7b", NULL, &select_without_root,
     "There is at least one resource provider table record which is missing its root provider id. "
     "Run the \"berth-manage db online_data_migrations\" command."},
    {"b5c396305c25", NULL, &select_without_consumer,
     "There is at least one allocation record which is missing a consumer record. Run the "
     "\"berth-manage db online_data_migrations\" command."},
    {SCHEMA_OLDEST_SERVED, "step_" SCHEMA_OLDEST_SERVED, NULL, NULL},
    {SCHEMA_HEAD, "step_" SCHEMA_HEAD, NULL, NULL},
};

enum { REVISIONS = sizeof(revisions) / sizeof(revisions[0]) };

struct schema_change {
    struct database *database;
    struct arena *arena;
    const char *target;
    const char *reason; /* set if it cannot be done */
};

static enum outcome refuse(struct schema_change *change, const char *reason)
{
    change->reason = reason;
    return OUTCOME_ACTION_INVALID;
}

/* Returns the place of a revision in the chain, or -1. */
static int revision_place(const char *name)
{
    for (int i = 0; i < REVISIONS; i++)
        if (strcmp(revisions[i].name, name) == 0)
            return i;
    return -1;
}

static const char *unknown_revision(struct arena *arena, const char *revision)
{
    return arena_printf(arena,
                        "The database is at revision %s, which this version of Berth does not "
                        "know: it may be a newer one.",
                        revision);
}

/* Refuses for a reason that was found before anything was changed. */
static enum outcome refuse_first(struct schema_change *change, const char *reason)
{
    return refuse(change, arena_printf(change->arena, "%s Nothing was changed.", reason));
}

static enum outcome refuse_unknown(struct schema_change *change, const char *revision)
{
    return refuse_first(change, unknown_revision(change->arena, revision));
}

static const char without_revision[] =
    "The database has tables, but nothing says of which revision. Say so with \"berth-manage db "
    "stamp REVISION\" (b4ed3a175331 if they were copied out of Nova's database), then do this "
    "again.";

bool schema_version_find(const char *text, const char **revision)
{
    size_t length = strlen(text), matches = 0;
    *revision = NULL;
    if (strcmp(text, "base") == 0)
        return true;
    if (strcmp(text, "head") == 0 || strcmp(text, "heads") == 0) {
        *revision = SCHEMA_HEAD;
        return true;
    }
    for (size_t i = 0; i < REVISIONS && length > 0; i++) {
        if (strncmp(revisions[i].name, text, length) != 0)
            continue;
        *revision = revisions[i].name;
        matches++;
    }
    return matches == 1;
}

/* Reads all rows of alembic_version. Sets exists to whether there is such a table. */
static enum outcome load_versions(struct database *database, bool *exists, struct rows *rows)
{
    *exists = false;
    TRY(database_select(database, &select_version_table, NO_VALUES, rows));
    if (rows->count == 0)
        return OUTCOME_OK;
    *exists = true;
    return database_select(database, &select_versions, NO_VALUES, rows);
}

enum outcome schema_version_load(struct database *database, const char **revision)
{
    struct rows rows;
    bool exists;
    *revision = NULL;
    TRY(load_versions(database, &exists, &rows));
    if (rows.count == 0)
        return OUTCOME_OK;
    *revision = row_text(&rows, 0, 0);
    return rows.count > 1 ? OUTCOME_ACTION_INVALID : OUTCOME_OK;
}

enum outcome schema_find_obstacle(struct database *database, struct arena *arena,
                                  const char **obstacle)
{
    struct rows rows;
    bool exists;
    *obstacle = NULL;
    TRY(load_versions(database, &exists, &rows));
    if (rows.count > 0) {
        if (revision_place(row_text(&rows, 0, 0)) < 0)
            *obstacle = unknown_revision(arena, row_text(&rows, 0, 0));
    } else if (!exists) {
        TRY(database_select(database, &count_tables, NO_VALUES, &rows));
        if (row_integer(&rows, 0, 0) > 0)
            *obstacle = without_revision;
    }
    return OUTCOME_OK;
}

bool schema_version_serves(const char *revision)
{
    /* The step between these two only drops indexes that are redundant. */
    return revision != NULL &&
           (strcmp(revision, SCHEMA_HEAD) == 0 || strcmp(revision, SCHEMA_OLDEST_SERVED) == 0);
}

/* Runs the statements of a file. Each ends with a semicolon at the end of a line; lines that begin
   with two dashes are comments. */
static enum outcome run_file(const struct schema_change *change, const char *name)
{
    const struct embedded_text *file = sql_texts;
    while (strcmp(file->name, name) != 0)
        file++;
    struct text_builder statement = text_begin(change->arena);
    const char *text = file->text;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        const char *line = arena_strndup(change->arena, text, length);
        text += length + (text[length] != '\0');
        if (strncmp(line, "--", 2) == 0 || length == 0)
            continue;
        text_add_item(&statement, "\n", line);
        if (line[length - 1] != ';')
            continue;
        TRY(database_run(change->database, text_end(&statement)));
        statement = text_begin(change->arena);
    }
    return OUTCOME_OK;
}

/* Records that the database went from one revision (NULL: none) to another. */
static enum outcome write_version(struct schema_change *change, const char *from, const char *to)
{
    uint64_t rows;
    enum outcome outcome =
        from == NULL
            ? database_execute(change->database, &insert_version, VALUES(value_text(to)), &rows)
            : database_execute(change->database, &update_version,
                               VALUES(value_text(to), value_text(from)), &rows);
    if (outcome != OUTCOME_DUPLICATE) {
        TRY(outcome);
        if (rows == 1) {
            log_event(from == NULL ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO,
                      "the schema has a new revision", log_text("from", from), log_text("to", to));
            return OUTCOME_OK;
        }
    }
    return refuse(change, "Another process has changed the revision at the same time.");
}

/* Creates the schema in a database without a revision, and sets place to the revision that it has
   then. There are tables already if a first attempt, by Berth or upstream, was interrupted: they
   may be old and lack indexes, so all steps must follow. */
static enum outcome create(struct schema_change *change, bool version_table, int *place)
{
    struct rows rows;
    TRY(database_select(change->database, &count_tables, NO_VALUES, &rows));
    bool begun = row_integer(&rows, 0, 0) > 0;
    if (begun && !version_table)
        return refuse_first(change, without_revision);
    TRY(run_file(change, revisions[0].file));
    if (begun)
        TRY(run_file(change, "schema_indexes"));
    *place = begun ? 0 : REVISIONS - 1;
    return write_version(change, NULL, revisions[*place].name);
}

/* Takes the step that leads to a revision from the one before it. */
static enum outcome take_step(struct schema_change *change, int place)
{
    struct rows rows = {0};
    if (revisions[place].guard != NULL)
        TRY(database_select(change->database, revisions[place].guard, NO_VALUES, &rows));
    if (rows.count > 0)
        return refuse(change, revisions[place].reason);
    if (revisions[place].file != NULL)
        TRY(run_file(change, revisions[place].file));
    return write_version(change, revisions[place - 1].name, revisions[place].name);
}

/* Creates the indexes again that the last step dropped. Records the revision first, so that the
   last step is known to be due if this is interrupted. */
static enum outcome step_back(struct schema_change *change, const char *revision)
{
    if (strcmp(revision, change->target) != 0)
        TRY(write_version(change, revision, change->target));
    return run_file(change, "back_" SCHEMA_OLDEST_SERVED);
}

static enum outcome synchronise(struct schema_change *change)
{
    struct rows rows;
    bool exists;
    TRY(load_versions(change->database, &exists, &rows));
    if (rows.count > 1)
        return refuse(change, "The table alembic_version has more than one revision.");
    int place = rows.count == 0 ? 0 : revision_place(row_text(&rows, 0, 0));
    if (place < 0)
        return refuse_unknown(change, row_text(&rows, 0, 0));
    if (rows.count == 0)
        TRY(create(change, exists, &place));
    int target = revision_place(change->target);
    while (place < target)
        TRY(take_step(change, ++place));
    if (strcmp(change->target, SCHEMA_OLDEST_SERVED) == 0)
        return step_back(change, revisions[place].name);
    return OUTCOME_OK;
}

enum outcome schema_synchronise(struct database *database, struct arena *arena,
                                const char *revision, const char **reason)
{
    struct schema_change change = {.database = database, .arena = arena, .target = revision};
    struct rows rows;
    *reason = NULL;
    TRY(database_run(database, limit_waiting));
    TRY(database_select(database, &take_lock, NO_VALUES, &rows));
    if (row_integer(&rows, 0, 0) != 1) {
        *reason = "Another process is changing the schema.";
        return OUTCOME_ACTION_INVALID;
    }
    enum outcome outcome = synchronise(&change);
    if (outcome == OUTCOME_CONFLICT)
        outcome = refuse(&change, "Other transactions hold a table that must be changed. What was "
                                  "done is kept: do this again.");
    *reason = change.reason;
    enum outcome released = database_select(database, &release_lock, NO_VALUES, &rows);
    return outcome == OUTCOME_OK ? released : outcome;
}

static enum outcome run_stamp(void *subject)
{
    struct schema_change *change = subject;
    struct rows rows;
    TRY(database_select(change->database, &select_versions, NO_VALUES, &rows));
    for (size_t i = 0; i < rows.count; i++)
        if (revision_place(row_text(&rows, i, 0)) < 0)
            return refuse_unknown(change, row_text(&rows, i, 0));
    TRY(database_execute(change->database, &delete_versions, NO_VALUES, NULL));
    if (change->target == NULL)
        return OUTCOME_OK;
    return database_execute(change->database, &insert_version, VALUES(value_text(change->target)),
                            NULL);
}

enum outcome schema_version_stamp(struct database *database, struct arena *arena,
                                  const char *revision, const char **reason)
{
    struct schema_change change = {.database = database, .arena = arena, .target = revision};
    *reason = NULL;
    TRY(database_run(database, "CREATE TABLE IF NOT EXISTS alembic_version "
                               "(version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num))"));
    enum outcome outcome = database_transaction(database, run_stamp, &change);
    *reason = change.reason;
    return outcome;
}
