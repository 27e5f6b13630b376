/*
 * JSON Schema: checks bodies and query strings.
 *
 * The schemas are upstream's, one file each in src/api/body/schemas, and are part of the program.
 * The validator knows the keywords that they use. Its verdicts and texts are those of the
 * python-jsonschema library (4.10), best_match() included, because clients read these texts. Unlike
 * the library it does not repeat schema and instance: the text ends with the place of the error.
 */
#ifndef BERTH_API_BODY_SCHEMA_H
#define BERTH_API_BODY_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"

enum schema {
#define SCHEMA(name, file) SCHEMA_##name,
#include "api/body/schemas.def"
#undef SCHEMA
    SCHEMA_COUNT
};

/* Compiles all schemas, once per process. Aborts if a schema is wrong, since that is a bug. Call it
   before json_memory_set(): schemas live on the heap. */
void schemas_load(void);

/* Checks an instance. Returns false and sets message, in the arena, if the schema refuses it. */
bool schema_validate(enum schema schema, const json_t *instance, struct arena *arena,
                     const char **message);

#endif
