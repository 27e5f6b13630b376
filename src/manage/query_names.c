/*
 * Which parameters GET /allocation_candidates takes, and which of them a wrong name is most like.
 */
#include <config.h>

#include "manage/query_names.h"

#include <ctype.h>
#include <string.h>

#include "base/spelling.h"
#include "base/text.h"
#include "http/query.h"

enum {
    SUFFIX_MOST = 64, /* characters of a suffix */
    NAME_ROOM = 16,   /* no name below is this long, not even with a typing error */
};

static const char *const parts_of_groups[] = {"resources", "required", "member_of", "in_tree"};
static const char *const others[] = {"limit", "group_policy", "root_required", "same_subtree"};

enum {
    PARTS = sizeof(parts_of_groups) / sizeof(*parts_of_groups),
    OTHERS = sizeof(others) / sizeof(*others),
};

const char *query_name_suffix(const char *name)
{
    for (size_t i = 0; i < PARTS; i++) {
        size_t length = strlen(parts_of_groups[i]);
        if (strncmp(name, parts_of_groups[i], length) == 0)
            return name + length;
    }
    return NULL;
}

/* Returns whether some microversion knows a parameter. */
static bool is_known(const char *name)
{
    const char *suffix = query_name_suffix(name);
    size_t length = suffix != NULL ? strlen(suffix) : 0;
    if (suffix != NULL && length <= SUFFIX_MOST &&
        strspn(suffix, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
            length)
        return true;
    for (size_t i = 0; i < OTHERS; i++)
        if (strcmp(name, others[i]) == 0)
            return true;
    return false;
}

/* The name that a wrong one is most like. */
struct likeness {
    const char *name; /* NULL: it is like none */
    const char *suffix;
    size_t edits;
};

/* Compares a name with the first `length` characters of a text; the rest of that is the suffix. */
static void look_at(struct likeness *best, const char *text, size_t length, const char *name)
{
    size_t edits = spelling_edits(text, length, name);
    if (edits >= best->edits)
        return;
    *best = (struct likeness){name, text + length, edits};
}

/* Returns the most like of the names without a suffix. */
static struct likeness find_plain(const char *text)
{
    struct likeness best = {.edits = SPELLING_UNLIKE};
    for (size_t i = 0; i < PARTS; i++)
        look_at(&best, text, strlen(text), parts_of_groups[i]);
    for (size_t i = 0; i < OTHERS; i++)
        look_at(&best, text, strlen(text), others[i]);
    return best;
}

/* Returns the most like of all names. A suffix, which begins as usual, is rather kept than changed
   into a part of the name. */
static struct likeness find_like(const char *text)
{
    struct likeness best = {.edits = SPELLING_UNLIKE};
    for (size_t length = 0; length < NAME_ROOM && text[length] != '\0'; length++)
        for (size_t i = 0; i < PARTS && strchr("_-0123456789", text[length]) != NULL; i++)
            look_at(&best, text, length, parts_of_groups[i]);
    const struct likeness plain = find_plain(text);
    return plain.edits < best.edits ? plain : best;
}

/* Returns whether a list has an item, with commas between them. */
static bool has_item(const char *list, const char *item)
{
    size_t length = strlen(item);
    for (;; list++) {
        size_t width = strcspn(list, ",");
        if (width == length && strncmp(list, item, length) == 0)
            return true;
        list += width;
        if (*list == '\0')
            return false;
    }
}

/* Returns whether a query asks for something of the group with a suffix. */
static bool has_group(const struct query *query, const char *suffix)
{
    for (size_t i = 0; i < query->count; i++) {
        const struct query_pair *pair = &query->pairs[i];
        if (strncmp(pair->name, "resources", strlen("resources")) == 0 &&
            strcmp(pair->name + strlen("resources"), suffix) == 0)
            return true;
        if (strcmp(pair->name, "same_subtree") == 0 && has_item(pair->value, suffix))
            return true;
    }
    return false;
}

static const char *tell_unknown(struct arena *arena, const char *name)
{
    const struct likeness like = find_like(name);
    const char *meant =
        like.name != NULL ? arena_printf(arena, "%s%s", like.name, like.suffix) : NULL;
    const char *shown = text_filled_or(text_shown(arena, name), "\"\"");
    if (meant == NULL || !is_known(meant))
        return arena_printf(arena, "there is no parameter %s", shown);
    return arena_printf(arena, "there is no parameter %s (do you mean %s?)", shown, meant);
}

/* Tells that a parameter such as in_trees is of a group that nothing is asked for. NULL: it is not,
   or it begins as a suffix usually does and was meant to be one. */
static const char *tell_letters(struct arena *arena, const struct query *query, const char *name)
{
    const char *suffix = query_name_suffix(name);
    if (suffix == NULL || !isalpha((unsigned char)*suffix) || has_group(query, suffix))
        return NULL;
    const struct likeness like = find_plain(name);
    if (like.name == NULL)
        return NULL;
    return arena_printf(arena, "%s is of a group %s without resources (do you mean %s?)", name,
                        suffix, like.name);
}

const char *query_names_tell(struct arena *arena, const char *query)
{
    struct text_builder told = text_begin(arena);
    struct query pairs;
    const char *message;
    if (!query_parse(query, arena, &pairs, &message))
        return NULL;
    for (size_t i = 0; i < pairs.count; i++) {
        const char *name = pairs.pairs[i].name;
        const char *words =
            is_known(name) ? tell_letters(arena, &pairs, name) : tell_unknown(arena, name);
        if (words != NULL)
            text_add_item(&told, ", ", words);
    }
    return text_filled_or(text_end(&told), NULL);
}
