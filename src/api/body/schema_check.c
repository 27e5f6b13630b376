/*
 * Checks an instance, keyword by keyword, and chooses the error to report as
 * jsonschema.exceptions.best_match() does: the error highest up in the instance; among these one
 * that is not of "anyOf" and is about the type; among these the first.
 *
 * Writes the text of an error only if the error is the best so far, so that a large body that is
 * wrong everywhere costs no more than one that is wrong once.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "api/body/body.h"
#include "api/body/schema_node.h"
#include "api/query/python_text.h"
#include "base/sorted.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/uuid.h"

/* The path from the root to the value being checked: names, or indexes where the name is NULL. */
struct step {
    const struct step *parent;
    const char *name;
    size_t index;
};

struct relevance {
    unsigned depth;
    bool weak;
    bool type_matches;
};

struct schema_error {
    struct relevance relevance;
    const char *message;                /* of the whole error */
    const struct schema_error *context; /* of anyOf: a better error to report, or NULL */
};

/* Collects errors: keeps the most relevant one, or, within anyOf, the least relevant. */
struct sink {
    bool least;
    size_t count;
    bool tied; /* another error was as relevant as the one kept */
    struct schema_error kept;
};

struct check {
    struct arena *arena;
    struct sink *sink;
    const json_t *instance;
    const struct schema_node *node;
    const struct step *path;        /* in the instance */
    const struct step *schema_path; /* in the schema, without the keyword */
    unsigned depth;
};

static int relevance_compare(const struct relevance *left, const struct relevance *right)
{
    if (left->depth != right->depth)
        return left->depth < right->depth ? 1 : -1;
    if (left->weak != right->weak)
        return left->weak ? -1 : 1;
    if (left->type_matches != right->type_matches)
        return left->type_matches ? -1 : 1;
    return 0;
}

static bool is_type(const json_t *instance, const char *type)
{
    static const struct {
        const char *name;
        json_type type;
    } types[] = {{"object", JSON_OBJECT}, {"array", JSON_ARRAY},     {"string", JSON_STRING},
                 {"null", JSON_NULL},     {"integer", JSON_INTEGER}, {"number", JSON_INTEGER},
                 {"number", JSON_REAL}};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (json_typeof(instance) == types[i].type && strcmp(type, types[i].name) == 0)
            return true;
    if (strcmp(type, "boolean") == 0)
        return json_is_boolean(instance);
    if (strcmp(type, "integer") == 0 && json_is_real(instance)) {
        double value = json_real_value(instance);
        return value >= -1e300 && value <= 1e300 && value == __builtin_trunc(value);
    }
    return false;
}

static bool is_any_type(const json_t *instance, const json_t *types)
{
    size_t index;
    json_t *type;
    if (json_is_string(types))
        return is_type(instance, json_string_value(types));
    json_array_foreach(types, index,
                       type) if (is_type(instance, json_string_value(type))) return true;
    return false;
}

/* Returns a path as "['resources'][0]". */
static const char *path_text(struct arena *arena, const struct step *path)
{
    if (path == NULL)
        return "";
    const char *before = path_text(arena, path->parent);
    if (path->name == NULL)
        return arena_printf(arena, "%s[%zu]", before, path->index);
    return arena_printf(arena, "%s[%s]", before, python_repr_text(path->name, arena));
}

/* Whether an error of this rule would be kept. If so, the caller writes its text. */
static bool reports(const struct check *check, const struct schema_rule *rule,
                    struct relevance *relevance)
{
    struct sink *sink = check->sink;
    const json_t *types = json_object_get(check->node->source, "type");
    *relevance = (struct relevance){
        .depth = check->depth,
        .weak = strcmp(rule->keyword, "anyOf") == 0,
        .type_matches = types != NULL && is_any_type(check->instance, types),
    };
    if (sink->count++ == 0)
        return true;
    int order = relevance_compare(relevance, &sink->kept.relevance);
    if (order == 0)
        sink->tied = true;
    return sink->least ? order < 0 : order > 0;
}

