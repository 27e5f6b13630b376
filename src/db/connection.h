/*
 * The inside of struct database: for the sources of src/db alone.
 */
#ifndef BERTH_DB_CONNECTION_H
#define BERTH_DB_CONNECTION_H

#include <mysql.h>
#include <time.h>

#include "db/database.h"

struct statement;

struct database {
    struct database_settings settings; /* its text is owned */
    struct arena *arena;
    MYSQL *mysql;                 /* NULL: not connected */
    struct statement *statements; /* by text; prepared on this connection */
    unsigned statement_count;
    uint64_t statement_clock; /* counts uses: who was used longest ago goes first */
    time_t connected_at;      /* monotonic seconds */
    bool in_transaction;
    enum outcome doomed; /* what ended the transaction: nothing more may be sent in it */
    int64_t insert_id;
    uint64_t random;
    struct database_statistics statistics;
};

/* Closes the connection, and with it the statements. */
void connection_close(struct database *database);

/* Drops a connection of which nobody knows what is still to come on it: the library would wait for
   that as long as for any answer. With it go the statements and an open transaction; the flag of
   the latter stays, so that the rest of its body does not run on a new connection. */
void connection_drop(struct database *database);

/* Judges an error of the client library and logs what is not an ordinary event: its number, and
   what the statement of that text does to which table; neither SQL nor values are ever logged.
   Drops a connection that is lost. */
enum outcome connection_judge(struct database *database, unsigned error, const char *state,
                              const char *text);

/* Sends one statement as text and drops what it gives. Counted. */
enum outcome connection_send(struct database *database, const char *text);

/* Whether a new connection is due by age. */
bool connection_is_old(const struct database *database);

/* Adds what has passed since a clock_microseconds() to the statistics, as one round trip. */
void connection_count(struct database *database, uint64_t since);

/* Closes all statements of the connection. */
void statement_drop_all(struct database *database);

#endif
