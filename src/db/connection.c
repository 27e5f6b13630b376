/*
 * Opens the connection, sets up its session, and handles its errors.
 */
#include <config.h>

#include "db/connection.h"

#include <errmsg.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "db/encryption.h"
#include "db/prepared.h"
#include "db/server_error.h"

enum {
    MICROSECONDS = 1000000, /* in a second */
    DOUBTFUL = 1000000,     /* microseconds without an answer */
};

void connection_count(struct database *database, uint64_t since)
{
    database->statistics.statements++;
    database->answered_at = clock_microseconds();
    database->statistics.microseconds += database->answered_at - since;
}

void connection_close(struct database *database)
{
    if (database->mysql == NULL)
        return;
    prepared_drop_all(database);
    mysql_close(database->mysql);
    database->mysql = NULL;
    database->lost = database->mark;
    database->mark = (struct session_mark){0};
}

void connection_drop(struct database *database)
{
    my_socket wire = database->mysql != NULL ? mysql_get_socket(database->mysql) : -1;
    if (wire >= 0)
        shutdown(wire, SHUT_RDWR);
    connection_close(database);
}

bool connection_was_mute(const struct database *database, uint64_t since)
{
    uint64_t limit = database->settings.read_timeout;
    return limit > 0 && clock_microseconds() - since >= limit * MICROSECONDS;
}

bool connection_is_old(const struct database *database)
{
    long limit = database->settings.recycle_seconds;
    uint64_t now = clock_microseconds() / MICROSECONDS;
    return limit >= 0 && now - database->connected_at > (uint64_t)limit;
}

bool connection_seems_alive(const struct database *database)
{
    char byte;
    return clock_microseconds() - database->answered_at < DOUBTFUL &&
           recv(mysql_get_socket(database->mysql), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           errno == EAGAIN;
}

static enum outcome handle_error(struct database *database, unsigned error, const char *state,
                                 const char *statement, const char *reason)
{
    bool lost;
    database->error = error;
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
                              const char *statement, const char *reason)
{
    return handle_error(database, error, state, statement,
                        server_error_is_safe_to_tell(error) ? reason : NULL);
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
                                mysql_sqlstate(database->mysql), text,
                                mysql_error(database->mysql));
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
    mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &settings->write_timeout);
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    unsigned no_files = 0;
    mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no_files);
    if (settings->unix_socket == NULL) {
        unsigned protocol = MYSQL_PROTOCOL_TCP;
        mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
    }
    if (settings->bind_address != NULL)
        mysql_options(mysql, MYSQL_OPT_BIND, settings->bind_address);
    encryption_set(mysql, settings);
}

/* What the session depends on. Servers without Galera or without a binary log lack some of them. */
struct server_variables {
    bool wsrep_on;
    int wsrep_sync_wait; /* the server's default */
    bool logs_statements;
};

static void note_variable(struct server_variables *variables, const char *name, const char *value)
{
    if (strcasecmp(name, "wsrep_on") == 0)
        variables->wsrep_on = strcasecmp(value, "ON") == 0;
    else if (strcasecmp(name, "wsrep_sync_wait") == 0)
        variables->wsrep_sync_wait = atoi(value);
    else if (strcasecmp(name, "binlog_format") == 0)
        variables->logs_statements = strcasecmp(value, "STATEMENT") == 0;
}

/* Reads the variables of the server. SHOW knows no unknown variables, so it fails on no server. */
static enum outcome load_variables(struct database *database, struct server_variables *variables)
{
    static const char show[] = "SHOW SESSION VARIABLES WHERE Variable_name IN "
                               "('wsrep_on', 'wsrep_sync_wait', 'binlog_format', 'log_bin')";
    MYSQL *mysql = database->mysql;
    bool logs = false;
    *variables = (struct server_variables){0};
    uint64_t since = clock_microseconds();
    MYSQL_RES *result = NULL;
    if (mysql_real_query(mysql, show, sizeof(show) - 1) == 0)
        result = mysql_store_result(mysql);
    connection_count(database, since);
    if (result == NULL)
        return connection_error(database, mysql_errno(mysql), mysql_sqlstate(mysql), show,
                                mysql_error(mysql));
    MYSQL_ROW row;
    while ((row = mysql_fetch_row(result)) != NULL) {
        if (row[0] == NULL || row[1] == NULL)
            continue;
        if (strcasecmp(row[0], "log_bin") == 0)
            logs = strcasecmp(row[1], "ON") == 0;
        note_variable(variables, row[0], row[1]);
    }
    mysql_free_result(result);
    variables->logs_statements = variables->logs_statements && logs;
    return OUTCOME_OK;
}

/* Returns the wsrep_sync_wait of the session, or -1 to leave it alone. On a Galera node at least
   the lowest bit is set: START TRANSACTION and reads wait until the node has the writes that the
   other nodes acknowledged before. That is enough for writes, too: all of them are in transactions,
   and within one there is nothing left to wait for. */
static int wanted_sync_wait(const struct database_settings *settings,
                            const struct server_variables *variables)
{
    if (settings->wsrep_sync_wait >= 0)
        return settings->wsrep_sync_wait;
    return variables->wsrep_on ? variables->wsrep_sync_wait | 1 : -1;
}

/* Returns ", sql_mode = '...'", or "" if the server's is wanted. */
static const char *sql_mode_part(struct database *database)
{
    const char *mode = database->settings.sql_mode;
    if (mode == NULL)
        return "";
    size_t length = strlen(mode);
    char *escaped = arena_alloc(database->arena, 2 * length + 1);
    mysql_real_escape_string(database->mysql, escaped, mode, (unsigned long)length);
    return arena_printf(database->arena, ", sql_mode = '%s'", escaped);
}

