/*
 * The connection to the server: opening, closing, plain statements, errors.
 * Internal: only for the sources of src/db.
 */
#ifndef BERTH_DB_CONNECTION_H
#define BERTH_DB_CONNECTION_H

#include "db/database_state.h"

/* Opens a connection and sets its session. OUTCOME_UNAVAILABLE if that is not possible; the cause
   is in the log. database->mysql is NULL before, and afterwards if it failed. */
enum outcome connection_open(struct database *database);

/* Closes the connection, if there is one, and its statements. */
void connection_close(struct database *database);

/* Closes a connection that is in an unknown state. Shuts the socket down first: otherwise the
   library would wait for whatever the server still sends. Statements and an open transaction are
   gone; database->in_transaction stays set, so that the rest of the transaction's body does not run
   on a new connection. */
void connection_drop(struct database *database);

/* Returns whether the connection is older than the settings allow. */
bool connection_is_old(const struct database *database);

/* Returns whether at least the read timeout has passed since then (clock_microseconds()). After a
   connection was lost so, do not ask again on a new one: it may take as long again, and the
   watchdog would end the request first. */
bool connection_was_mute(const struct database *database, uint64_t since);

/* Returns whether the connection very likely still works: it has answered within a second, and the
   server has not closed it since. Costs no round trip. */
bool connection_seems_alive(const struct database *database);

/* Handles an error of the server or the library: counts it, logs it unless it is an ordinary event
   (conflict, duplicate), drops a lost connection, and dooms the open transaction. Returns its
   outcome. statement is the text of the statement, reason the server's words, or NULL: they are
   logged if they can contain no value. */
enum outcome connection_error(struct database *database, unsigned error, const char *state,
                              const char *statement, const char *reason);

/* Sends one statement as text and discards its result. One round trip in the statistics. */
enum outcome connection_send(struct database *database, const char *text);

/* Adds one round trip to the statistics, which began at since (clock_microseconds()). */
void connection_count(struct database *database, uint64_t since);

#endif
