/*
 * An explanation as JSON: the answer of GET /_berth/explain, and of berth-manage explain --json.
 * docs/explaining.md describes it.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_EXPLANATION_JSON_H
#define BERTH_PLACEMENT_EXPLAIN_EXPLANATION_JSON_H

#include "base/json_writer.h"
#include "placement/explain/explanation.h"

/* Writes one object. The arena has all its memory back afterwards. */
void explanation_write_json(struct json_writer *writer, const struct explanation *explanation,
                            struct arena *arena);

#endif
