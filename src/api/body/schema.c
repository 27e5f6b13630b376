/*
 * Loads and compiles the schemas.
 */
#include <config.h>

#include "api/body/schema.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/body/schema_node.h"
#include "base/embedded.h"

static const char *const schema_names[] = {
#define SCHEMA(name, file) file,
#include "api/body/schemas.def"
#undef SCHEMA
};

static const struct schema_node *compiled[SCHEMA_COUNT];

static void *take(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL)
        abort();
    return memory;
}

static const struct schema_node *node_compile(const json_t *source);

static void compile_pattern(regex_t *pattern, const char *text)
{
    if (regcomp(pattern, text, REG_EXTENDED | REG_NOSUB) == 0)
        return;
    fprintf(stderr, "berth: the pattern %s is wrong\n", text);
    abort();
}

/* Compiles the schemas of an object's members. */
static void compile_members(struct schema_rule *rule)
{
    const char *name;
    json_t *member;
    rule->nodes = take(json_object_size(rule->value), sizeof(*rule->nodes));
    rule->names = take(json_object_size(rule->value), sizeof(*rule->names));
    rule->patterns = take(json_object_size(rule->value), sizeof(*rule->patterns));
    bool patterns = strcmp(rule->keyword, "patternProperties") == 0;
    json_object_foreach((json_t *)(uintptr_t)rule->value, name, member)
    {
        if (patterns)
            compile_pattern(&rule->patterns[rule->count], name);
        rule->names[rule->count] = name;
        rule->nodes[rule->count++] = node_compile(member);
    }
}

static void compile_list(struct schema_rule *rule)
{
    size_t index;
    json_t *item;
    rule->nodes = take(json_array_size(rule->value), sizeof(*rule->nodes));
    json_array_foreach(rule->value, index, item) rule->nodes[rule->count++] = node_compile(item);
}

static void rule_compile(struct schema_rule *rule)
{
    if (strcmp(rule->keyword, "properties") == 0 ||
        strcmp(rule->keyword, "patternProperties") == 0) {
        compile_members(rule);
    } else if (strcmp(rule->keyword, "anyOf") == 0) {
        compile_list(rule);
    } else if (strcmp(rule->keyword, "items") == 0) {
        rule->nodes = take(1, sizeof(*rule->nodes));
        rule->nodes[rule->count++] = node_compile(rule->value);
    } else if (strcmp(rule->keyword, "pattern") == 0) {
        rule->patterns = take(1, sizeof(*rule->patterns));
        compile_pattern(rule->patterns, json_string_value(rule->value));
    }
}

static const struct schema_node *node_compile(const json_t *source)
{
    struct schema_node *node = take(1, sizeof(*node));
    struct schema_rule *rules = take(json_object_size(source), sizeof(*rules));
    const char *keyword;
    json_t *value;
    *node = (struct schema_node){.source = source, .rules = rules};
    json_object_foreach((json_t *)(uintptr_t)source, keyword, value)
    {
        schema_rule_check check = schema_rule_find(keyword);
        assert(check != NULL); /* an unknown keyword would allow everything */
        struct schema_rule *rule = &rules[node->count++];
        *rule = (struct schema_rule){.keyword = keyword, .check = check, .value = value};
        rule_compile(rule);
    }
    return node;
}

static const struct schema_node *schema_load(const char *name)
{
    for (const struct embedded_text *text = schema_texts; text->name != NULL; text++) {
        if (strcmp(text->name, name) != 0)
            continue;
        json_error_t error;
        json_t *source = json_loads(text->text, 0, &error);
        if (source != NULL)
            return node_compile(source);
        fprintf(stderr, "berth: schema %s, line %d: %s\n", name, error.line, error.text);
        abort();
    }
    fprintf(stderr, "berth: there is no schema %s\n", name);
    abort();
}

void schemas_load(void)
{
    if (compiled[0] != NULL)
        return;
    json_object_seed(0);
    for (size_t i = 0; i < SCHEMA_COUNT; i++)
        compiled[i] = schema_load(schema_names[i]);
}

bool schema_validate(enum schema schema, const json_t *instance, struct arena *arena,
                     const char **message)
{
    return schema_node_validate(compiled[schema], instance, arena, message);
}
