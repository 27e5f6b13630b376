/*
 * The version of the database's schema, as upstream's alembic keeps it, and the way to the newest.
 *
 * The schema of a new database and the steps from each older revision are the files in sql/. Each
 * step can be run again: one that was cut off is repaired by the next try.
 */
#ifndef BERTH_DB_SCHEMA_VERSION_H
#define BERTH_DB_SCHEMA_VERSION_H

#include "db/database.h"

#define SCHEMA_HEAD "a082b8bb98d0"

/* The revision of the database; NULL: it has none, it is empty. The text is in the arena. */
enum outcome schema_version_load(struct database *database, const char **revision);

/* Whether this program knows the revision (NULL: an empty database). */
bool schema_version_is_known(const char *revision);

/* Whether the service can work with that revision: the newest, or one that differs by nothing that
   statements notice. */
bool schema_version_serves(const char *revision);

/* Sets the revision without changing anything else. */
enum outcome schema_version_stamp(struct database *database, const char *revision);

/*
 * Brings the database to SCHEMA_HEAD, one process at a time. OUTCOME_ACTION_INVALID: it cannot be
 * done, for the reason given in words: the revision is none that is known, or data stand in the way
 * that "online_data_migrations" puts right.
 */
enum outcome schema_synchronise(struct database *database, struct arena *arena,
                                const char **reason);

/* Upstream's online data migrations: gives providers their root, and allocations their consumers, at
   most limit rows of each. The numbers of rows changed. */
struct schema_migrations {
    uint64_t roots;
    uint64_t consumers;
};
enum outcome schema_migrate_data(struct database *database, const char *project_id,
                                 const char *user_id, int64_t limit,
                                 struct schema_migrations *migrations);

#endif