static void keep(const struct check *check, const struct schema_rule *rule,
                 const struct relevance *relevance, const char *message,
                 const struct schema_error *context)
{
    struct sink *sink = check->sink;
    if (sink->count > 1)
        sink->tied = false;
    sink->kept = (struct schema_error){
        .relevance = *relevance,
        .context = context,
        .message =
            arena_printf(check->arena, "%s\n\nFailed validating '%s' in schema%s\n\nOn instance%s",
                         message, rule->keyword, path_text(check->arena, check->schema_path),
                         path_text(check->arena, check->path)),
    };
}

/* Reports the instance with words behind it: "'x' is too short". */
static void report(const struct check *check, const struct schema_rule *rule, const char *words,
                   const json_t *limit)
{
    struct relevance relevance;
    struct arena *arena = check->arena;
    if (!reports(check, rule, &relevance))
        return;
    const char *message = arena_printf(arena, "%s %s", python_repr(check->instance, arena), words);
    if (limit != NULL)
        message = arena_printf(arena, "%s%s", message, python_repr(limit, arena));
    keep(check, rule, &relevance, message, NULL);
}

static void node_check(const struct check *check)
{
    for (size_t i = 0; i < check->node->count; i++)
        check->node->rules[i].check(check, &check->node->rules[i]);
}

/* Checks a member or an item. schema_name is the step from the keyword to its schema. */
static void descend(const struct check *check, const struct schema_rule *rule,
                    const struct schema_node *node, const json_t *instance, struct step step,
                    const char *schema_name)
{
    struct step keyword = {.parent = check->schema_path, .name = rule->keyword};
    struct step member = {.parent = &keyword, .name = schema_name};
    struct check below = *check;
    step.parent = check->path;
    below.instance = instance;
    below.node = node;
    below.path = &step;
    below.schema_path = schema_name != NULL ? &member : &keyword;
    below.depth++;
    node_check(&below);
}

/* The keywords. */

static void check_type(const struct check *check, const struct schema_rule *rule)
{
    struct relevance relevance;
    if (is_any_type(check->instance, rule->value) || !reports(check, rule, &relevance))
        return;
    struct text_builder types = text_begin(check->arena);
    size_t index;
    json_t *type;
    if (json_is_string(rule->value))
        text_add(&types, python_repr(rule->value, check->arena));
    json_array_foreach(rule->value, index, type)
    {
        text_add_item(&types, ", ", python_repr(type, check->arena));
    }
    keep(check, rule, &relevance,
         arena_printf(check->arena, "%s is not of type %s",
                      python_repr(check->instance, check->arena), text_end(&types)),
         NULL);
}

static void check_properties(const struct check *check, const struct schema_rule *rule)
{
    for (size_t i = 0; i < rule->count && json_is_object(check->instance); i++) {
        const json_t *member = json_object_get(check->instance, rule->names[i]);
        if (member != NULL)
            descend(check, rule, rule->nodes[i], member, (struct step){.name = rule->names[i]},
                    rule->names[i]);
    }
}

static bool pattern_matches(struct arena *arena, const regex_t *pattern, const char *text)
{
    int result = regexec(pattern, text, 0, NULL, 0);
    if (result == REG_ESPACE)
        arena_starve(arena);
    return result == 0;
}

static void check_pattern_properties(const struct check *check, const struct schema_rule *rule)
{
    const char *name;
    json_t *member;
    for (size_t i = 0; i < rule->count && json_is_object(check->instance); i++) {
        json_object_foreach((json_t *)(uintptr_t)check->instance, name, member)
        {
            if (pattern_matches(check->arena, &rule->patterns[i], name))
                descend(check, rule, rule->nodes[i], member, (struct step){.name = name},
                        rule->names[i]);
        }
    }
}

static const struct schema_rule *node_rule(const struct schema_node *node, const char *keyword)
{
    for (size_t i = 0; i < node->count; i++)
        if (strcmp(node->rules[i].keyword, keyword) == 0)
            return &node->rules[i];
    return NULL;
}

