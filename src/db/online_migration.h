/*
 * Upstream's "online data migrations": they repair data that older releases left incomplete, in
 * batches, while the service runs. Older releases left providers without a root, and allocations
 * whose consumer has no row.
 *
 * Upstream: placement/cmd/manage.py, placement/objects/resource_provider.py and consumer.py.
 */
#ifndef BERTH_DB_ONLINE_MIGRATION_H
#define BERTH_DB_ONLINE_MIGRATION_H

#include "db/database.h"

/* The owner of consumers that a migration creates: [placement] incomplete_consumer_project_id and
   incomplete_consumer_user_id. */
struct incomplete_consumer {
    const char *project_id;
    const char *user_id;
};

/* The result of a batch. */
struct migration_count {
    uint64_t found; /* rows to migrate, at most limit */
    uint64_t done;  /* rows migrated */
};

struct online_migration {
    const char *name; /* upstream's */
    /* Migrates at most limit rows in one transaction. */
    enum outcome (*run)(struct database *database, const struct incomplete_consumer *owner,
                        uint64_t limit, struct migration_count *count);
};

/* In upstream's order. */
enum { ONLINE_MIGRATIONS = 2 };
extern const struct online_migration online_migrations[ONLINE_MIGRATIONS];

/* The data that still need a migration, for "status upgrade check". */
struct migrations_missing {
    bool roots;         /* there are providers without a root */
    uint64_t consumers; /* number of consumers without a row */
};

/* Looks for such data, without changing anything. */
enum outcome migrations_missing_load(struct database *database, struct migrations_missing *missing);

#endif
