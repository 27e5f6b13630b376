/*
 * The version of the database's schema, as upstream's alembic records it, and upgrading it.
 *
 * The files in sql/ make and change the schema: schema.sql for a new database, and one file for
 * each step from an older revision. MariaDB commits every such statement at once, so a process that
 * dies leaves a step half done. Therefore each statement can be run again, and the revision is
 * written after its step: the next attempt continues where the last one ended.
 */
#ifndef BERTH_DB_SCHEMA_VERSION_H
#define BERTH_DB_SCHEMA_VERSION_H

#include "db/database.h"

#define SCHEMA_HEAD "a082b8bb98d0"

/* The oldest revision that can be served: SCHEMA_HEAD has the same tables with fewer indexes. */
#define SCHEMA_OLDEST_SERVED "422ece571366"

/* Reads the revision of the database into the arena; NULL if it has none. OUTCOME_ACTION_INVALID if
   alembic_version has more than one. */
enum outcome schema_version_load(struct database *database, const char **revision);

/* Finds the revision that an operator means, as alembic does: by its name, a beginning of it that
   fits no other, "head", "heads", or "base" for none (NULL). Returns false if there is none. */
bool schema_version_find(const char *text, const char **revision);

/* Sets obstacle to the reason, a text for people, why schema_synchronise() would do nothing for a
   database that has one revision or none: it does not know it, or there are tables without one.
   NULL: there is none of these reasons. */
enum outcome schema_find_obstacle(struct database *database, struct arena *arena,
                                  const char **obstacle);

/* Returns whether the service can work with a revision: the newest, or one whose differences do not
   affect its statements. */
bool schema_version_serves(const char *revision);

/* Records a revision (NULL: none) without changing anything else. OUTCOME_ACTION_INVALID, and sets
   reason, if the database has a revision that this program does not know. */
enum outcome schema_version_stamp(struct database *database, struct arena *arena,
                                  const char *revision, const char **reason);

/*
 * Upgrades or creates the schema: to SCHEMA_HEAD, or to SCHEMA_OLDEST_SERVED for a Python service
 * that knows no newer revision. Also goes back from the first to the second. One process at a time
 * does this; others wait for it. Use a database from database_for_maintenance(), whose statements
 * have no time limit.
 *
 * OUTCOME_ACTION_INVALID if it cannot be done, and sets reason, a text for people: the revision is
 * unknown, there are tables without a revision, data must be repaired by "online_data_migrations"
 * first, or other transactions hold the tables.
 */
enum outcome schema_synchronise(struct database *database, struct arena *arena,
                                const char *revision, const char **reason);

#endif