static bool is_additional(const struct check *check, const struct schema_rule *patterns,
                          const char *name)
{
    if (json_object_get(json_object_get(check->node->source, "properties"), name) != NULL)
        return false;
    for (size_t i = 0; patterns != NULL && i < patterns->count; i++)
        if (pattern_matches(check->arena, &patterns->patterns[i], name))
            return false;
    return true;
}

static const char *join_names(struct arena *arena, const char **names, size_t count)
{
    struct text_builder joined = text_begin(arena);
    sort(names, count, sizeof(*names), text_compare);
    for (size_t i = 0; i < count && joined.length < 2000; i++)
        text_add_item(&joined, ", ", python_repr_text(names[i], arena));
    return text_end(&joined);
}

static void check_additional(const struct check *check, const struct schema_rule *rule)
{
    if (!json_is_object(check->instance) || !json_is_false(rule->value))
        return;
    struct arena *arena = check->arena;
    const struct schema_rule *patterns = node_rule(check->node, "patternProperties");
    const char **extras = NULL, *name;
    size_t count = 0;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)check->instance, name, member)
    {
        if (!is_additional(check, patterns, name))
            continue;
        if (extras == NULL)
            extras = arena_array(arena, json_object_size(check->instance), sizeof(*extras));
        extras[count++] = name;
    }
    struct relevance relevance;
    if (count == 0 || !reports(check, rule, &relevance))
        return;
    const char *names = join_names(arena, extras, count);
    const char *message =
        patterns != NULL
            ? arena_printf(arena, "%s %s not match any of the regexes: %s", names,
                           count == 1 ? "does" : "do",
                           join_names(arena, patterns->names, patterns->count))
            : arena_printf(arena, "Additional properties are not allowed (%s %s unexpected)", names,
                           count == 1 ? "was" : "were");
    keep(check, rule, &relevance, message, NULL);
}

static void check_required(const struct check *check, const struct schema_rule *rule)
{
    size_t index;
    json_t *name;
    if (!json_is_object(check->instance))
        return;
    json_array_foreach(rule->value, index, name)
    {
        struct relevance relevance;
        if (json_object_get(check->instance, json_string_value(name)) != NULL ||
            !reports(check, rule, &relevance))
            continue;
        keep(check, rule, &relevance,
             arena_printf(check->arena, "%s is a required property",
                          python_repr(name, check->arena)),
             NULL);
    }
}

static void check_items(const struct check *check, const struct schema_rule *rule)
{
    size_t index;
    json_t *item;
    json_array_foreach(check->instance, index, item)
        descend(check, rule, rule->nodes[0], item, (struct step){.index = index}, NULL);
}

static void check_any_of(const struct check *check, const struct schema_rule *rule)
{
    struct sink sink = {.least = true};
    for (size_t i = 0; i < rule->count; i++) {
        struct step alternative = {.index = i};
        struct check below = *check;
        size_t before = sink.count;
        below.sink = &sink;
        below.node = rule->nodes[i];
        /* paths of errors within begin here */
        below.path = NULL;
        below.schema_path = &alternative;
        below.depth = 0;
        node_check(&below);
        if (sink.count == before)
            return;
    }
    struct relevance relevance;
    if (!reports(check, rule, &relevance))
        return;
    struct schema_error *context = NULL;
    if (!sink.tied) {
        context = arena_alloc(check->arena, sizeof(*context));
        *context = sink.kept;
    }
    keep(check, rule, &relevance,
         arena_printf(check->arena, "%s is not valid under any of the given schemas",
                      python_repr(check->instance, check->arena)),
         context);
}

static void check_pattern(const struct check *check, const struct schema_rule *rule)
{
    if (json_is_string(check->instance) &&
        !pattern_matches(check->arena, rule->patterns, json_string_value(check->instance)))
        report(check, rule, "does not match ", rule->value);
}

/* Formats are "uuid" and, in queries, "dashed-uuid": upstream checks bodies by is_uuid_like(), and
   queries by jsonschema's own format, which is stricter. A value that is not text is no uuid. */
