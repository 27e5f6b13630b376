/*
 * Reads policy files with libyaml.
 */
#include <config.h>

#include "auth/policy/file.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "settings/file_text.h"

enum { MERGES_MOST = 16 };

struct reader {
    const char *path;
    struct arena *arena;
    struct policy_entries *entries;
    struct error_line *error;
    yaml_document_t document;
    const char *name; /* of the rule that is being read */
    const char *problem;
};

/* Values. */

static yaml_node_t *node_of(struct reader *reader, int index)
{
    return yaml_document_get_node(&reader->document, index);
}

static unsigned line_of(const yaml_node_t *node)
{
    return (unsigned)node->start_mark.line + 1;
}

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static bool is_plain(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static const char *scalar(const yaml_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

/* Whether YAML reads the node as null. */
static bool is_null(const yaml_node_t *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    return is_plain(node) && is_one_of(scalar(node), words, sizeof(words) / sizeof(words[0]));
}

static bool is_boolean(const yaml_node_t *node)
{
    static const char *const words[] = {
        "yes",   "Yes",   "YES",   "no", "No", "NO", "true", "True", "TRUE",
        "false", "False", "FALSE", "on", "On", "ON", "off",  "Off",  "OFF",
    };
    return is_plain(node) && is_one_of(scalar(node), words, sizeof(words) / sizeof(words[0]));
}

/* Whether a node is text. A plain number counts as text: as a rule it lets nobody pass, where
   oslo.policy fails. */
static bool is_text(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && !is_null(node) && !is_boolean(node) &&
           strcmp((const char *)node->tag, YAML_STR_TAG) == 0 &&
           strlen(scalar(node)) == node->data.scalar.length;
}

static bool is_list(const yaml_node_t *node)
{
    return node->type == YAML_SEQUENCE_NODE && strcmp((const char *)node->tag, YAML_SEQ_TAG) == 0;
}

static size_t list_count(const yaml_node_t *list)
{
    return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

static yaml_node_t *list_item(struct reader *reader, const yaml_node_t *list, size_t index)
{
    return node_of(reader, list->data.sequence.items.start[index]);
}

static bool refuse(struct reader *reader, const yaml_node_t *node, const char *reason)
{
    error_line_set(reader->error, "%s:%u: \"%.100s\" %s", reader->path, line_of(node), reader->name,
                   reason);
    return false;
}

/* Rules. */

/* Reads a check of the list form. Nobody passes a check that is not text. */
static struct policy_check *read_single(struct reader *reader, const yaml_node_t *node)
{
    if (is_text(node))
        return policy_check_parse_single(reader->arena, arena_strdup(reader->arena, scalar(node)),
                                         &reader->problem);
    reader->problem = "a list has something in it that is no check";
    return policy_check_new(reader->arena, CHECK_NOBODY);
}

/* Reads checks that must all pass: a single check or a list that is not empty. */
static struct policy_check *read_all(struct reader *reader, const yaml_node_t *node)
{
    if (!is_list(node))
        return read_single(reader, node);
    if (list_count(node) == 1)
        return read_single(reader, list_item(reader, node, 0));
    struct policy_check *all = policy_check_new(reader->arena, CHECK_AND);
    struct policy_check **end = &all->parts;
    for (size_t i = 0; i < list_count(node); i++) {
        *end = read_single(reader, list_item(reader, node, i));
        end = &(*end)->next;
    }
    return all;
}

/* Whether oslo.policy skips the node in a list: null, empty text, an empty list. */
static bool is_empty(const yaml_node_t *node)
{
    return is_null(node) || (is_list(node) && list_count(node) == 0) ||
           (node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0);
}

/* Reads the older form of a rule: a list of which one item must pass. */
static struct policy_check *read_list(struct reader *reader, const yaml_node_t *list)
{
    struct policy_check *any = policy_check_new(reader->arena, CHECK_OR);
    struct policy_check **end = &any->parts;
    if (list_count(list) == 0)
        return policy_check_new(reader->arena, CHECK_EVERYBODY);
    for (size_t i = 0; i < list_count(list); i++) {
        const yaml_node_t *item = list_item(reader, list, i);
        if (is_empty(item))
            continue;
        *end = read_all(reader, item);
        end = &(*end)->next;
    }
    if (any->parts == NULL)
        return policy_check_new(reader->arena, CHECK_NOBODY);
    return any->parts->next == NULL ? any->parts : any;
}

static bool read_rule(struct reader *reader, const yaml_node_t *key, const yaml_node_t *value)
{
    reader->name = "";
    if (!is_text(key))
        return refuse(reader, key, "is wanted as the name of a rule, but is not text");
    reader->name = arena_strdup(reader->arena, scalar(key));
    if (is_null(value))
        return refuse(reader, key,
                      "has no rule: write \"@\" to let everybody pass, \"!\" nobody, in quotes");
    if (!is_text(value) && !is_list(value))
        return refuse(reader, value, "is neither text nor a list");
    struct policy_entry *entry = arena_alloc(reader->arena, sizeof(*entry));
    reader->problem = NULL;
    *entry = (struct policy_entry){
        .name = reader->name,
        .file = reader->path,
        .line = line_of(key),
        .order = reader->entries->count++,
        .check = is_list(value)
                     ? read_list(reader, value)
                     : policy_check_parse(reader->arena, scalar(value), &reader->problem),
    };
    entry->problem = reader->problem;
    if (reader->entries->last != NULL)
        reader->entries->last->next = entry;
    else
        reader->entries->first = entry;
    reader->entries->last = entry;
    return true;
}

static bool is_merge(const yaml_node_t *key)
{
    return is_plain(key) && strcmp(scalar(key), "<<") == 0;
}

static bool read_mapping(struct reader *reader, const yaml_node_t *node, unsigned merges);

/* Reads the value of "<<": one or more mappings, of which the first takes precedence. */
static bool read_merged(struct reader *reader, const yaml_node_t *value, unsigned merges)
{
    if (!is_list(value))
        return read_mapping(reader, value, merges + 1);
    for (size_t i = list_count(value); i-- > 0;)
        if (!read_mapping(reader, list_item(reader, value, i), merges + 1))
            return false;
    return true;
}

/* Reads merged mappings first: the later of two rules with the same name counts, so that the
   mapping's own rules take precedence. */
static bool read_mapping(struct reader *reader, const yaml_node_t *node, unsigned merges)
{
    reader->name = "<<";
    if (node->type != YAML_MAPPING_NODE || merges > MERGES_MOST)
        return refuse(reader, node, "is no mapping");
    const yaml_node_pair_t *begin = node->data.mapping.pairs.start;
    const yaml_node_pair_t *end = node->data.mapping.pairs.top;
    for (const yaml_node_pair_t *pair = begin; pair < end; pair++)
        if (is_merge(node_of(reader, pair->key)) &&
            !read_merged(reader, node_of(reader, pair->value), merges))
            return false;
    for (const yaml_node_pair_t *pair = begin; pair < end; pair++) {
        const yaml_node_t *key = node_of(reader, pair->key);
        if (!is_merge(key) && !read_rule(reader, key, node_of(reader, pair->value)))
            return false;
    }
    return true;
}

/* Documents. */

static bool read_document(struct reader *reader)
{
    const yaml_node_t *root = yaml_document_get_root_node(&reader->document);
    if (root == NULL || is_empty(root))
        return true;
    if (root->type == YAML_MAPPING_NODE)
        return read_mapping(reader, root, 0);
    error_line_set(reader->error, "%s:%u: there is no mapping from names to rules", reader->path,
                   line_of(root));
    return false;
}

static bool refuse_yaml(const struct reader *reader, const yaml_parser_t *parser)
{
    error_line_set(
        reader->error, "%s:%u: %s%s%s", reader->path, (unsigned)parser->problem_mark.line + 1,
        parser->problem != NULL ? parser->problem : "out of memory",
        parser->context != NULL ? " " : "", parser->context != NULL ? parser->context : "");
    return false;
}

/* Whether the first document is the only one. */
static bool read_end(struct reader *reader, yaml_parser_t *parser)
{
    yaml_document_t another;
    if (!yaml_parser_load(parser, &another))
        return refuse_yaml(reader, parser);
    const yaml_node_t *root = yaml_document_get_root_node(&another);
    if (root != NULL)
        error_line_set(reader->error, "%s:%u: there is a second document", reader->path,
                       line_of(root));
    yaml_document_delete(&another);
    return root == NULL;
}

bool policy_text_read(const char *path, const char *text, size_t length, struct arena *arena,
                      struct policy_entries *entries, struct error_line *error)
{
    yaml_parser_t parser;
    struct reader reader = {
        .path = arena_strdup(arena, path), .arena = arena, .entries = entries, .error = error};
    if (!yaml_parser_initialize(&parser)) {
        error_line_set(error, "%s: out of memory", path);
        return false;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    bool good = yaml_parser_load(&parser, &reader.document);
    if (good) {
        bool empty = yaml_document_get_root_node(&reader.document) == NULL;
        good = (empty || read_end(&reader, &parser)) && read_document(&reader);
        yaml_document_delete(&reader.document);
    } else {
        refuse_yaml(&reader, &parser);
    }
    yaml_parser_delete(&parser);
    return good;
}

bool policy_file_read(const char *path, struct arena *arena, struct policy_entries *entries,
                      struct error_line *error)
{
    struct buffer text;
    bool good = file_text_read(path, &text);
    if (good)
        good = policy_text_read(path, text.data, text.length - 1, arena, entries, error);
    else if (errno == ENOENT || errno == ENOTDIR)
        good = true;
    else
        error_line_set(error, "%s: %s", path, strerror(errno));
    file_text_free(&text);
    return good;
}
