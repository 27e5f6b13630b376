/*
 * The connection: opening it, what the session is set to, and what the errors of the server mean.
 */
#include <config.h>

#include "db/connection.h"

#include <ctype.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/encryption.h"

/* Not in every version of mysqld_error.h. */
enum {
    ERROR_CONNECTION_KILLED = 1927,
    ERROR_STATEMENT_TIMEOUT = 1969,
    ERROR_WSREP_NOT_READY = 1047,
};

static const struct {
    unsigned error;
    enum outcome outcome;
    bool lost;
} judgements[] = {
    {ER_LOCK_DEADLOCK, OUTCOME_CONFLICT, false},
    {ER_LOCK_WAIT_TIMEOUT, OUTCOME_CONFLICT, false},
    {ER_CHECKREAD, OUTCOME_CONFLICT, false},
    {ER_AUTOINC_READ_FAILED, OUTCOME_CONFLICT, false}, /* undone while waiting for the next id */
    {ER_NO_REFERENCED_ROW_2, OUTCOME_CONFLICT, false},
    {ER_ROW_IS_REFERENCED_2, OUTCOME_CONFLICT, false},
    {ER_DUP_ENTRY, OUTCOME_DUPLICATE, false},
    {ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, OUTCOME_UNSTORABLE, false},
    {CR_SERVER_GONE_ERROR, OUTCOME_UNAVAILABLE, true},
    {CR_SERVER_LOST, OUTCOME_UNAVAILABLE, true},
    {CR_SERVER_LOST_EXTENDED, OUTCOME_UNAVAILABLE, true},
    {CR_CONNECTION_ERROR, OUTCOME_UNAVAILABLE, true},
    {CR_CONN_HOST_ERROR, OUTCOME_UNAVAILABLE, true},
    {CR_UNKNOWN_HOST, OUTCOME_UNAVAILABLE, true},
    {CR_IPSOCK_ERROR, OUTCOME_UNAVAILABLE, true},
    {CR_SOCKET_CREATE_ERROR, OUTCOME_UNAVAILABLE, true},
    {CR_SSL_CONNECTION_ERROR, OUTCOME_UNAVAILABLE, true},
    {CR_COMMANDS_OUT_OF_SYNC, OUTCOME_BROKEN, true},
    {CR_MALFORMED_PACKET, OUTCOME_BROKEN, true},
    {CR_OUT_OF_MEMORY, OUTCOME_UNAVAILABLE, true},
    {ER_SERVER_SHUTDOWN, OUTCOME_UNAVAILABLE, true},
    {ER_NORMAL_SHUTDOWN, OUTCOME_UNAVAILABLE, true},
    {ERROR_CONNECTION_KILLED, OUTCOME_UNAVAILABLE, true},
    {ER_NEW_ABORTING_CONNECTION, OUTCOME_UNAVAILABLE, true},
    {ER_CON_COUNT_ERROR, OUTCOME_UNAVAILABLE, true},
    {ER_TOO_MANY_USER_CONNECTIONS, OUTCOME_UNAVAILABLE, true},
    {ER_USER_LIMIT_REACHED, OUTCOME_UNAVAILABLE, true},
    {ER_ACCESS_DENIED_ERROR, OUTCOME_UNAVAILABLE, true},
    {ER_DBACCESS_DENIED_ERROR, OUTCOME_UNAVAILABLE, true},
    {ER_BAD_DB_ERROR, OUTCOME_UNAVAILABLE, true},
    {ERROR_WSREP_NOT_READY, OUTCOME_UNAVAILABLE, false},
    {ER_OPTION_PREVENTS_STATEMENT, OUTCOME_UNAVAILABLE, true}, /* read-only */
    {ER_QUERY_INTERRUPTED, OUTCOME_UNAVAILABLE, false},
    {ERROR_STATEMENT_TIMEOUT, OUTCOME_UNAVAILABLE, false},
};

static const char *copy_text(const char *text)
{
    if (text == NULL || *text == '\0')
        return NULL;
    char *copy = strdup(text);
    if (copy == NULL)
        abort();
    return copy;
}

