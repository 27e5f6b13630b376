/*
 * What a request has cost at the database; see database_statistics() in db/database.h.
 */
#ifndef BERTH_DB_DATABASE_STATISTICS_H
#define BERTH_DB_DATABASE_STATISTICS_H

#include <stdint.h>

struct database_statistics {
    unsigned statements;   /* round trips, including START TRANSACTION and COMMIT */
    uint64_t microseconds; /* spent waiting for the server */
    unsigned connections;  /* opened */
    unsigned errors;       /* of the server or the connection, without conflicts */
    unsigned conflicts;    /* errors caused by other transactions */
    unsigned retries;      /* transactions run again */
    unsigned given_up;     /* transactions given up after too many retries */
};

#endif
