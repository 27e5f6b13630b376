/*
 * Runs transactions, and runs them again after a conflict: the transaction functions of
 * db/database.h.
 */
#include <config.h>

#include <unistd.h>

#include "base/clock.h"
#include "db/connection.h"
#include "db/database.h"
#include "db/lost_session.h"
#include "db/server_error.h"

enum {
    PAUSE_FIRST = 2000,    /* microseconds: upper bound of the first pause */
    PAUSE_LONGEST = 200000 /* upper bound of every pause */
};

/* Waits for a random time, with a bound that doubles each time, so that transactions that collided
   do not collide again. */
static void pause_before(struct database *database, unsigned attempt)
{
    uint64_t bound = PAUSE_FIRST;
    while (attempt-- > 0 && bound < PAUSE_LONGEST)
        bound *= 2;
    /* xorshift64 is good enough to keep two workers apart. */
    uint64_t random = database->random | 1;
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    database->random = random;
    usleep((useconds_t)(random % bound));
}

void database_set_witness(struct database *database, database_witness witness, void *subject)
{
    database->witness = witness;
    database->witness_subject = subject;
}

static enum outcome tell(const struct database *database, enum database_step step)
{
    return database->witness != NULL ? database->witness(database->witness_subject, step)
                                     : OUTCOME_OK;
}

/* Any error but these leaves open what became of the transaction. So does 1180 of a node that lost
   the others of its Galera cluster: they may have committed it. */
static bool is_undone(const struct database *database, enum outcome outcome)
{
    return outcome == OUTCOME_CONFLICT || server_error_is_refusal(database->error);
}

static enum outcome commit(struct database *database)
{
    TRY(tell(database, STEP_COMMITTING));
    enum outcome outcome = connection_send(database, "COMMIT");
    if (outcome != OUTCOME_OK && is_undone(database, outcome))
        return outcome;
    tell(database, outcome == OUTCOME_OK ? STEP_COMMITTED : STEP_UNCERTAIN);
    return outcome == OUTCOME_OK ? outcome : OUTCOME_UNCERTAIN;
}

/* Ends a transaction that has only read: what was read is right, even if this fails. */
static enum outcome end_snapshot(struct database *database)
{
    if (connection_send(database, "COMMIT") != OUTCOME_OK)
        connection_drop(database);
    return OUTCOME_OK;
}

/* Rows first: whoever waits in the queue of a lock by name then finds them free. */
static void roll_back(struct database *database)
{
    if (database->mysql != NULL && connection_send(database, "ROLLBACK") != OUTCOME_OK)
        connection_drop(database);
    if (database->mysql != NULL && database->may_hold_locks &&
        session_release_locks(database) != OUTCOME_OK)
        connection_drop(database);
}

/* How a transaction begins and ends. */
struct transaction_kind {
    const char *beginning[3]; /* statements, up to NULL */
    enum outcome (*end)(struct database *database);
};

static const struct transaction_kind writing = {{"START TRANSACTION"}, commit};
/* The body is one statement, which also begins the transaction. */
static const struct transaction_kind concluding = {{NULL}, commit};
static const struct transaction_kind snapshot = {
    {"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
     "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"},
    end_snapshot};

static enum outcome begin(struct database *database, const struct transaction_kind *kind)
{
    if (kind != &snapshot)
        TRY(session_mark(database));
    /* A connection that broke since is better found before the statement that may commit. */
    if (kind == &concluding && !connection_seems_alive(database))
        kind = &writing;
    for (size_t i = 0; kind->beginning[i] != NULL; i++)
        TRY(connection_send(database, kind->beginning[i]));
    return OUTCOME_OK;
}

/* Runs the body, and says with what to end the transaction. */
static enum outcome run_body(struct database *database, database_body body, void *subject)
{
    TRY(body(subject));
    return database->doomed;
}

/* Runs the transaction once. Sets lost if the connection broke before COMMIT was sent, so that
   nothing has happened. */
static enum outcome run_once(struct database *database, const struct transaction_kind *kind,
                             database_body body, void *subject, bool *lost)
{
    *lost = false;
    TRY(database_connect(database));
    enum outcome outcome = begin(database, kind);
    if (outcome != OUTCOME_OK) {
        *lost = database->mysql == NULL;
        /* A Galera node that cannot catch up with the others says that a lock timed out. It has
           waited long enough: do not run again. */
        return outcome == OUTCOME_CONFLICT ? OUTCOME_UNAVAILABLE : outcome;
    }
    database->in_transaction = true;
    database->concluded = false;
    database->may_hold_locks = false;
    database->doomed = OUTCOME_OK;
    if (kind != &snapshot)
        tell(database, STEP_BEGUN);
    outcome = run_body(database, body, subject);
    if (outcome == OUTCOME_OK && !database->concluded)
        outcome = kind->end(database);
    else
        *lost = outcome == OUTCOME_UNAVAILABLE && database->mysql == NULL;
    if (outcome != OUTCOME_OK)
        roll_back(database);
    database->in_transaction = false;
    return outcome;
}

static enum outcome run(struct database *database, const struct transaction_kind *kind,
                        database_body body, void *subject)
{
    if (database->in_transaction)
        return body(subject);
    bool reconnected = false;
    for (unsigned attempt = 0;;) {
        bool lost;
        uint64_t since = clock_microseconds();
        enum outcome outcome = run_once(database, kind, body, subject, &lost);
        if (lost && !reconnected && !connection_was_mute(database, since)) {
            reconnected = true;
            continue;
        }
        if (outcome != OUTCOME_CONFLICT)
            return outcome;
        if (attempt >= database->settings.transaction_retries) {
            database->statistics.given_up++;
            return OUTCOME_CONCURRENT_UPDATE;
        }
        database->statistics.retries++;
        pause_before(database, attempt++);
    }
}

enum outcome database_transaction(struct database *database, database_body body, void *subject)
{
    return run(database, &writing, body, subject);
}

enum outcome database_transaction_at_once(struct database *database, database_body body,
                                          void *subject)
{
    return run(database, &concluding, body, subject);
}

enum outcome database_snapshot(struct database *database, database_body body, void *subject)
{
    return run(database, &snapshot, body, subject);
}

enum outcome database_find_out(struct database *database, database_finder find, void *subject)
{
    switch (find(subject, session_end_lost(database))) {
    case OUTCOME_OK:
        tell(database, STEP_COMMITTED);
        return OUTCOME_OK;
    case OUTCOME_UNMET:
        tell(database, STEP_UNDONE);
        return OUTCOME_UNMET;
    default:
        return OUTCOME_UNCERTAIN;
    }
}
