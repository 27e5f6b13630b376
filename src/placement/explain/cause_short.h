/*
 * Shortens the sentence that an explanation begins with.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_CAUSE_SHORT_H
#define BERTH_PLACEMENT_EXPLAIN_CAUSE_SHORT_H

#include "base/arena.h"

/* Returns a sentence, in the arena, that says the name of an aggregate once: where it tells again
   who is not in it, or is but must not be, it says "it" if there is no other aggregate, or else
   the beginning of the name: "is not in aggregate 1a2b3c4d...". */
const char *cause_shortened(struct arena *arena, const char *text);

#endif
