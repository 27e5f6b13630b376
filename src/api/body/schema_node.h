/*
 * A compiled schema. schema.c compiles it, schema_check.c checks instances against it.
 */
#ifndef BERTH_API_BODY_SCHEMA_NODE_H
#define BERTH_API_BODY_SCHEMA_NODE_H

#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct schema_node;
struct check;

/* A keyword of a schema with its value. */
struct schema_rule {
    const char *keyword;
    void (*check)(const struct check *check, const struct schema_rule *rule);
    const json_t *value;

    /* Of properties, patternProperties, anyOf, items: the schemas within. */
    const struct schema_node **nodes;
    const char **names; /* of properties, and the patterns of patternProperties */
    regex_t *patterns;  /* of patternProperties and pattern */
    size_t count;
};

struct schema_node {
    const json_t *source;
    const struct schema_rule *rules; /* in the order of the source */
    size_t count;
};

typedef void (*schema_rule_check)(const struct check *check, const struct schema_rule *rule);

/* Returns the function that checks a keyword, or NULL if the keyword is not known. */
schema_rule_check schema_rule_find(const char *keyword);

/* Checks an instance against a compiled schema, as schema_validate() does. */
bool schema_node_validate(const struct schema_node *node, const json_t *instance,
                          struct arena *arena, const char **message);

#endif
