/*
 * Prepares the database, and tries again until that succeeds.
 */
#include <config.h>

#include "pool/startup.h"

#include <unistd.h>

#include "base/log.h"
#include "db/database_from_settings.h"
#include "db/schema_version.h"
#include "placement/standard.h"

enum { SLOWLY = 60 }; /* seconds between attempts after max_retries */

static enum outcome upgrade_schema(struct database *database, struct arena *arena)
{
    const char *reason = NULL;
    enum outcome outcome = schema_synchronise(database, arena, SCHEMA_HEAD, &reason);
    if (reason != NULL)
        log_event(LOG_LEVEL_ERROR, "cannot upgrade the schema to its newest revision",
                  log_text("reason", reason));
    return outcome;
}

static enum outcome prepare(const struct settings *settings, struct database *database,
                            struct arena *arena)
{
    arena_reset(arena);
    database_begin_request(database, arena);
    const char *obstacle;
    TRY(database_find_obstacle(database, &obstacle));
    if (obstacle != NULL)
        log_event(LOG_LEVEL_ERROR, "the database refuses writes", log_text("reason", obstacle));
    if (settings->placement_database_sync_on_startup)
        TRY(upgrade_schema(database, arena));
    return standard_synchronise(database, arena);
}

int startup_run(const struct settings *settings)
{
    struct error_line error;
    struct arena arena;
    struct database *database = database_for_maintenance(settings, &error);
    if (database == NULL) {
        log_event(LOG_LEVEL_ERROR, "the startup process cannot begin",
                  log_text("reason", error.text));
        return 1;
    }
    arena_init(&arena, 0);
    long retries = settings->placement_database_max_retries;
    for (long attempt = 1; prepare(settings, database, &arena) != OUTCOME_OK; attempt++) {
        bool slowly = retries >= 0 && attempt > retries;
        long pause = slowly ? SLOWLY : settings->placement_database_retry_interval;
        log_event(LOG_LEVEL_WARNING, "the database could not be prepared, trying again",
                  log_integer("attempt", attempt), log_integer("seconds", pause));
        sleep((unsigned)(pause > 0 ? pause : 1));
    }
    database_free(database);
    arena_free(&arena);
    return 0;
}
