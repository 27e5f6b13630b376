/*
 * The session of a connection on the server, and what became of it after the connection broke.
 * Internal: only for the sources of src/db; database_find_out() in db/database.h uses it.
 *
 * A session that writes holds a lock of the server with a random name. The server lets go of it
 * after it has ended the transaction of the session. So if the lock is free on the same server,
 * nothing of the session goes on there.
 */
#ifndef BERTH_DB_LOST_SESSION_H
#define BERTH_DB_LOST_SESSION_H

#include "db/database_state.h"

/* Takes the lock, once for a connection, and forgets sessions that were lost before. Not through
   SQL proxies, whose connections are not those of the server, nor on a node of a Galera cluster,
   where another node may answer next. If the server refuses it, the session is not marked; fails
   only if the connection breaks. */
enum outcome session_mark(struct database *database);

/* Ends what is left of the session whose connection broke last, outside of a transaction. Returns
   whether nothing of it goes on: its transaction is committed or undone, and what it has written
   can be looked up. */
bool session_end_lost(struct database *database);

/* Releases all other locks by name of the session. */
enum outcome session_release_locks(struct database *database);

#endif