/* The text members of the settings, to copy and to free them alike. */
static const char **settings_text(struct database_settings *settings, unsigned index)
{
    const char **members[] = {
        &settings->host,    &settings->unix_socket, &settings->user,       &settings->password,
        &settings->name,    &settings->charset,     &settings->ssl_ca,     &settings->ssl_capath,
        &settings->ssl_key, &settings->ssl_cert,    &settings->ssl_cipher, &settings->sql_mode,
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
    settings.connect_timeout = settings.read_timeout = seconds;
    settings.lock_wait_timeout = settings.statement_timeout = seconds;
    return database_new(&settings);
}

void database_free(struct database *database)
{
    if (database == NULL)
        return;
    connection_close(database);
    const char **member;
    for (unsigned i = 0; (member = settings_text(&database->settings, i)) != NULL; i++) {
        if (member == &database->settings.password && *member != NULL)
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

void connection_count(struct database *database, uint64_t since)
{
    database->statistics.statements++;
    database->statistics.microseconds += clock_microseconds() - since;
}

void connection_close(struct database *database)
{
    if (database->mysql == NULL)
        return;
    statement_drop_all(database);
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
    return limit >= 0 && (time_t)(clock_microseconds() / 1000000) - database->connected_at > limit;
}

/* What a statement does and to which table, as "select" and "allocations": enough to look for it,
   while the log has no SQL. The word that a table follows may be missing: then there is no table.
 */
struct statement_gist {
    char verb[16];
    char table[64];
};

/* Copies a word of letters and "_" in lower case. */
static void copy_word(char *to, size_t room, const char *from)
{
    size_t length = 0;
    from += strspn(from, " ");
    while (length + 1 < room && (isalpha((unsigned char)from[length]) || from[length] == '_')) {
        to[length] = (char)tolower((unsigned char)from[length]);
        length++;
    }
    to[length] = '\0';
}

static struct statement_gist gist_of(const char *text)
{
    static const char *const before_table[] = {" FROM ", " INTO ", "UPDATE "};
    struct statement_gist gist = {"", ""};
    copy_word(gist.verb, sizeof(gist.verb), text);
    for (size_t i = 0; i < sizeof(before_table) / sizeof(before_table[0]); i++) {
        const char *place = strstr(text, before_table[i]);
        if (place != NULL && *gist.table == '\0')
            copy_word(gist.table, sizeof(gist.table), place + strlen(before_table[i]));
    }
    return gist;
}

/* With a reason if it was the connection that failed: then nothing has been sent that could come
   back in it, but for the names of user and host. */
static void log_error(unsigned error, const char *state, const char *text, const char *reason)
{
    struct statement_gist gist = gist_of(text);
    if (reason != NULL)
        log_event(LOG_LEVEL_ERROR, "database error", log_integer("error", error),
                  log_identifier("sqlstate", state), log_text("operation", gist.verb),
                  log_text("reason", reason));
    else
        log_event(LOG_LEVEL_ERROR, "database error", log_integer("error", error),
                  log_identifier("sqlstate", state), log_text("operation", gist.verb),
                  log_text("table", *gist.table != '\0' ? gist.table : NULL));
}

static enum outcome judge(struct database *database, unsigned error, const char *state,
                          const char *text, const char *reason)
{
    enum outcome outcome = OUTCOME_BROKEN;
    bool lost = false;
    for (size_t i = 0; i < sizeof(judgements) / sizeof(judgements[0]); i++) {
        if (judgements[i].error == error) {
            outcome = judgements[i].outcome;
            lost = judgements[i].lost;
            break;
        }
    }
    if (outcome == OUTCOME_BROKEN || outcome == OUTCOME_UNAVAILABLE) {
        database->statistics.errors++;
        log_error(error, state, text, reason);
    }
    if (outcome == OUTCOME_CONFLICT)
        database->statistics.conflicts++;
    if (lost)
        connection_drop(database);
    if (database->in_transaction && outcome != OUTCOME_DUPLICATE)
        database->doomed = outcome;
    return outcome;
}

enum outcome connection_judge(struct database *database, unsigned error, const char *state,
                              const char *text)
{
    return judge(database, error, state, text, NULL);
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
        return connection_judge(database, mysql_errno(database->mysql),
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

/* The session: set on each new connection, in one round trip. */
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

/* Connects; on failure the connection is dropped. */
static bool establish(struct database *database)
{
    const struct database_settings *settings = &database->settings;
    MYSQL *mysql = database->mysql;
    char reason[ENCRYPTION_REASON_SIZE];
    /* the library takes the socket for this name only */
    const char *host =
        settings->unix_socket == NULL && settings->host != NULL ? settings->host : "localhost";
    if (!encryption_is_possible(settings, reason)) {
        judge(database, CR_SSL_CONNECTION_ERROR, "HY000", "connect", reason);
    } else if (mysql_real_connect(mysql, host, settings->user, settings->password, settings->name,
                                  settings->port, settings->unix_socket,
                                  CLIENT_FOUND_ROWS) == NULL) {
        judge(database, mysql_errno(mysql), mysql_sqlstate(mysql), "connect", mysql_error(mysql));
    } else if (!encryption_is_in_force(mysql, settings)) {
        judge(database, CR_SSL_CONNECTION_ERROR, "HY000", "connect",
              "TLS is required, but the server does not offer it");
    } else {
        return true;
    }
    connection_drop(database);
    return false;
}

enum outcome database_connect(struct database *database)
{
    if (database->in_transaction && database->doomed != OUTCOME_OK)
        return database->doomed;
    if (database->mysql != NULL && !database->in_transaction && connection_is_old(database))
        connection_close(database);
    if (database->mysql != NULL)
        return OUTCOME_OK;
    uint64_t since = clock_microseconds();
    database->mysql = mysql_init(NULL);
    if (database->mysql == NULL)
        return connection_judge(database, CR_OUT_OF_MEMORY, "HY000", "connect");
    set_options(database);
    if (!establish(database))
        return OUTCOME_UNAVAILABLE; /* whatever the reason */
    connection_count(database, since);
    database->statistics.connections++;
    database->connected_at = (time_t)(clock_microseconds() / 1000000);
    enum outcome outcome = set_session(database);
    if (outcome != OUTCOME_OK)
        connection_drop(database);
    return outcome;
}

enum outcome database_run(struct database *database, const char *text)
{
    enum outcome outcome = database_connect(database);
    return outcome == OUTCOME_OK ? connection_send(database, text) : outcome;
}
