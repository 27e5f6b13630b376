/*
 * The database: prepared statements and transactions on MariaDB.
 *
 * A worker owns one struct database. It connects when the first statement needs it, and again after
 * it lost the connection; each statement is prepared once on a connection. The session runs at READ
 * COMMITTED with CLIENT_FOUND_ROWS: an UPDATE reports how many rows it found, including those that
 * it did not change, so that the caller can judge a compare-and-set by the number of rows.
 *
 * Rows and texts that a request reads live in its arena, which database_begin_request() sets.
 *
 * Errors that only an operator can understand are logged here: the error number, and what was done
 * to which table or why there is no connection; never a value.
 *
 * The parts:
 *   database.c                struct database: making it, connecting, plain statements
 *   statement.c               prepared statements
 *   lost_session.c            what became of a transaction whose connection broke
 *   transaction.c             transactions, and running them again after a conflict
 *   value.h                   the values in and out
 *   database_witness.h        the steps of a transaction, for those who watch
 *   database_statistics.h     what a request has cost
 *   database_settings.h       where the database is, and how long to wait
 *   database_from_settings.h  makes a database from the configuration
 *   schema_version.h, online_migration.h   maintenance of schema and data
 *   binary_log.h, log_event.h, log_bytes.h, gtid.h   following the server's binary log
 * The other headers of src/db are internal, and say so; database_state.h has them in order.
 *
 * Every function that returns an enum outcome may return, besides OUTCOME_OK:
 *   OUTCOME_CONFLICT     another transaction undid this one (1213, 1205, 1020, 1467, or it changed
 *                        the row of a foreign key): run the whole transaction again
 *   OUTCOME_DUPLICATE    a unique index refused a row
 *   OUTCOME_UNSTORABLE   a text has characters that the column's character set lacks: only from
 *                        statements that write it; in a SELECT or DELETE it is equal to nothing
 *   OUTCOME_UNMET        only from database_conclude()
 *   OUTCOME_UNAVAILABLE  no connection; the server is shutting down, not ready or read-only; or the
 *                        statement took too long
 *   OUTCOME_BROKEN       anything else
 * After any of these, the body of a transaction must return.
 */
#ifndef BERTH_DB_DATABASE_H
#define BERTH_DB_DATABASE_H

#include "base/arena.h"
#include "base/outcome.h"
#include "base/session_note.h"
#include "db/database_settings.h"
#include "db/database_statistics.h"
#include "db/database_witness.h"
#include "db/value.h"

struct database;

/* The object: database.c. */

/* Returns a database that is not connected yet. Copies the settings and their text. Never NULL. */
struct database *database_new(const struct database_settings *settings);

/* Returns another database with the same settings, not connected yet, that waits at most this many
   seconds for anything: to find out whether the server answers. Never NULL. */
struct database *database_twin(const struct database *database, unsigned seconds);

/* Closes the connection and frees the database. NULL does nothing. */
void database_free(struct database *database);

/* Begins a request: allocates from its arena from now on, and resets the statistics. If the last
   request left a transaction open (see arena_set_escape()), drops the connection and the
   transaction with it. */
void database_begin_request(struct database *database, struct arena *arena);

/* Drops the connection. Call it if a use of the database was interrupted (see arena_set_escape()):
   the connection may still have a transaction, locks or rows. */
void database_abandon(struct database *database);

/* Returns the statistics since database_begin_request(). */
const struct database_statistics *database_statistics(const struct database *database);

/* Connects if there is no connection. Needed only to find out whether the database answers; the
   functions below connect by themselves. */
enum outcome database_connect(struct database *database);

/* Connects. If the server cannot be reached, tries again up to retries times (negative: without
   end), after a pause of that many seconds each time. Does not try again if the server refuses the
   connection. */
enum outcome database_await(struct database *database, long retries, long seconds);

/* Connects if there is no connection. Sets obstacle to the reason why this server refuses every
   write of this connection, in words for an operator, or to NULL. */
enum outcome database_find_obstacle(struct database *database, const char **obstacle);

/* Returns whether the server is a node of a Galera cluster. Connects if there is no connection;
   false if that fails. */
bool database_is_node(struct database *database);

/* Runs one statement that cannot be prepared (DDL, SET, GET_LOCK), without values or rows. */
enum outcome database_run(struct database *database, const char *text);

/* Prepared statements: statement.c. */

/*
 * A statement. Write each as a static const table.
 *
 * text:    with ? for a value and (?...) for a list of values, as in "id IN (?...)". A list is
 *          padded by repeating its last value, to a power of two or a multiple of 4,096, so that
 *          few forms of the statement are prepared. An empty list becomes (NULL), which matches
 *          nothing; do not use it after NOT IN. A statement has at most 65,535 values.
 *          With (?*) instead, more values are divided: the statement runs for each part, in the
 *          order of the values; with several such lists in one SELECT, for each part of one with
 *          each of the other. The lists of the SELECTs of a UNION ALL are divided independently:
 *          each SELECT gets its parts once. So use it only where a row depends on one value of the
 *          list alone: not after NOT, nor where all rows are counted.
 *
 * columns: the columns of its rows, one letter each: i integer, r real, s text. NULL for a
 *          statement without rows.
 */
struct sql {
    const char *text;
    const char *columns;
};

/* The values of a statement, as the two arguments values and count of the functions below. */
#define VALUES(...)                                                                                \
    (const struct value[]){__VA_ARGS__},                                                           \
        sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)
