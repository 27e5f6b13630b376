/*
 * What happens to a transaction that writes: for the audit log.
 */
#ifndef BERTH_DB_DATABASE_WITNESS_H
#define BERTH_DB_DATABASE_WITNESS_H

#include "base/outcome.h"

enum database_step {
    STEP_BEGUN,      /* an attempt begins: forget what the last one did */
    STEP_COMMITTING, /* before COMMIT, inside the transaction: any outcome but OK rolls it back */
    STEP_COMMITTED,  /* also later, after STEP_UNCERTAIN */
    STEP_UNCERTAIN,  /* nobody knows whether COMMIT has happened */
    STEP_UNDONE,     /* after STEP_UNCERTAIN: nothing has been committed */
};

/* Is called at each step. The outcome counts only for STEP_COMMITTING. */
typedef enum outcome (*database_witness)(void *subject, enum database_step step);

#endif
