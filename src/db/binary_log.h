/*
 * Following the binary log of a MariaDB server, as a replica does.
 *
 * The account needs REPLICATION SLAVE. The events arrive as they are committed, all of the server's
 * databases. Their checksums are verified if the log has them.
 *
 * libmariadb 3.3 cannot read the end of a log file whose name has fewer than 13 characters
 * ("log.000001"): then the log ends, and must be opened again.
 */
#ifndef BERTH_DB_BINARY_LOG_H
#define BERTH_DB_BINARY_LOG_H

#include "db/database.h"
#include "db/gtid.h"
#include "db/log_event.h"

struct binary_log;

enum { BINARY_LOG_REASON = 256 }; /* bytes of a reason with its NUL */

/* Asks for all events after a position; the server sends a heartbeat when it has had nothing to
   send for that many milliseconds. Takes the connection of database, which must live as long and
   must do nothing else. Returns NULL and sets reason if the server refuses. */
struct binary_log *binary_log_open(struct database *database, const struct gtid_position *position,
                                   unsigned heartbeat, char reason[BINARY_LOG_REASON]);

/* Waits for the next event, which is valid until the next call. Returns false and sets reason if
   there will be none: the connection broke, the server has removed the log, a checksum is wrong. */
bool binary_log_next(struct binary_log *log, struct log_event *event,
                     char reason[BINARY_LOG_REASON]);

/* Drops the connection, and frees the log; NULL does nothing. */
void binary_log_close(struct binary_log *log);

#endif
