/*
 * Since when GET /allocation_candidates takes what. The API refuses what is too new for a
 * microversion as it refuses what never existed, and does not say which of the two it is.
 */
#include <config.h>

#include "manage/query_since.h"

#include <string.h>

#include "base/text.h"
#include "http/query.h"
#include "manage/query_names.h"

enum asking {
    ASKS_NAME,      /* the parameter, of any group */
    ASKS_NUMBER,    /* a group whose suffix is a number */
    ASKS_WORD,      /* a group with another suffix */
    ASKS_TWICE,     /* the parameter more than once */
    ASKS_FORBIDDEN, /* "!" in its value */
    ASKS_ANY,       /* "in:" before its value */
};

/* By microversion. The words go with the name of the parameter. */
static const struct {
    const char *name; /* without a suffix; NULL: of any group */
    enum asking asking;
    unsigned since;
    const char *words;
} rows[] = {
    {"limit", ASKS_NAME, 16, ""},
    {"required", ASKS_NAME, 17, ""},
    {"member_of", ASKS_NAME, 21, ""},
    {"required", ASKS_FORBIDDEN, 22, " with a forbidden trait (!)"},
    {"member_of", ASKS_TWICE, 24, " more than once"},
    {"group_policy", ASKS_NAME, 25, ""},
    {NULL, ASKS_NUMBER, 25, " (a group with a suffix)"},
    {"in_tree", ASKS_NAME, 31, ""},
    {"member_of", ASKS_FORBIDDEN, 32, " with a forbidden aggregate (!)"},
    {NULL, ASKS_WORD, 33, " (a suffix that is not a number)"},
    {"root_required", ASKS_NAME, 35, ""},
    {"same_subtree", ASKS_NAME, 36, ""},
    {"required", ASKS_ANY, 39, " with in:"},
};

static bool is_number(const char *suffix)
{
    return *suffix != '0' && suffix[strspn(suffix, "0123456789")] == '\0';
}

/* Returns whether a parameter is called so, whatever its suffix. */
static bool is_called(const char *parameter, const char *name)
{
    const char *suffix = query_name_suffix(parameter);
    size_t length = suffix != NULL ? (size_t)(suffix - parameter) : strlen(parameter);
    return length == strlen(name) && strncmp(parameter, name, length) == 0;
}

static bool is_repeated(const struct query *query, size_t place)
{
    for (size_t i = 0; i < place; i++)
        if (strcmp(query->pairs[i].name, query->pairs[place].name) == 0)
            return true;
    return false;
}

static bool asks(const struct query *query, size_t place, enum asking asking)
{
    const char *value = query->pairs[place].value;
    const char *suffix = query_name_suffix(query->pairs[place].name);
    switch (asking) {
    case ASKS_NUMBER:
        return suffix != NULL && *suffix != '\0' && is_number(suffix);
    case ASKS_WORD:
        return suffix != NULL && *suffix != '\0' && !is_number(suffix);
    case ASKS_TWICE:
        return is_repeated(query, place);
    case ASKS_FORBIDDEN:
        return strchr(value, '!') != NULL;
    case ASKS_ANY:
        return strncmp(value, "in:", strlen("in:")) == 0;
    default:
        return true;
    }
}

const char *query_since_tell(struct arena *arena, const char *query, unsigned minor)
{
    struct text_builder told = text_begin(arena);
    struct query pairs;
    const char *message;
    if (!query_parse(query, arena, &pairs, &message))
        return NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        size_t place = 0;
        while (place < pairs.count &&
               !((rows[i].name == NULL || is_called(pairs.pairs[place].name, rows[i].name)) &&
                 asks(&pairs, place, rows[i].asking)))
            place++;
        if (rows[i].since <= minor || place == pairs.count)
            continue;
        text_add_item(&told, ", ",
                      arena_printf(arena, "%s%s needs %s1.%u", pairs.pairs[place].name,
                                   rows[i].words, told.length == 0 ? "microversion " : "",
                                   rows[i].since));
    }
    return told.length > 0
               ? arena_printf(arena, "%s, and this request has 1.%u", text_end(&told), minor)
               : NULL;
}
