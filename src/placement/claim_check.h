/*
 * What is checked about a claim, in upstream's order. Each check looks at what the run holds: the
 * rows are locked already. Returns OUTCOME_OK or the outcome that claim.h lists for it, with
 * upstream's text in the failure.
 */
#ifndef BERTH_PLACEMENT_CLAIM_CHECK_H
#define BERTH_PLACEMENT_CLAIM_CHECK_H

#include "placement/claim_run.h"

/* The consumers exist, or do not, and have the generations that the client thinks. */
enum outcome claim_check_consumers(struct claim_run *run);

/* All providers exist. Reports the first one that does not, in the order of the request. */
enum outcome claim_check_providers(struct claim_run *run);

/* All resource classes exist. Reports the first one that does not, in the order of the request. */
enum outcome claim_check_classes(struct claim_run *run);

/* The providers have the inventory, the amounts obey the units, and the capacity is enough. Uses
   run->capacities. */
enum outcome claim_check_capacity(struct claim_run *run);

#endif
