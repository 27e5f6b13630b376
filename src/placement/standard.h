/*
 * The standard traits and resource classes: names that are the same in every cloud. The lists come
 * from the libraries os-traits and os-resource-classes (standard_traits.def, standard_classes.def).
 */
#ifndef BERTH_PLACEMENT_STANDARD_H
#define BERTH_PLACEMENT_STANDARD_H

#include "db/database.h"

/* Inserts the standard names that the database does not have, in a few statements. Several
   processes may do so at the same time. Deletes nothing, so as not to hurt a service with other
   lists on the same database. */
enum outcome standard_synchronise(struct database *database, struct arena *arena);

#endif
