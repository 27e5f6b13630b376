/*
 * The replication protocol, by libmariadb.
 */
#include <config.h>

#include "db/binary_log.h"

/* clang-format off */
#include <mysql.h>
#include <mariadb_rpl.h>
/* clang-format on */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "db/connection.h"

struct binary_log {
    struct database *database;
    MARIADB_RPL *replication;
    MARIADB_RPL_EVENT *event;
    struct log_file_format format;
};

/* Notes why the server or the library failed. The text of the server may name files and positions,
   but nothing of the rows. */
static void note_reason(const struct binary_log *log, char reason[BINARY_LOG_REASON])
{
    MYSQL *mysql = log->database->mysql;
    MARIADB_RPL *replication = log->replication;
    if (mysql != NULL && mysql_errno(mysql) != 0)
        snprintf(reason, BINARY_LOG_REASON, "%s", mysql_error(mysql));
    else if (replication != NULL && mariadb_rpl_errno(replication) != 0)
        snprintf(reason, BINARY_LOG_REASON, "%s", mariadb_rpl_error(replication));
    else
        snprintf(reason, BINARY_LOG_REASON, "the server has ended the binary log");
}

/* Returns a number that no other replica of the server has: of two with one number, it ends the
   first. Real replicas have small numbers by habit. */
static unsigned random_server_id(void)
{
    enum { HIGH = 0x40000000 };
    uint32_t number;
    if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
        number = (uint32_t)clock_microseconds();
    return number | HIGH;
}

/* Tells the server what this replica knows and wants. */
static enum outcome set_session(struct database *database, const struct gtid_position *position,
                                unsigned heartbeat)
{
    enum { TEXT = 64 };
    static const char *const settings[] = {
        "SET @mariadb_slave_capability = 4", /* GTIDs and all that came before */
        "SET @slave_gtid_strict_mode = 1",
        "SET @slave_gtid_ignore_duplicates = 0",
        "SET @master_binlog_checksum = @@global.binlog_checksum",
    };
    char period[TEXT];
    for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
        TRY(connection_send(database, settings[i]));
    snprintf(period, sizeof(period), "SET @master_heartbeat_period = %llu", heartbeat * 1000000ULL);
    TRY(connection_send(database, period));
    char state[sizeof(struct gtid_text) + TEXT];
    snprintf(state, sizeof(state), "SET @slave_connect_state = '%s'",
             gtid_position_text(position).text);
    return connection_send(database, state);
}

static bool start(struct binary_log *log, const struct gtid_position *position, unsigned heartbeat)
{
    enum { FIRST_EVENT = 4 }; /* where events begin in a file */
    struct database *database = log->database;
    if (database_connect(database) != OUTCOME_OK ||
        set_session(database, position, heartbeat) != OUTCOME_OK)
        return false;
    log->replication = mariadb_rpl_init(database->mysql);
    return log->replication != NULL &&
           mariadb_rpl_optionsv(log->replication, MARIADB_RPL_SERVER_ID, random_server_id()) == 0 &&
           mariadb_rpl_optionsv(log->replication, MARIADB_RPL_START, (unsigned long)FIRST_EVENT) ==
               0 &&
           mariadb_rpl_optionsv(log->replication, MARIADB_RPL_VERIFY_CHECKSUM, (uint32_t)1) == 0 &&
           mariadb_rpl_open(log->replication) == 0;
}

struct binary_log *binary_log_open(struct database *database, const struct gtid_position *position,
                                   unsigned heartbeat, char reason[BINARY_LOG_REASON])
{
    struct binary_log *log = calloc(1, sizeof(*log));
    if (log == NULL)
        abort();
    log->database = database;
    if (start(log, position, heartbeat))
        return log;
    note_reason(log, reason);
    binary_log_close(log);
    return NULL;
}

bool binary_log_next(struct binary_log *log, struct log_event *event,
                     char reason[BINARY_LOG_REASON])
{
    log->event = mariadb_rpl_fetch(log->replication, log->event);
    if (log->event == NULL) {
        note_reason(log, reason);
        return false;
    }
    const MARIADB_RPL_EVENT *fetched = log->event;
    log_event_read(fetched->raw_data + fetched->raw_data_ofs,
                   fetched->raw_data_size - fetched->raw_data_ofs, &log->format, event);
    return true;
}

void binary_log_close(struct binary_log *log)
{
    if (log == NULL)
        return;
    if (log->event != NULL)
        mariadb_free_rpl_event(log->event);
    mariadb_rpl_close(log->replication);
    connection_drop(log->database);
    free(log);
}