#define NO_VALUES NULL, 0

/* Reads all rows of a statement into the arena. */
enum outcome database_select(struct database *database, const struct sql *sql,
                             const struct value *values, size_t count, struct rows *rows);

/* Calls visitor for each row as it arrives. A text is valid during the call only, and no other
   statement may run before the last row. If visitor returns anything but OUTCOME_OK, stops and
   returns that. */
typedef enum outcome (*database_visitor)(void *subject, const struct value *row);
enum outcome database_visit(struct database *database, const struct sql *sql,
                            const struct value *values, size_t count, database_visitor visitor,
                            void *subject);

/* Runs a statement without rows. Sets affected (may be NULL) to the number of rows it found. */
enum outcome database_execute(struct database *database, const struct sql *sql,
                              const struct value *values, size_t count, uint64_t *affected);

/* Runs a statement count times in one round trip, each time with the next width values. All values
   of a column have the same kind or are NULL. Takes more round trips through a proxy that does not
   know MariaDB's bulk protocol, and on a node of a Galera cluster. Sets affected (may be NULL) to
   the number of rows that all found. */
enum outcome database_execute_bulk(struct database *database, const struct sql *sql,
                                   const struct value *values, size_t width, size_t count,
                                   uint64_t *affected);

/* Tells whether the connection can run database_conclude(): not through SQL proxies, nor on a
   server that cannot prepare a compound statement, nor on a node of a Galera cluster, where another
   node may undo the transaction between two parts of the statement, nor for a witness that must be
   told of the COMMIT. Connects if there is no connection; true if that fails. */
bool database_concludes(struct database *database);

/*
 * Runs the one statement of a transaction, which also begins and commits it: a compound one,
 * without rows, such as
 *
 *     BEGIN NOT ATOMIC START TRANSACTION;
 *     UPDATE ...; IF ROW_COUNT() <> 1 THEN SIGNAL SQLSTATE '45000'; END IF;
 *     COMMIT; END
 *
 * OUTCOME_UNMET if it signals that, if a unique index refuses a row, if a text cannot be stored or
 * compared, or if the server turns out not to prepare such a statement: nothing of the transaction
 * remains, and other statements will find the reason. OUTCOME_UNCERTAIN if the connection broke
 * before the answer, or if it cannot be found out whether it has committed.
 * It may take locks by name (GET_LOCK) and must release them; if it fails, all of the connection
 * are released with the transaction. Only for the body of a database_transaction_at_once() that is
 * not within another transaction.
 */
enum outcome database_conclude(struct database *database, const struct sql *sql,
                               const struct value *values, size_t count);

/* Returns the AUTO_INCREMENT id of the row that the last database_execute() inserted. */
int64_t database_insert_id(const struct database *database);

/* Transactions: transaction.c. */

/*
 * Runs body in a transaction and commits it if body returns OUTCOME_OK; otherwise rolls back and
 * returns that outcome.
 *
 * Runs body again from the start, after a random pause, if body or COMMIT returned
 * OUTCOME_CONFLICT, as often as the settings allow; then returns OUTCOME_CONCURRENT_UPDATE. Runs it
 * again once, on a new connection, if the connection was lost before COMMIT, unless it was only
 * given up after waiting for an answer. So body must reset whatever it collects. If the connection
 * broke during COMMIT, or it failed with an error that does not tell, returns OUTCOME_UNCERTAIN:
 * the transaction may or may not have happened, and is not repeated.
 *
 * Within a transaction, another one becomes a part of it.
 */
typedef enum outcome (*database_body)(void *subject);
enum outcome database_transaction(struct database *database, database_body body, void *subject);

/* Runs body, which is one database_conclude(), as database_transaction() does, in one round trip. A
   connection that has not answered for a second, or that the server has closed, is tried before, so
   that the statement is not lost on it. */
enum outcome database_transaction_at_once(struct database *database, database_body body,
                                          void *subject);

/*
 * Call it after OUTCOME_UNCERTAIN: finds out what became of the transaction. Ends on the server
 * what is left of the session whose connection broke, then calls find, which looks at what it would
 * have written, and tells the witness.
 *
 * Returns what find returns: OUTCOME_OK, it was committed; OUTCOME_UNMET, it was not, and may run
 * again; anything else becomes OUTCOME_UNCERTAIN.
 *
 * ended: whether nothing of the session goes on. It may where that cannot be known: there is no
 * connection, or to another server, a node of a Galera cluster or an SQL proxy, or the session does
 * not end within two seconds. Then find must not return OUTCOME_UNMET.
 */
typedef enum outcome (*database_finder)(void *subject, bool ended);
enum outcome database_find_out(struct database *database, database_finder find, void *subject);

/* Notes from now on which session writes, so that another process can end it after this one was
   killed. database_free() clears the note, which must live until then. */
void database_note_sessions(struct database *database, struct session_note *note);

/* Ends on the server what a killed process goes on with there, outside of a transaction. Clears the
   note if there is a connection. Of two that do this at once one finds nothing to do. */
void database_end_noted(struct database *database, struct session_note *note,
                        const struct session_mark *mark);

/* Calls witness at each step of transactions that write, until the next request begins. */
void database_set_witness(struct database *database, database_witness witness, void *subject);

/* Runs body, which only reads, with one consistent view of the database for all its statements. May
   run it again, as database_transaction() does. */
enum outcome database_snapshot(struct database *database, database_body body, void *subject);

#endif
