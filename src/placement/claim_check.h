/*
 * The checks of a claim, in upstream's order. They look only at what the run has loaded and locked.
 * Each returns OUTCOME_OK, or the outcome that claim.h lists for it with upstream's text.
 */
#ifndef BERTH_PLACEMENT_CLAIM_CHECK_H
#define BERTH_PLACEMENT_CLAIM_CHECK_H

#include "placement/claim_run.h"

/* Checks that each consumer exists or not, and has the generation, as the client thinks. */
enum outcome claim_check_consumers(struct claim_run *run);

/* Checks that all providers exist. Reports the first one that does not, in the order of the
 * request. */
enum outcome claim_check_providers(struct claim_run *run);

/* Checks that all resource classes exist. Reports the first one that does not, in the order of the
 * request. */
enum outcome claim_check_classes(struct claim_run *run);

/* Checks, with run->capacities, that the providers have the inventories, that the amounts obey the
   units, and that the capacity is enough. */
enum outcome claim_check_capacity(struct claim_run *run);

#endif
