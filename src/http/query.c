/*
 * Decodes query strings.
 */
#include <config.h>

#include "http/query.h"

#include <string.h>

#include "base/percent.h"
#include "base/utf8.h"

/* Decodes one name or value. Returns false and sets message if it is not text. */
static bool decode(const char *text, size_t length, struct arena *arena, const char **decoded,
                   const char **message)
{
    size_t count;
    char *to = percent_decode_form(arena, text, length, &count);
    *decoded = to;
    long invalid = utf8_first_invalid(to, count);
    if (invalid >= 0) {
        *message = arena_printf(arena, "'utf-8' codec can't decode byte 0x%02x in position %ld",
                                (unsigned char)to[invalid], invalid);
        return false;
    }
    if (memchr(to, '\0', count) != NULL) {
        *message = "a value has a null character";
        return false;
    }
    return true;
}

bool query_parse(const char *text, struct arena *arena, struct query *query, const char **message)
{
    size_t room = 1;
    for (const char *c = text; *c != '\0'; c++)
        room += *c == '&' || *c == ';';
    *query = (struct query){.pairs = arena_array(arena, room, sizeof(*query->pairs))};
    while (*text != '\0') {
        size_t length = strcspn(text, "&;");
        if (length > 0) {
            struct query_pair *pair = &query->pairs[query->count++];
            const char *equals = memchr(text, '=', length);
            size_t name_length = equals != NULL ? (size_t)(equals - text) : length;
            const char *value = equals != NULL ? equals + 1 : text + length;
            if (!decode(text, name_length, arena, &pair->name, message) ||
                !decode(value, (size_t)(text + length - value), arena, &pair->value, message))
                return false;
        }
        text += length + (text[length] != '\0');
    }
    return true;
}

const char *query_last(const struct query *query, const char *name)
{
    for (size_t i = query->count; i-- > 0;)
        if (strcmp(query->pairs[i].name, name) == 0)
            return query->pairs[i].value;
    return NULL;
}

const char *query_next(const struct query *query, const char *name, size_t *position)
{
    while (*position < query->count) {
        const struct query_pair *pair = &query->pairs[(*position)++];
        if (strcmp(pair->name, name) == 0)
            return pair->value;
    }
    return NULL;
}
