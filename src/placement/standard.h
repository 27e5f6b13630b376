/*
 * The standard traits and resource classes: names that are the same in every cloud.
 *
 * The lists are those of the os-traits and os-resource-classes libraries
 * (standard_traits.def, standard_classes.def).
 */
#ifndef BERTH_PLACEMENT_STANDARD_H
#define BERTH_PLACEMENT_STANDARD_H

#include "db/database.h"

/* Enters those that the database does not have yet, in a few statements. Others may do the same at
   the same time: what they enter is left as it is. Nothing is ever taken out, so that a service
   with other lists on the same database is not hurt. */
enum outcome standard_synchronise(struct database *database, struct arena *arena);

#endif
