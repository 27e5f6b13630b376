/*
 * berth-manage db ...: the commands of placement-manage. Output and exit statuses are upstream's
 * (placement/cmd/manage.py), except for the reasons of failures, where upstream shows a traceback.
 */
#include <config.h>

#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "base/text.h"
#include "db/online_migration.h"
#include "db/schema_version.h"
#include "manage/command.h"
#include "manage/table.h"
#include "placement/standard.h"
#include "placement/world/server.h"
#include "settings/option_value.h"

/* Rows in a batch without --max-count. */
enum { BATCH = 50 };

/* Exit statuses of online_data_migrations. */
enum {
    MIGRATIONS_COMPLETE = 0,
    MIGRATIONS_MORE = 1,
    MIGRATIONS_FAILED = 2,
    MIGRATIONS_INVALID = 127
};

/* Returns the exit status for an outcome. If there is a reason, complains with it. */
static int complain(enum outcome outcome, const char *reason)
{
    return reason != NULL ? command_complain("%s", reason) : command_outcome(outcome);
}

/* Reads a command's only option into *value, NULL if it is not given. Returns false for other
   arguments. */
static bool option_read(struct command_call *call, const char *name, const char **value)
{
    const struct option options[] = {{name, required_argument, NULL, 'o'}, {NULL, 0, NULL, 0}};
    int option;
    *value = NULL;
    while ((option = getopt_long(call->argc, call->argv, "", options, NULL)) == 'o')
        *value = optarg;
    return option == -1 && optind == call->argc;
}

static enum outcome synchronise(struct command_call *call, const char *revision,
                                const char **reason)
{
    TRY(schema_synchronise(call->database, &call->arena, revision, reason));
    return standard_synchronise(call->database, &call->arena);
}

int command_db_sync(struct command_call *call)
{
    const char *version, *revision = SCHEMA_HEAD, *reason = NULL;
    if (!option_read(call, "version", &version))
        return command_usage(call);
    if (version != NULL &&
        (!schema_version_find(version, &revision) || revision == NULL ||
         (strcmp(revision, SCHEMA_HEAD) != 0 && strcmp(revision, SCHEMA_OLDEST_SERVED) != 0)))
        return command_complain("db sync: Berth serves the revisions %s and %s only",
                                SCHEMA_OLDEST_SERVED, SCHEMA_HEAD);
    enum outcome outcome = synchronise(call, revision, &reason);
    return complain(outcome, reason);
}

int command_db_version(struct command_call *call)
{
    const char *revision;
    if (call->argc > 1)
        return command_usage(call);
    enum outcome outcome = schema_version_load(call->database, &revision);
    if (outcome == OUTCOME_ACTION_INVALID)
        return command_complain("the table alembic_version has more than one revision");
    if (outcome == OUTCOME_OK)
        puts(revision != NULL ? text_shown(&call->arena, revision) : "None");
    return command_outcome(outcome);
}

int command_db_stamp(struct command_call *call)
{
    const char *revision, *reason = NULL;
    if (call->argc != 2)
        return command_usage(call);
    if (!schema_version_find(call->argv[1], &revision))
        return command_complain("db stamp: there is no revision %s", call->argv[1]);
    enum outcome outcome = schema_version_stamp(call->database, &call->arena, revision, &reason);
    return complain(outcome, reason);
}

/* Rows found and changed in all batches. */
struct migration_totals {
    struct migration_count counts[ONLINE_MIGRATIONS];
    size_t reached; /* how many migrations have run at all */
    bool failed;    /* in the last batch */
};

/* Runs the migrations one after another until limit rows are changed. Returns how many were. */
static uint64_t run_batch(struct command_call *call, uint64_t limit,
                          struct migration_totals *totals)
{
    const struct incomplete_consumer owner = {
        .project_id = call->settings->placement_incomplete_consumer_project_id,
        .user_id = call->settings->placement_incomplete_consumer_user_id};
    uint64_t done = 0;
    totals->failed = false;
    for (size_t i = 0; i < ONLINE_MIGRATIONS && done < limit; i++) {
        struct migration_count count = {0};
        enum outcome outcome =
            online_migrations[i].run(call->database, &owner, limit - done, &count);
        if (outcome != OUTCOME_OK) {
            printf("Error attempting to run %s\n", online_migrations[i].name);
            fflush(stdout);
            command_outcome(outcome);
            count = (struct migration_count){0};
            totals->failed = true;
        }
        if (count.found > 0)
            printf("%" PRIu64 " rows matched query %s, %" PRIu64 " migrated\n", count.found,
                   online_migrations[i].name, count.done);
        totals->counts[i].found += count.found;
        totals->counts[i].done += count.done;
        totals->reached = i >= totals->reached ? i + 1 : totals->reached;
        done += count.done;
    }
    return done;
}

static void print_totals(struct command_call *call, const struct migration_totals *totals)
{
    enum { COLUMNS = 3 };
    const char *cells[(1 + ONLINE_MIGRATIONS) * COLUMNS] = {"Migration", "Total Found",
                                                            "Completed"};
    for (size_t i = 0; i < totals->reached; i++) {
        const char **row = &cells[(1 + i) * COLUMNS];
        row[0] = online_migrations[i].name;
        row[1] = arena_printf(&call->arena, "%" PRIu64, totals->counts[i].found);
        row[2] = arena_printf(&call->arena, "%" PRIu64, totals->counts[i].done);
    }
    table_print(stdout, &(struct table){.cells = cells,
                                        .columns = COLUMNS,
                                        .rows = 1 + totals->reached,
                                        .centred = true});
}

/* Returns the number in text, or 0 if there is none, or it is too small. */
static uint64_t count_read(const char *text)
{
    long value;
    return option_parse_integer(text, &value) && value > 0 ? (uint64_t)value : 0;
}

int command_db_online_data_migrations(struct command_call *call)
{
    const char *max_count;
    if (!option_read(call, "max-count", &max_count))
        return command_usage(call);
    uint64_t limit = max_count != NULL ? count_read(max_count) : BATCH;
    if (limit == 0) {
        puts("Must supply a positive value for max_count");
        return MIGRATIONS_INVALID;
    }
    if (max_count == NULL)
        printf("Running batches of %d until complete\n", BATCH);
    struct migration_totals totals = {.reached = 0};
    uint64_t done;
    do {
        done = run_batch(call, limit, &totals);
    } while (done > 0 && max_count == NULL);
    print_totals(call, &totals);
    if (totals.failed && done == 0) {
        puts("Some migrations failed unexpectedly. Check log for details.");
        return MIGRATIONS_FAILED;
    }
    return done > 0 ? MIGRATIONS_MORE : MIGRATIONS_COMPLETE;
}

int command_db_grants(struct command_call *call)
{
    const char *service, *world;
    if (call->argc > 1)
        return command_usage(call);
    enum outcome outcome = world_grants_load(call->database, &service, &world);
    if (outcome == OUTCOME_OK)
        printf("%s\n%s\n", text_shown(&call->arena, service), text_shown(&call->arena, world));
    return command_outcome(outcome);
}
