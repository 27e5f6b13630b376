/*
 * The errors of MariaDB and its client library: what they mean, and how they are logged.
 * Internal: only for the sources of src/db.
 */
#ifndef BERTH_DB_SERVER_ERROR_H
#define BERTH_DB_SERVER_ERROR_H

#include <stdbool.h>

#include "base/outcome.h"

/* Returns the outcome of an error number: OUTCOME_CONFLICT, OUTCOME_DUPLICATE, OUTCOME_UNSTORABLE,
   OUTCOME_UNAVAILABLE or OUTCOME_BROKEN. Sets lost if the connection cannot be used any more. */
enum outcome server_error_outcome(unsigned error, bool *lost);

/* Returns whether an error of connecting means that the server may answer later: nothing listens,
   it is starting, or it hung up. */
bool server_error_is_unreachable(unsigned error);

/* Returns whether an error means that the server refuses to write, and has committed nothing. */
bool server_error_is_refusal(unsigned error);

/* Returns whether the server's words about an error of a statement repeat nothing but names of the
   schema, of users and of the server's settings: no value, and no SQL. */
bool server_error_is_safe_to_tell(unsigned error);

/* Logs an error: its number and SQLSTATE, and what the statement does to which table. SQL and
   values never get into the log.
   statement: the text of the statement, or "connect".
   reason:    the words of the library or the server if they are safe to log, or NULL. If connecting
   failed they are: nothing has been sent yet that they could repeat, except the names of user and
   host. */
void server_error_log(unsigned error, const char *state, const char *statement, const char *reason);

#endif
