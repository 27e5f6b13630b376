/*
 * Reads the lines of a log, and takes query and microversion out of the one that is asked for.
 */
#include <config.h>

#include "manage/logged_query.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_memory.h"
#include "base/text.h"

#define PATH "/allocation_candidates"

/* Returns whether the line has the id as a word: not as the beginning of a longer one. */
static bool has_id(const char *line, const char *id)
{
    size_t length = strlen(id);
    for (const char *at = line; (at = strstr(at, id)) != NULL; at += length) {
        bool begins = at == line || strchr(" =\"[,", at[-1]) != NULL;
        if (begins && strchr(" \",]\n", at[length]) != NULL) /* also the end of the line */
            return true;
    }
    return false;
}

/* Returns text up to the closing quote, without escapes. */
static const char *unquoted(const char *text, struct arena *arena)
{
    struct text_builder value = text_begin(arena);
    for (; *text != '\0' && *text != '"'; text++) {
        text += *text == '\\' && text[1] != '\0';
        text_add_bytes(&value, text, 1);
    }
    return text_end(&value);
}

/* Returns the value of " name=" in a line of text, without quotes and escapes, or NULL. */
static const char *text_value(const char *line, const char *name, struct arena *arena)
{
    const char *key = arena_printf(arena, " %s=", name), *at = strstr(line, key);
    if (at == NULL)
        return NULL;
    at += strlen(key);
    if (*at != '"')
        return arena_strndup(arena, at, strcspn(at, " \n"));
    return unquoted(at + 1, arena);
}

static void read_text(const char *line, struct arena *arena, struct logged_query *found)
{
    const char *path = text_value(line, "path", arena);
    if (path == NULL || !text_ends_with(path, PATH))
        return;
    *found = (struct logged_query){text_value(line, "query", arena),
                                   text_value(line, "microversion", arena), false};
}

static void read_json(const char *line, struct arena *arena, struct logged_query *found)
{
    struct arena *before = json_memory_set(NULL);
    json_t *object = json_loads(line, 0, NULL);
    const char *path = json_string_value(json_object_get(object, "path"));
    if (path != NULL && text_ends_with(path, PATH))
        *found = (struct logged_query){
            arena_strdup(arena, json_string_value(json_object_get(object, "query"))),
            arena_strdup(arena, json_string_value(json_object_get(object, "microversion"))), false};
    json_decref(object);
    json_memory_set(before);
}

/* Reads '"GET /allocation_candidates?QUERY" status: ... microversion: 1.39'. */
static void read_oslo(const char *line, struct arena *arena, struct logged_query *found)
{
    static const char mark[] = PATH "?", version[] = " microversion: ";
    const char *query = strstr(line, mark), *minor = strstr(line, version);
    if (query == NULL)
        return;
    *found = (struct logged_query){unquoted(query + strlen(mark), arena), NULL, false};
    if (minor != NULL)
        found->microversion =
            arena_strndup(arena, minor + strlen(version), strcspn(minor + strlen(version), " \n"));
}

static void read_line(const char *line, struct arena *arena, struct logged_query *found)
{
    if (*line == '{')
        read_json(line, arena, found);
    else if (strstr(line, " path=") != NULL)
        read_text(line, arena, found);
    else
        read_oslo(line, arena, found);
}

struct logged_query logged_query_find(FILE *log, const char *request_id, struct arena *arena)
{
    struct logged_query found = {0};
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, log) > 0)
        if (has_id(line, request_id))
            read_line(line, arena, &found);
    free(line);
    if (found.query != NULL && text_ends_with(found.query, "..."))
        found.cut = true;
    if (found.microversion != NULL && strcmp(found.microversion, "-") == 0)
        found.microversion = NULL;
    return found;
}
