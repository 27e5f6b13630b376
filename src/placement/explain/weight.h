/*
 * How far a provider is from what is asked for: what weighs more is harder to come by.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_WEIGHT_H
#define BERTH_PLACEMENT_EXPLAIN_WEIGHT_H

#include "placement/explain/sought.h"

/* What a lack weighs. An amount weighs up to twice that, the more of it lacks: if the inventory is
   too small as it is, or allows no such amount, or else because it is used, reserved, or its
   allocation_ratio is too low. What only the root has is nearly there. */
#define WEIGHT_CLASS    4.0
#define WEIGHT_TREE     1.5
#define WEIGHT_ONE      1.0
#define WEIGHT_OF_ROOT  0.75
#define WEIGHT_FIXED    0.6
#define WEIGHT_CAPACITY 0.5

/* Returns what weighs all that faults_of_provider() finds; 0: nothing. */
double weight_of_provider(const struct sought *sought, uint32_t provider);

/* Returns what weighs all that faults_of_slot() finds for a demand; 0: nothing. */
double weight_of_slot(const struct sought *sought, const struct search_demand *demand,
                      uint32_t provider, uint32_t anchor);

#endif