/* InnoDB refuses every write at READ COMMITTED while the binary log is open and gets statements.
   The session may change that only with a privilege that few services have. */
static void log_rows(struct database *database)
{
    static const char text[] = "SET SESSION binlog_format = 'ROW'";
    uint64_t since = clock_microseconds();
    database->obstacle = NULL;
    if (mysql_real_query(database->mysql, text, sizeof(text) - 1) != 0)
        database->obstacle =
            "the server has binlog_format = STATEMENT, which refuses every write at READ "
            "COMMITTED: set it to MIXED or ROW, or grant BINLOG ADMIN to the database user";
    connection_count(database, since);
}

/* Runs the init_command, in the SQL mode of the session. It comes before all else, so that it
   cannot take back what Berth relies on. */
static enum outcome run_init_command(struct database *database)
{
    const char *mode = sql_mode_part(database);
    if (*mode != '\0')
        TRY(connection_send(database, arena_printf(database->arena, "SET SESSION %s", mode + 2)));
    return connection_send(database, database->settings.init_command);
}

/* Sets up the session of a new connection. */
static enum outcome set_session(struct database *database)
{
    const struct database_settings *settings = &database->settings;
    struct server_variables variables;
    if (settings->init_command != NULL)
        TRY(run_init_command(database));
    TRY(load_variables(database, &variables));
    database->node = variables.wsrep_on;
    int sync = wanted_sync_wait(settings, &variables);
    const char *sync_part =
        sync >= 0 ? arena_printf(database->arena, ", wsrep_sync_wait = %d", sync) : "";
    /* NAMES again: a server may be told to ignore the character set of the handshake. The engine is
       that of new tables: upstream's schema names none, and MyISAM has no transactions. */
    TRY(connection_send(
        database, arena_printf(database->arena,
                               "SET SESSION autocommit = 1, tx_isolation = 'READ-COMMITTED', "
                               "default_storage_engine = InnoDB, innodb_lock_wait_timeout = %u, "
                               "max_statement_time = %u%s%s, NAMES utf8mb4",
                               settings->lock_wait_timeout, settings->statement_timeout,
                               sql_mode_part(database), sync_part)));
    database->obstacle = NULL;
    if (variables.logs_statements)
        log_rows(database);
    return OUTCOME_OK;
}

/* A host that vanishes ends no connection, and statements may take long: let the kernel notice it
   after a minute. By itself it would after two hours. */
static void watch_host(const struct database *database)
{
    static const struct {
        int level, option, value;
    } wanted[] = {
        {SOL_SOCKET, SO_KEEPALIVE, true},
        {IPPROTO_TCP, TCP_KEEPIDLE, 30},        /* seconds without a word until it is asked */
        {IPPROTO_TCP, TCP_KEEPINTVL, 10},       /* seconds until it is asked again */
        {IPPROTO_TCP, TCP_KEEPCNT, 3},          /* times */
        {IPPROTO_TCP, TCP_USER_TIMEOUT, 60000}, /* milliseconds for an answer to what was sent */
    };
    if (database->settings.unix_socket != NULL)
        return;
    my_socket wire = mysql_get_socket(database->mysql);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
        setsockopt(wire, wanted[i].level, wanted[i].option, &wanted[i].value,
                   sizeof(wanted[i].value));
}

/* Connects. Drops the connection and returns false if that fails. */
static bool establish(struct database *database)
{
    const struct database_settings *settings = &database->settings;
    MYSQL *mysql = database->mysql;
    char reason[ENCRYPTION_REASON_SIZE];
    database->unreachable = false;
    /* The library uses the socket for this name only. */
    const char *host =
        settings->unix_socket == NULL && settings->host != NULL ? settings->host : "localhost";
    if (!encryption_is_possible(settings, reason)) {
        handle_error(database, CR_SSL_CONNECTION_ERROR, "HY000", "connect", reason);
    } else if (mysql_real_connect(mysql, host, settings->user, settings->password, settings->name,
                                  settings->port, settings->unix_socket,
                                  CLIENT_FOUND_ROWS) == NULL) {
        database->unreachable = server_error_is_unreachable(mysql_errno(mysql));
        handle_error(database, mysql_errno(mysql), mysql_sqlstate(mysql), "connect",
                     mysql_error(mysql));
    } else if (!encryption_is_in_force(mysql, settings)) {
        handle_error(database, CR_SSL_CONNECTION_ERROR, "HY000", "connect",
                     "TLS is required, but the server does not offer it");
    } else {
        watch_host(database);
        return true;
    }
    connection_drop(database);
    return false;
}

/* Whether the server takes the values of many executions at once. MySQL and proxies do not. A node
   of a Galera cluster does, but must not be asked to: if another node undoes the transaction
   between two executions, it keeps what comes after, and reports success. */
static bool can_execute_in_bulk(const struct database *database)
{
    unsigned long extended = 0;
    mariadb_get_infov(database->mysql, MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES, &extended);
    return !database->node && (extended & (MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32)) != 0;
}

enum outcome connection_open(struct database *database)
{
    uint64_t since = clock_microseconds();
    database->mysql = mysql_init(NULL);
    if (database->mysql == NULL)
        return connection_error(database, CR_OUT_OF_MEMORY, "HY000", "connect", NULL);
    set_options(database);
    if (!establish(database))
        return OUTCOME_UNAVAILABLE; /* whatever the error was */
    connection_count(database, since);
    database->no_compound = false;
    database->statistics.connections++;
    database->connected_at = clock_microseconds() / MICROSECONDS;
    enum outcome outcome = set_session(database);
    if (outcome != OUTCOME_OK)
        connection_drop(database);
    else
        database->bulk = can_execute_in_bulk(database);
    return outcome;
}
