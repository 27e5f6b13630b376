/*
 * The inside of struct database. Internal: only for the sources of src/db.
 *
 * The layers, from the bottom up; each includes only those before it:
 *
 *   server_error  what the error numbers of the server and the library mean
 *   encryption    TLS options
 *   prepared      the prepared statements of a connection
 *   connection    opening and closing, errors, plain statements
 *   parameters, row_buffer   values into and out of a prepared statement
 *   database      the object, and connecting on demand
 *   statement, lost_session, transaction   the rest of db/database.h
 *
 * The binary log, for which another connection is used, stands beside them: log_bytes, gtid,
 * log_event, log_row, binary_log.
 */
#ifndef BERTH_DB_DATABASE_STATE_H
#define BERTH_DB_DATABASE_STATE_H

#include <mysql.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/outcome.h"
#include "base/session_note.h"
#include "db/database_settings.h"
#include "db/database_statistics.h"
#include "db/database_witness.h"

struct prepared;

struct database {
    struct database_settings settings; /* with its own copies of the text */
    struct arena *arena;               /* the request's */
    MYSQL *mysql;                      /* NULL: not connected */
    struct session_mark mark, lost;    /* of this connection, and of the one before */
    struct session_note *note;         /* where the mark is noted for others; NULL: nowhere */
    struct prepared *prepared;         /* by text; belong to this connection */
    unsigned prepared_count;
    uint64_t prepared_uses; /* counts uses, to find the statement used longest ago */
    uint64_t connected_at;  /* seconds, by the monotonic clock */
    uint64_t answered_at;   /* microseconds: the last round trip */
    const char *obstacle;   /* why this connection cannot write; NULL: it can */
    bool bulk;        /* this connection executes in bulk: not through SQL proxies, nor on a node */
    bool node;        /* this server is one of a Galera cluster */
    bool no_compound; /* this server cannot prepare compound statements */
    bool unreachable; /* the last attempt to connect did not reach the server */
    bool in_transaction;
    bool concluded;      /* the body has committed the transaction */
    bool may_hold_locks; /* by name: a statement that takes them has failed */
    unsigned error;      /* number of the last one */
    enum outcome doomed; /* the error that ended the transaction: send nothing more in it */
    int64_t insert_id;
    database_witness witness; /* of transactions that write; NULL: none */
    void *witness_subject;
    uint64_t random; /* state of the generator for pauses */
    struct database_statistics statistics;
};

#endif
