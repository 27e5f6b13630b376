/*
 * What older releases have left undone in the data: providers without a root, and allocations whose
 * consumer has no row. Upstream's "online data migrations" put it right, in batches, while the
 * service runs; placement/cmd/manage.py, placement/objects/resource_provider.py and consumer.py.
 */
#ifndef BERTH_DB_ONLINE_MIGRATION_H
#define BERTH_DB_ONLINE_MIGRATION_H

#include "db/database.h"

/* Who the consumers belong to that are made up: [placement] incomplete_consumer_project_id and
   incomplete_consumer_user_id. */
struct incomplete_consumer {
    const char *project_id;
    const char *user_id;
};

/* A batch. */
struct migration_count {
    uint64_t found; /* rows to do, at most as many as were asked for */
    uint64_t done;
};

struct online_migration {
    const char *name; /* upstream's */
    enum outcome (*run)(struct database *database, const struct incomplete_consumer *owner,
                        uint64_t limit, struct migration_count *count);
};

/* In upstream's order. */
enum { ONLINE_MIGRATIONS = 2 };
extern const struct online_migration online_migrations[ONLINE_MIGRATIONS];

/* What is still to do, of which "status upgrade check" tells. */
struct migrations_missing {
    bool roots;
    uint64_t consumers;
};
enum outcome migrations_missing_load(struct database *database, struct migrations_missing *missing);

#endif
