/*
 * Shortens the sentence that an explanation begins with.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_CAUSE_SHORT_H
#define BERTH_PLACEMENT_EXPLAIN_CAUSE_SHORT_H

#include <stdbool.h>

#include "base/arena.h"

/* Returns a sentence, in the arena, that says the name of an aggregate once. Where it tells again
   that a provider is not in it, or is but must not be, it says "it" if there is no other aggregate,
   or else the beginning of the name: "is not in aggregate 1a2b3c4d...". */
const char *cause_shortened(struct arena *arena, const char *text);

/* Returns whether five lines of a terminal hold a sentence. */
bool cause_is_brief(const char *text);

/* Returns a sentence without the last of its parts ("; ...") that seven lines of a terminal do not
   hold. These are further examples, of which the rest of the report tells, too. */
const char *cause_cut(struct arena *arena, const char *text);

#endif
