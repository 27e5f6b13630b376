/*
 * JSON Schema: whether a body or a query string is what it has to be.
 *
 * The schemas are those of upstream, one file each in src/api/body/schemas, and a part of the
 * program. The validator knows the keywords that they use, and judges and words as the
 * python-jsonschema library (4.10) does, best_match() included, because clients read these texts.
 * What it does not do is to send schema and instance back: the text ends with where in them the
 * error is.
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

/* Compiles all schemas, once a process. A schema that is wrong is a fault of the program: abort().
   Call it before json_memory_set(), since they live on the heap. */
void schemas_load(void);

/* Whether the instance is what the schema says. If not, message is set to what is wrong, in the
   arena. */
bool schema_validate(enum schema schema, const json_t *instance, struct arena *arena,
                     const char **message);

#endif
