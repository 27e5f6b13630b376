/*
 * How an operation ended, and why.
 *
 * A function in src/db or src/placement that can fail returns an outcome. Where the reason is
 * known, it is written once into the request's struct failure: in the words of upstream's
 * exception, since clients read them. The handlers in src/api map outcomes to HTTP statuses and
 * error codes.
 */
#ifndef BERTH_BASE_OUTCOME_H
#define BERTH_BASE_OUTCOME_H

#include "base/arena.h"

enum outcome {
    OUTCOME_OK = 0,

    /* Upstream's NotFound and its kinds. */
    OUTCOME_NOT_FOUND,
    OUTCOME_CLASS_NOT_FOUND,     /* a resource class */
    OUTCOME_INVENTORY_NOT_FOUND, /* no inventory of a class */
    OUTCOME_TRAIT_NOT_FOUND,
    OUTCOME_PROVIDER_NOT_FOUND, /* a provider that the body of the request refers to */

    /* Upstream's InvalidInventory and its kinds. */
    OUTCOME_INVENTORY_INVALID,   /* allocation without inventory, over capacity, off the units */
    OUTCOME_CAPACITY_INVALID,    /* reserved against total */
    OUTCOME_INVENTORY_IN_USE,    /* cannot be deleted: it has allocations */
    OUTCOME_CONCURRENT_UPDATE,   /* a generation changed since it was read */
    OUTCOME_GENERATION_CONFLICT, /* the client gave a generation that is not the current one */
    OUTCOME_DUPLICATE,           /* a unique value exists already */
    OUTCOME_ACTION_INVALID,      /* upstream's ObjectActionError: parents, loops */
    OUTCOME_IS_PARENT,           /* cannot be deleted: it has children */
    OUTCOME_IN_USE,              /* cannot be deleted: it is used */
    OUTCOME_STANDARD,            /* a standard class or trait cannot be changed */
    OUTCOME_TOO_LONG,            /* the answer would take more time than allowed */
    OUTCOME_TOO_MUCH,            /* the answer would be larger than allowed */

    /* The database. */
    OUTCOME_CONFLICT,    /* another transaction made this one roll back: run it again */
    OUTCOME_UNMET,       /* a statement found that what it requires does not hold */
    OUTCOME_UNAVAILABLE, /* no connection */
    OUTCOME_UNSTORABLE,  /* text has characters that its character set does not have */
    OUTCOME_UNCERTAIN,   /* COMMIT failed, and may have happened nevertheless */
    OUTCOME_BROKEN,      /* anything unexpected; the cause is in the log */
};

/* Why the request failed. */
struct failure {
    enum outcome outcome;
    const char *detail; /* in the arena of the request; NULL while nothing has failed */
};

/* Writes the outcome and the reason into failure. Returns the outcome. */
enum outcome failure_note(struct failure *failure, struct arena *arena, enum outcome outcome,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * Evaluates an expression of type enum outcome and, unless it is OUTCOME_OK, returns it from the
 * calling function:
 *
 *     TRY(load_providers(loading));
 *     return load_aggregates(loading);
 *
 * This is the only macro that hides control flow. Memory is the arena's, so an early return leaks
 * nothing. Do not use it between taking something that must be given back (a lock, a connection,
 * a descriptor) and giving it back.
 */
#define TRY(expression)                                                                            \
    do {                                                                                           \
        enum outcome try_outcome = (expression);                                                   \
        if (try_outcome != OUTCOME_OK)                                                             \
            return try_outcome;                                                                    \
    } while (0)

#endif
