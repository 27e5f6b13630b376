/*
 * Says the long names of aggregates once.
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
