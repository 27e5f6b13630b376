/*
 * The version of the database's schema, as upstream's alembic keeps it, and the way to the newest.
 *
 * What makes and changes the schema are the files in sql/: schema.sql for a new database, and one
 * file for each step from an older revision. MariaDB commits each such statement at once, so that a
 * process that dies leaves a step half done: every statement can be run again, and the revision is
 * written after its step, so that the next try goes on where the last one ended.
 */
#ifndef BERTH_DB_SCHEMA_VERSION_H
#define BERTH_DB_SCHEMA_VERSION_H

#include "db/database.h"

#define SCHEMA_HEAD "a082b8bb98d0"

/* The oldest revision that can be served: SCHEMA_HEAD has the same tables with fewer indexes. */
#define SCHEMA_OLDEST_SERVED "422ece571366"

/* The revision of the database; NULL: it has none. The text is in the arena.
   OUTCOME_ACTION_INVALID: alembic_version has more than one. */
enum outcome schema_version_load(struct database *database, const char **revision);

/* Finds a revision by what an operator types, as alembic does: its name, the beginning of it that
   no other has, "head", "heads", or "base" for none (NULL). Gives false if there is no such one. */
bool schema_version_find(const char *text, const char **revision);

/* Whether the service can work with that revision: the newest, or one that differs by nothing that
   statements notice. */
bool schema_version_serves(const char *revision);

/* Sets the revision (NULL: none) without changing anything else. OUTCOME_ACTION_INVALID, with the
   reason: the database has a revision that this program does not know. */
enum outcome schema_version_stamp(struct database *database, struct arena *arena,
                                  const char *revision, const char **reason);

/*
 * Brings the database to a revision that can be served: SCHEMA_HEAD, or SCHEMA_OLDEST_SERVED for
 * the sake of a Python service that knows no newer one; also back from the one to the other. One
 * process at a time does it, the others wait; with a database from database_for_maintenance(),
 * whose statements take as long as a large table needs.
 *
 * OUTCOME_ACTION_INVALID: it cannot be done, for the reason given in words: the revision is none
 * that is known, there are tables without a revision, data stand in the way that
 * "online_data_migrations" puts right, or others hold the tables.
 */
enum outcome schema_synchronise(struct database *database, struct arena *arena,
                                const char *revision, const char **reason);

#endif
