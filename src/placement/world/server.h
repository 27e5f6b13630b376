/*
 * Whether the binary log of a server tells everything that changes in its tables.
 */
#ifndef BERTH_PLACEMENT_WORLD_SERVER_H
#define BERTH_PLACEMENT_WORLD_SERVER_H

#include "base/world_reason.h"
#include "db/database.h"

/* Checks the settings of the server and the privileges of the account. Returns WORLD_KEPT, or why
   the log cannot be followed. */
enum world_reason world_server_check(struct database *database);

/* Checks what may have changed since: that nothing replicates to the server unlogged. */
enum world_reason world_server_check_again(struct database *database);

/* Sets the two statements that grant what the account of this connection needs: for the service,
   and for the world. They are in the database's arena. */
enum outcome world_grants_load(struct database *database, const char **service, const char **world);

#endif
