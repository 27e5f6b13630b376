/*
 * What became of an operation, and why.
 *
 * A function of the domain or of the database that can fail returns an outcome. The reason is
 * written once, where it is known, into the request's struct failure: the text is the one that
 * upstream's exception of that kind has, as clients read it. What HTTP status and error code
 * become of an outcome is for the handler to say (src/api).
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
    OUTCOME_PROVIDER_NOT_FOUND, /* a provider that the request's body refers to */

    /* Upstream's InvalidInventory and its kinds. */
    OUTCOME_INVENTORY_INVALID,   /* allocation without inventory, over capacity, off the units */
    OUTCOME_CAPACITY_INVALID,    /* reserved against total */
    OUTCOME_INVENTORY_IN_USE,    /* to be deleted, but allocated */
    OUTCOME_CONCURRENT_UPDATE,   /* a generation changed meanwhile */
    OUTCOME_GENERATION_CONFLICT, /* a generation that was given is not what it is */
    OUTCOME_DUPLICATE,           /* a unique value exists already */
    OUTCOME_ACTION_INVALID,      /* upstream's ObjectActionError: parents, loops */
    OUTCOME_IS_PARENT,           /* to be deleted, but has children */
    OUTCOME_IN_USE,              /* to be deleted, but used */
    OUTCOME_STANDARD,            /* a standard class or trait cannot be changed */
    OUTCOME_TOO_LONG,            /* the answer takes more time than it may */
    OUTCOME_TOO_MUCH,            /* the answer is larger than it may be */

    /* The database. */
    OUTCOME_CONFLICT,    /* the transaction was undone by another one: run it again */
    OUTCOME_UNAVAILABLE, /* no connection */
    OUTCOME_UNSTORABLE,  /* text has characters that its character set does not have */
    OUTCOME_UNCERTAIN,   /* the connection broke during COMMIT: nobody knows */
    OUTCOME_BROKEN,      /* anything unexpected; the cause is in the log */
};

/* Why the request failed. detail is NULL as long as nothing has. */
struct failure {
    enum outcome outcome;
    const char *detail; /* in the request's arena */
};

/* Notes the outcome and the reason, and returns the outcome. */
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
