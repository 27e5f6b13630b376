/*
 * Says the long names of aggregates once, and leaves out what a terminal has no room for.
 */
#include <config.h>

#include "placement/explain/cause_short.h"

#include <string.h>

#include "base/text.h"

/* Before the name of an aggregate; what comes first in them is kept with "it". */
static const char *const beginnings[] = {"is not in aggregate ", "is in the forbidden aggregate "};
static const char *const kept[] = {"is not in ", "is in "};
enum { BEGINNINGS = sizeof(beginnings) / sizeof(*beginnings) };

#define AGGREGATE "aggregate"

enum {
    SHORT_WIDTH = 8, /* of a shortened name */
    NAME_WIDTH = 16, /* of a name that is not shortened */
    NAMES_MOST = 32, /* that are looked at: each at all that is said before */
};

/* Returns how many characters of a text are the name that it begins with. */
static size_t name_width(const char *text)
{
    return strcspn(text, " ,;:()");
}

/* Returns how often a text of a length has another in it. */
static size_t count_in(const char *text, size_t length, const char *other, size_t width)
{
    size_t count = 0;
    const char *end = text + length, *place = text;
    while ((place = memmem(place, (size_t)(end - place), other, width)) != NULL) {
        count++;
        place += width;
    }
    return count;
}

/* The sentence as it is shown: lines behind the first are indented. What is cut off may be another
   way to a candidate, so a sentence that is only a little too long stays whole. */
enum { LINES_BRIEF = 5, LINES_MOST = 7, COLUMNS = 80, INDENT = 2 };

/* Returns how many columns some text takes, if no character takes two. */
static size_t count_columns(const char *text, size_t length)
{
    size_t columns = 0;
    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)text[i] & 0xc0) != 0x80; /* not within a character */
    return columns;
}

/* Returns how much of a sentence, with its full stop, fits into that number of lines. */
static size_t length_within(const char *text, size_t most)
{
    size_t length = strlen(text), lines = 1, used = 0, place = 0;
    while (place < length) {
        size_t width = strcspn(text + place, " ");
        size_t columns = count_columns(text + place, width) + (place + width == length);
        if (used > 0 && used + 1 + columns > COLUMNS) {
            if (lines++ == most)
                return place;
            used = INDENT + columns;
        } else {
            used += columns + (used > 0);
        }
        place += width + 1;
    }
    return length;
}

bool cause_is_brief(const char *text)
{
    return text[length_within(text, LINES_BRIEF)] == '\0';
}

const char *cause_cut(struct arena *arena, const char *text)
{
    size_t end = length_within(text, LINES_MOST);
    if (text[end] == '\0')
        return text;
    while (end > 0 && strncmp(text + end, "; ", 2) != 0)
        end--;
    return end > 0 ? arena_strndup(arena, text, end) : text;
}

const char *cause_shortened(struct arena *arena, const char *text)
{
    struct text_builder made = text_begin(arena);
    const char *from = text;
    size_t looked = 0;
    for (const char *place = text; *place != '\0' && looked < NAMES_MOST; place++) {
        int which = 0;
        while (which < BEGINNINGS &&
               strncmp(place, beginnings[which], strlen(beginnings[which])) != 0)
            which++;
        if (which == BEGINNINGS)
            continue;
        looked++;
        const char *name = place + strlen(beginnings[which]);
        size_t width = name_width(name), before = (size_t)(place - text);
        size_t said = count_in(text, before, name, width);
        if (said == 0 || width == 0)
            continue;
        bool only = count_in(text, before, AGGREGATE, strlen(AGGREGATE)) == said &&
                    memmem(text, before, AGGREGATE "s", strlen(AGGREGATE) + 1) == NULL;
        bool shorter = width > NAME_WIDTH && count_in(text, before, name, SHORT_WIDTH) == said;
        if (!only && !shorter)
            continue;
        text_add_bytes(&made, from, (size_t)(place - from));
        if (only)
            text_add_format(&made, "%sit", kept[which]);
        else
            text_add_format(&made, "%s%.*s...", beginnings[which], SHORT_WIDTH, name);
        from = name + width;
        place = from - 1;
    }
    text_add(&made, from);
    return text_end(&made);
}
