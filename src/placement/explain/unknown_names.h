/*
 * The names of a request that do not exist, and the names that may have been meant.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_UNKNOWN_NAMES_H
#define BERTH_PLACEMENT_EXPLAIN_UNKNOWN_NAMES_H

#include "placement/candidates/resolve.h"

struct unknown_names {
    const char *text; /* "there is no trait A (do you mean B?), ..."; NULL: all names exist */
    bool guessed;     /* it says what was meant */
};

/* Finds the classes and traits of a resolution, with whose names the world was loaded, that do not
   exist, and the existing name that each is most like, if that is only one. Asks the database for
   all names, so only a request that is refused should be asked about. */
enum outcome unknown_names_find(const struct resolution *resolution, struct unknown_names *unknown);

#endif
