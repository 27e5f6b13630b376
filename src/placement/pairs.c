/*
 * Writes lists of pairs of numbers as JSON.
 */
#include <config.h>

#include "placement/pairs.h"

#include <inttypes.h>

struct text_builder pairs_begin(struct arena *arena)
{
    struct text_builder pairs = text_begin(arena);
    text_add(&pairs, "[");
    return pairs;
}

void pairs_add(struct text_builder *pairs, int64_t first, int64_t second)
{
    text_add_format(pairs, "%s[%" PRId64 ",%" PRId64 "]", pairs->length > 1 ? "," : "", first,
                    second);
}

struct value pairs_end(struct text_builder *pairs)
{
    text_add(pairs, "]");
    return value_text(text_end(pairs));
}
