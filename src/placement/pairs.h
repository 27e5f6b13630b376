/*
 * Lists of pairs of numbers as one value of a statement: a JSON array, [[1,2],[3,4]], which the
 * server reads as a table:
 *
 *     JSON_TABLE(?, '$[*]' COLUMNS (id INT PATH '$[0]', amount BIGINT PATH '$[1]')) wanted
 */
#ifndef BERTH_PLACEMENT_PAIRS_H
#define BERTH_PLACEMENT_PAIRS_H

#include "base/text.h"
#include "db/value.h"

/* Begins an empty list in the arena. */
struct text_builder pairs_begin(struct arena *arena);

/* Adds a pair at the end. */
void pairs_add(struct text_builder *pairs, int64_t first, int64_t second);

/* Returns the value, whose text is in the arena. */
struct value pairs_end(struct text_builder *pairs);

#endif
