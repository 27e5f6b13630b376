/*
 * The state of a claim while its transaction runs: what the claim names, and what the steps before
 * have found. For claim.c, claim_check.c and claim_found.c alone.
 */
#ifndef BERTH_PLACEMENT_CLAIM_RUN_H
#define BERTH_PLACEMENT_CLAIM_RUN_H

#include "placement/capacity.h"
#include "placement/claim_request.h"
#include "placement/consumer.h"
#include "placement/context.h"

struct claimed_provider {
    const char *uuid; /* as in the request, when it is locked as stored; NULL: emptied */
    int64_t id;       /* 0: does not exist */
    int64_t generation;
};

struct claimed_class {
    const char *name;
    int64_t id; /* -1: does not exist; of one attempt */
};

struct claim_run {
    struct context *context;
    const struct claim *claims;
    size_t claim_count;
    size_t amount_count; /* of all claims */

    struct claimed_class *classes; /* each class once, by name */
    size_t class_count;
    /* The last attempt found something rare: a project, user or type that does not exist, or
       allocations of a consumer that has no row. This attempt creates and deletes these first. */
    bool thorough;

    /* Of one attempt: */
    struct claimed_provider *providers; /* each provider once, by uuid; emptied ones at the end */
    size_t provider_count;              /* that the claims name */
    size_t emptied_count;               /* that only consumers with an empty claim used */
    struct consumer **consumers;        /* of each claim; NULL: does not exist */
    struct rows freed;                  /* deleted allocations: consumer, provider, class, used */
    struct capacities capacities;
};

/* Starts a run: gathers the classes of the claims, without ids. */
struct claim_run *claim_run_new(struct context *context, const struct claim *claims, size_t count);

/* Starts an attempt: gathers the providers of the claims, without ids, and no emptied ones. */
void claim_run_begin(struct claim_run *run);

/* Returns the provider of a uuid, in any case, or NULL if no claim names it. */
struct claimed_provider *claim_run_provider(const struct claim_run *run, const char *uuid);

/* Returns the class of a name, which one of the claims has. */
const struct claimed_class *claim_run_class(const struct claim_run *run, const char *name);

#endif
