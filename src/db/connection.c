/*
 * Opens the connection, sets up its session, and handles its errors.
 */
#include <config.h>

#include "db/connection.h"

#include <errmsg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "db/encryption.h"
#include "db/prepared.h"
#include "db/server_error.h"

enum { MICROSECONDS = 1000000 }; /* in a second */

void connection_count(struct database *database, uint64_t since)
{
    database->statistics.statements++;
    database->statistics.microseconds += clock_microseconds() - since;
}

void connection_close(struct database *database)
{
    if (database->mysql == NULL)
        return;
    prepared_drop_all(database);
    mysql_close(database->mysql);
    database->mysql = NULL;
}

void connection_drop(struct database *database)
{
    my_socket wire = database->mysql != NULL ? mysql_get_socket(database->mysql) : -1;
    if (wire >= 0)
        shutdown(wire, SHUT_RDWR);
    connection_close(database);
}

bool connection_is_old(const struct database *database)
{
    long limit = database->settings.recycle_seconds;
    uint64_t now = clock_microseconds() / MICROSECONDS;
    return limit >= 0 && now - database->connected_at > (uint64_t)limit;
}

static enum outcome handle_error(struct database *database, unsigned error, const char *state,
                                 const char *statement, const char *reason)
{
    bool lost;
    enum outcome outcome = server_error_outcome(error, &lost);
    if (outcome == OUTCOME_BROKEN || outcome == OUTCOME_UNAVAILABLE) {
        database->statistics.errors++;
        server_error_log(error, state, statement, reason);
    }
    if (outcome == OUTCOME_CONFLICT)
        database->statistics.conflicts++;
    if (lost)
        connection_drop(database);
    if (database->in_transaction && outcome != OUTCOME_DUPLICATE)
        database->doomed = outcome;
    return outcome;
}

enum outcome connection_error(struct database *database, unsigned error, const char *state,
                              const char *statement)
{
    return handle_error(database, error, state, statement, NULL);
}

enum outcome connection_send(struct database *database, const char *text)
{
    uint64_t since = clock_microseconds();
    int failed = mysql_real_query(database->mysql, text, (unsigned long)strlen(text));
    while (!failed) {
        MYSQL_RES *result = mysql_store_result(database->mysql);
        if (result != NULL)
            mysql_free_result(result);
        if (mysql_next_result(database->mysql) != 0)
            break;
    }
    connection_count(database, since);
    if (mysql_errno(database->mysql) != 0)
        return connection_error(database, mysql_errno(database->mysql),
                                mysql_sqlstate(database->mysql), text);
    return OUTCOME_OK;
}

static void set_options(struct database *database)
{
    const struct database_settings *settings = &database->settings;
    MYSQL *mysql = database->mysql;
    my_bool no = 0;
    mysql_options(mysql, MYSQL_OPT_RECONNECT, &no);
    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &settings->connect_timeout);
    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &settings->read_timeout);
    mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &settings->read_timeout);
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME,
                  settings->charset != NULL ? settings->charset : "utf8mb4");
    unsigned no_files = 0;
    mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no_files);
    if (settings->unix_socket == NULL) {
        unsigned protocol = MYSQL_PROTOCOL_TCP;
        mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
    }
    encryption_set(mysql, settings);
}

/* Sets up the session of a new connection, in one round trip. */
static enum outcome set_session(struct database *database)
{
    const struct database_settings *settings = &database->settings;
    MYSQL *mysql = database->mysql;
    char text[1024], mode[600] = "", sync[64] = "";
    if (settings->sql_mode != NULL) {
        char escaped[513];
        size_t length = strlen(settings->sql_mode);
        if (length > sizeof(escaped) / 2 - 1)
            length = sizeof(escaped) / 2 - 1;
        mysql_real_escape_string(mysql, escaped, settings->sql_mode, (unsigned long)length);
        snprintf(mode, sizeof(mode), ", sql_mode = '%s'", escaped);
    }
    if (settings->wsrep_sync_wait >= 0)
        snprintf(sync, sizeof(sync), ", wsrep_sync_wait = %d", settings->wsrep_sync_wait);
    snprintf(text, sizeof(text),
             "SET SESSION autocommit = 1, tx_isolation = 'READ-COMMITTED', "
             "innodb_lock_wait_timeout = %u, max_statement_time = %u%s%s",
             settings->lock_wait_timeout, settings->statement_timeout, mode, sync);
    return connection_send(database, text);
}

/* Connects. Drops the connection and returns false if that fails. */
static bool establish(struct database *database)
{
    const struct database_settings *settings = &database->settings;
    MYSQL *mysql = database->mysql;
    char reason[ENCRYPTION_REASON_SIZE];
    /* The library uses the socket for this name only. */
    const char *host =
        settings->unix_socket == NULL && settings->host != NULL ? settings->host : "localhost";
    if (!encryption_is_possible(settings, reason)) {
        handle_error(database, CR_SSL_CONNECTION_ERROR, "HY000", "connect", reason);
    } else if (mysql_real_connect(mysql, host, settings->user, settings->password, settings->name,
                                  settings->port, settings->unix_socket,
                                  CLIENT_FOUND_ROWS) == NULL) {
        handle_error(database, mysql_errno(mysql), mysql_sqlstate(mysql), "connect",
                     mysql_error(mysql));
    } else if (!encryption_is_in_force(mysql, settings)) {
        handle_error(database, CR_SSL_CONNECTION_ERROR, "HY000", "connect",
                     "TLS is required, but the server does not offer it");
    } else {
        return true;
    }
    connection_drop(database);
    return false;
}

enum outcome connection_open(struct database *database)
{
    uint64_t since = clock_microseconds();
    database->mysql = mysql_init(NULL);
    if (database->mysql == NULL)
        return connection_error(database, CR_OUT_OF_MEMORY, "HY000", "connect");
    set_options(database);
    if (!establish(database))
        return OUTCOME_UNAVAILABLE; /* whatever the error was */
    connection_count(database, since);
    database->statistics.connections++;
    database->connected_at = clock_microseconds() / MICROSECONDS;
    enum outcome outcome = set_session(database);
    if (outcome != OUTCOME_OK)
        connection_drop(database);
    return outcome;
}
