/*
 * Finds integers that do not fit into int64_t, and keeps them aside.
 */
#include <config.h>

#include "api/body/huge.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* int() refuses more digits (sys.int_info.default_max_str_digits). Shorter ones always fit. */
enum { DIGITS_MOST = 4300, DIGITS_FIT = 18 };

/* Integers below are marks, and count as huge when a client sends them. */
#define MARKS_END (INT64_MIN + UINT32_MAX)

static struct {
    const char **digits;
    size_t count, room;
} kept;

/* Whether an integer, at the beginning of text and not terminated, cannot stay in the text. */
static bool is_huge(const char *text, size_t length)
{
    char copy[DIGITS_FIT + 4];
    if (length <= DIGITS_FIT)
        return false;
    if (length >= sizeof(copy))
        return true;
    memcpy(copy, text, length);
    copy[length] = '\0';
    errno = 0;
    return strtoll(copy, NULL, 10) < MARKS_END || errno == ERANGE;
}

/* Returns the length of the string at text, with its quotes. */
static size_t string_length(const char *text, size_t most)
{
    size_t i = 1;
    while (i < most && text[i] != '"')
        i += text[i] == '\\' ? 2 : 1;
    return i < most ? i + 1 : most;
}

static size_t span(const char *text, size_t most, const char *characters)
{
    size_t length = 0;
    while (length < most && text[length] != '\0' && strchr(characters, text[length]) != NULL)
        length++;
    return length;
}

/* Adds the text before an integer, and a mark in its place. */
static void hide(struct text_builder *marked, const char *before, const char *integer,
                 size_t length)
{
    kept.digits =
        arena_grow(marked->arena, kept.digits, kept.count, &kept.room, sizeof(*kept.digits));
    kept.digits[kept.count] = arena_strndup(marked->arena, integer, length);
    text_add_bytes(marked, before, (size_t)(integer - before));
    text_add_format(marked, "%lld", (long long)(INT64_MIN + (int64_t)kept.count++));
}

bool huge_hide(struct arena *arena, const char **text, size_t *length)
{
    const char *at = *text, *end = at + *length, *copied = at;
    struct text_builder marked = text_begin(arena);
    memset(&kept, 0, sizeof(kept));
    while (at < end) {
        size_t most = (size_t)(end - at), token = span(at, most, "-0123456789+.eE");
        if (*at == '"') {
            at += string_length(at, most);
            continue;
        }
        if (token > 0 && *at != 'e' && *at != 'E') {
            size_t minus = *at == '-';
            if (minus + span(at + minus, most - minus, "0123456789") == token) {
                if (token - minus > DIGITS_MOST)
                    return false;
                if (is_huge(at, token)) {
                    hide(&marked, copied, at, token);
                    copied = at + token;
                }
            }
        }
        at += token > 0 ? token : 1;
    }
    if (kept.count == 0)
        return true;
    text_add_bytes(&marked, copied, (size_t)(end - copied));
    *text = text_end(&marked);
    *length = marked.length;
    return true;
}

const char *huge_digits(const json_t *number)
{
    if (!json_is_integer(number) || json_integer_value(number) >= MARKS_END)
        return NULL;
    size_t index = (size_t)(json_integer_value(number) - INT64_MIN);
    return index < kept.count ? kept.digits[index] : NULL;
}