static void check_format(const struct check *check, const struct schema_rule *rule)
{
    const char *uuid = json_string_value(check->instance);
    bool dashed = strcmp(json_string_value(rule->value), "dashed-uuid") == 0;
    if (!uuid_is_like(uuid) || (dashed && !uuid_has_dashes(uuid)))
        report(check, rule, "is not a 'uuid'", NULL);
}

static double limit_of(const struct schema_rule *rule)
{
    return json_number_value(rule->value);
}

static void check_minimum(const struct check *check, const struct schema_rule *rule)
{
    if (json_is_number(check->instance) && body_real(check->instance) < limit_of(rule))
        report(check, rule, "is less than the minimum of ", rule->value);
}

static void check_maximum(const struct check *check, const struct schema_rule *rule)
{
    if (json_is_number(check->instance) && body_real(check->instance) > limit_of(rule))
        report(check, rule, "is greater than the maximum of ", rule->value);
}

static void check_min_length(const struct check *check, const struct schema_rule *rule)
{
    if (json_is_string(check->instance) &&
        (double)utf8_length(json_string_value(check->instance)) < limit_of(rule))
        report(check, rule, "is too short", NULL);
}

static void check_max_length(const struct check *check, const struct schema_rule *rule)
{
    if (json_is_string(check->instance) &&
        (double)utf8_length(json_string_value(check->instance)) > limit_of(rule))
        report(check, rule, "is too long", NULL);
}

static void check_enum(const struct check *check, const struct schema_rule *rule)
{
    size_t index;
    json_t *value;
    json_array_foreach(rule->value, index, value) if (json_equal(value, check->instance)) return;
    report(check, rule, "is not one of ", rule->value);
}

static void check_min_items(const struct check *check, const struct schema_rule *rule)
{
    if (json_is_array(check->instance) && (double)json_array_size(check->instance) < limit_of(rule))
        report(check, rule, "is too short", NULL);
}

static void check_min_properties(const struct check *check, const struct schema_rule *rule)
{
    if (json_is_object(check->instance) &&
        (double)json_object_size(check->instance) < limit_of(rule))
        report(check, rule, "does not have enough properties", NULL);
}

/* Items are texts wherever schemas use this. Other items count as different from everything. */
static void check_unique_items(const struct check *check, const struct schema_rule *rule)
{
    size_t count = json_array_size(check->instance), texts = 0;
    const char **items = arena_array(check->arena, count, sizeof(*items));
    for (size_t i = 0; i < count; i++)
        if (json_is_string(json_array_get(check->instance, i)))
            items[texts++] = json_string_value(json_array_get(check->instance, i));
    sort(items, texts, sizeof(*items), text_compare);
    for (size_t i = 1; i < texts; i++) {
        if (strcmp(items[i - 1], items[i]) != 0)
            continue;
        report(check, rule, "has non-unique elements", NULL);
        return;
    }
}

static const struct {
    const char *keyword;
    schema_rule_check check;
} keywords[] = {
    {"type", check_type},
    {"properties", check_properties},
    {"patternProperties", check_pattern_properties},
    {"additionalProperties", check_additional},
    {"required", check_required},
    {"items", check_items},
    {"anyOf", check_any_of},
    {"enum", check_enum},
    {"pattern", check_pattern},
    {"format", check_format},
    {"minimum", check_minimum},
    {"maximum", check_maximum},
    {"minLength", check_min_length},
    {"maxLength", check_max_length},
    {"minItems", check_min_items},
    {"minProperties", check_min_properties},
    {"uniqueItems", check_unique_items},
};

schema_rule_check schema_rule_find(const char *keyword)
{
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
        if (strcmp(keywords[i].keyword, keyword) == 0)
            return keywords[i].check;
    return NULL;
}

bool schema_node_validate(const struct schema_node *node, const json_t *instance,
                          struct arena *arena, const char **message)
{
    struct sink sink = {0};
    struct check check = {.arena = arena, .sink = &sink, .instance = instance, .node = node};
    node_check(&check);
    if (sink.count == 0)
        return true;
    const struct schema_error *error = &sink.kept;
    while (error->context != NULL)
        error = error->context;
    *message = error->message;
    return false;
}
