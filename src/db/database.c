/*
 * The object behind db/database.h, and connecting when a connection is needed.
 */
#include <config.h>

#include "db/database.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/connection.h"

static const char *copy_text(const char *text)
{
    if (text == NULL || *text == '\0')
        return NULL;
    char *copy = strdup(text);
    if (copy == NULL)
        abort();
    return copy;
}

/* Returns the text member with this index, or NULL after the last: to copy and free them all. */
static const char **settings_text(struct database_settings *settings, unsigned index)
{
    const char **members[] = {
        &settings->host,         &settings->unix_socket, &settings->user,
        &settings->password,     &settings->name,        &settings->ssl_ca,
        &settings->ssl_capath,   &settings->ssl_key,     &settings->ssl_cert,
        &settings->ssl_cipher,   &settings->sql_mode,    &settings->bind_address,
        &settings->init_command,
    };
    return index < sizeof(members) / sizeof(members[0]) ? members[index] : NULL;
}

struct database *database_new(const struct database_settings *settings)
{
    struct database *database = calloc(1, sizeof(*database));
    if (database == NULL)
        abort();
    database->settings = *settings;
    const char **member;
    for (unsigned i = 0; (member = settings_text(&database->settings, i)) != NULL; i++)
        *member = copy_text(*member);
    if (getrandom(&database->random, sizeof(database->random), 0) < 0)
        database->random = clock_microseconds();
    return database;
}

struct database *database_twin(const struct database *database, unsigned seconds)
{
    struct database_settings settings = database->settings;
    settings.connect_timeout = settings.read_timeout = settings.write_timeout = seconds;
    settings.lock_wait_timeout = settings.statement_timeout = seconds;
    return database_new(&settings);
}

void database_free(struct database *database)
{
    if (database == NULL)
        return;
    connection_close(database);
    if (database->note != NULL)
        atomic_store(&database->note->open, false);
    const char **member;
    for (unsigned i = 0; (member = settings_text(&database->settings, i)) != NULL; i++) {
        if ((member == &database->settings.password ||
             member == &database->settings.init_command) &&
            *member != NULL)
            explicit_bzero((char *)(uintptr_t)*member, strlen(*member));
        free((char *)(uintptr_t)*member);
    }
    free(database);
}

void database_begin_request(struct database *database, struct arena *arena)
{
    if (database->in_transaction)
        connection_drop(database);
    database->in_transaction = false;
    database->doomed = OUTCOME_OK;
    database->arena = arena;
    database->witness = NULL;
    database->statistics = (struct database_statistics){0};
}

void database_abandon(struct database *database)
{
    connection_drop(database);
    database->in_transaction = false;
}

const struct database_statistics *database_statistics(const struct database *database)
{
    return &database->statistics;
}

enum outcome database_connect(struct database *database)
{
    if (database->in_transaction && database->doomed != OUTCOME_OK)
        return database->doomed;
    if (database->mysql != NULL && !database->in_transaction && connection_is_old(database))
        connection_close(database);
    return database->mysql != NULL ? OUTCOME_OK : connection_open(database);
}

enum outcome database_await(struct database *database, long retries, long seconds)
{
    enum { SHORTEST = 100000 }; /* microseconds: do not spin */
    for (long attempt = 1;; attempt++) {
        enum outcome outcome = database_connect(database);
        if (outcome == OUTCOME_OK || !database->unreachable || (retries >= 0 && attempt > retries))
            return outcome;
        log_event(LOG_LEVEL_WARNING, "the database cannot be reached, trying again",
                  log_integer("attempt", attempt), log_integer("seconds", seconds));
        if (seconds > 0)
            sleep((unsigned)seconds);
        else
            usleep(SHORTEST);
    }
}

enum outcome database_find_obstacle(struct database *database, const char **obstacle)
{
    *obstacle = NULL;
    TRY(database_connect(database));
    *obstacle = database->obstacle;
    return OUTCOME_OK;
}

bool database_is_node(struct database *database)
{
    return database_connect(database) == OUTCOME_OK && database->node;
}

enum outcome database_run(struct database *database, const char *text)
{
    TRY(database_connect(database));
    return connection_send(database, text);
}
