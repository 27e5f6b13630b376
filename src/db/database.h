/*
 * The connection to MariaDB: prepared statements and transactions.
 *
 * A worker owns one struct database. It connects when the first statement needs it and again
 * after it was lost; statements are prepared once a connection and kept. The session runs at READ
 * COMMITTED with CLIENT_FOUND_ROWS: an UPDATE reports the rows it found, also those it left alone,
 * so that a compare-and-set can be judged by the number of rows.
 *
 * Between database_begin_request() and the end of the request, what is read lives in the request's
 * arena. Errors that only the operator can understand go to the log here, with the error number,
 * and what was done to which table, or why there is no connection, and never with a value.
 *
 * Every function that returns an enum outcome may give, besides OUTCOME_OK:
 *   OUTCOME_CONFLICT     another transaction undid this one (1213, 1205, 1020, 1467, a foreign key
 *                        that changed meanwhile): run the whole transaction again
 *   OUTCOME_DUPLICATE    a unique index refused a row
 *   OUTCOME_UNAVAILABLE  no connection, the server is going down, not ready or read-only, or the
 *                        statement took too long
 *   OUTCOME_BROKEN       anything else
 * After any of these inside of a transaction only its body's return may follow.
 */
#ifndef BERTH_DB_DATABASE_H
#define BERTH_DB_DATABASE_H

#include "base/arena.h"
#include "base/outcome.h"
#include "db/value.h"

/*
 * A statement. Write them as static const tables, one a statement.
 *
 * text:    with ? for a value and (?...) for a list of values, as in "id IN (?...)". A list is
 *          filled up to the next power of two by repeating its last value, so that few forms of
 *          the statement are prepared; an empty list is (NULL), which matches nothing (and is of
 *          no use after NOT IN).
 * columns: what the rows have, one letter a column: i integer, r real, s text. NULL for a
 *          statement without rows.
 */
struct sql {
    const char *text;
    const char *columns;
};

struct database_settings {
    const char *host;        /* NULL or "": localhost */
    unsigned port;           /* 0: 3306 */
    const char *unix_socket; /* NULL: TCP to host and port */
    const char *user;
    const char *password;
    const char *name;
    const char *charset; /* NULL: utf8mb4 */
    bool ssl;            /* TLS is a must; without, the other ssl members have no effect */
    const char *ssl_ca;
    const char *ssl_capath;
    const char *ssl_cert;
    const char *ssl_key;
    const char *ssl_cipher;
    bool ssl_verify_certificate;  /* by these ca, or by those that the system trusts */
    bool ssl_verify_hostname;     /* and the certificate */
    const char *sql_mode;         /* NULL or "": as the server has it */
    int wsrep_sync_wait;          /* negative: as the server has it */
    unsigned connect_timeout;     /* seconds */
    unsigned read_timeout;        /* seconds, for each answer of the server */
    unsigned lock_wait_timeout;   /* seconds a statement waits for a row lock */
    unsigned statement_timeout;   /* seconds a statement may take at all; 0: no limit */
    long recycle_seconds;         /* a connection older than this is opened anew; negative: never */
    unsigned transaction_retries; /* how often a transaction that was undone is run again */
};

/* What a request has cost so far. */
struct database_statistics {
    unsigned statements;   /* round trips, START TRANSACTION and COMMIT included */
    uint64_t microseconds; /* spent waiting for the server */
    unsigned connections;  /* opened */
    unsigned errors;       /* of the server or the connection, that are not conflicts */
    unsigned conflicts;    /* errors because of other transactions */
    unsigned retries;      /* transactions run again */
    unsigned given_up;     /* transactions that were run again too often */
};

struct database;

/* A database that is not connected yet. The settings are copied, text included. Never NULL. */
struct database *database_new(const struct database_settings *settings);

/* Another connection to the same database, not connected yet, that waits so many seconds at most
   for anything: for somebody who only wants to know whether it is there. */
struct database *database_twin(const struct database *database, unsigned seconds);

/* Closes the connection, if there is one. */
void database_free(struct database *database);

/* What follows belongs to the request of this arena; its statistics start at zero. A transaction
   that was left open (see arena_set_escape) is dropped together with its connection. */
void database_begin_request(struct database *database, struct arena *arena);

/* Drops the connection: who was interrupted while using it (see arena_set_escape) does not know
   what it still holds. */
void database_abandon(struct database *database);

/* The statistics since database_begin_request(). */
const struct database_statistics *database_statistics(const struct database *database);

/* Connects if there is no connection. Only needed by who wants to know; the others do by
   themselves. */
enum outcome database_connect(struct database *database);

/* Reads all rows of a statement into the arena. */
enum outcome database_select(struct database *database, const struct sql *sql,
                             const struct value *values, size_t count, struct rows *rows);

/* Hands over the rows one by one, as they come from the server; what a text points at is valid
   during the call only, and there can be no other statement meanwhile. A visitor that returns
   something else than OUTCOME_OK ends it, and that is returned. */
typedef enum outcome (*database_visitor)(void *subject, const struct value *row);
enum outcome database_visit(struct database *database, const struct sql *sql,
                            const struct value *values, size_t count, database_visitor visitor,
                            void *subject);

/* Runs a statement without rows. affected (may be NULL): how many rows it found. */
enum outcome database_execute(struct database *database, const struct sql *sql,
                              const struct value *values, size_t count, uint64_t *affected);

/* Runs a statement for each of count rows of values (width values each, row by row, all of a
   column of the same kind or NULL) in one round trip. affected: how many rows all found. */
enum outcome database_execute_bulk(struct database *database, const struct sql *sql,
                                   const struct value *values, size_t width, size_t count,
                                   uint64_t *affected);

/* Runs statements that cannot be prepared (DDL, SET, GET_LOCK), one at a time, without values. */
enum outcome database_run(struct database *database, const char *text);

/* The AUTO_INCREMENT id of the row that the last execute has inserted. */
int64_t database_insert_id(const struct database *database);

/*
 * Runs body inside of a transaction and commits it if it returns OUTCOME_OK; otherwise everything
 * is undone and the outcome returned. OUTCOME_CONFLICT, from body or from COMMIT, and a connection
 * that was lost before COMMIT make body run again from the start, after a random pause, as often
 * as the settings allow; then it is OUTCOME_CONCURRENT_UPDATE (or OUTCOME_UNAVAILABLE). Body must
 * therefore reset what it has gathered. A connection that broke during COMMIT gives
 * OUTCOME_UNCERTAIN: the transaction may or may not have happened, and is not repeated.
 * Within a transaction a further one is a part of it.
 */
typedef enum outcome (*database_body)(void *subject);
enum outcome database_transaction(struct database *database, database_body body, void *subject);

/* Runs body, which only reads, so that all its statements see the same state of the database. It
   may be run again as that of a transaction. */
enum outcome database_snapshot(struct database *database, database_body body, void *subject);

/* The values of a statement as the two arguments that the functions above take. */
#define VALUES(...)                                                                                \
    (const struct value[]){__VA_ARGS__},                                                           \
        sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)
#define NO_VALUES NULL, 0

#endif
