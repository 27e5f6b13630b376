/*
 * Finds other roads to a candidate: trees that lack nothing but amounts, beside those that the
 * sentence tells of. Each is tried in a world in which it has them.
 */
#include <config.h>

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/nearest.h"

enum {
    ROADS_TRIED = 4, /* trees that are tried, at most */
    ROADS_TOLD = 2,  /* roads that are told, at most... */
    LINES_MOST = 4,  /* ... in a sentence of as many lines... */
    LINE_WIDTH = 80, /* ... of this width... */
    INDENT = 2,      /* ... of which all but the first begin with as many blanks */
};

/* The sentence, to which roads are added. */
struct roads {
    const struct telling *telling;
    const char *text;
    size_t tried, told;
};

/* Returns whether a sentence is short enough, with a full stop. With uuids, which are for programs,
   it always is. */
static bool is_short(const struct roads *roads, const char *text)
{
    size_t lines = 1, column = 0;
    while (roads->telling->explanation->names != NULL && *text != '\0') {
        size_t width = strcspn(text, " "), end = text[width] == '\0';
        if (column > 0 && column + 1 + width + end > LINE_WIDTH) {
            lines++;
            column = INDENT + width;
        } else
            column += (column > 0) + width;
        text += width + !end;
    }
    return lines <= LINES_MOST;
}

/* Returns a text without the figures of what takes an amount: " (6 of 8 used)". */
static const char *without_takes(struct arena *arena, const char *text)
{
    struct text_builder kept = text_begin(arena);
    for (const char *end; *text != '\0'; text = end) {
        end = strstr(text + 1, " (");
        if (end == NULL)
            end = text + strlen(text);
        const char *from = text;
        if (text[0] == ' ' && text[1] == '(' && isdigit((unsigned char)text[2]))
            from += strcspn(text, ")") + 1;
        text_add_bytes(&kept, from, (size_t)(end - from));
    }
    return text_end(&kept);
}

/* Returns the sentence with a road; if that is too long, without the figures of what takes an
   amount. NULL: it is still too long. */
static const char *with_road(const struct roads *roads, const char *words)
{
    struct arena *arena = roads->telling->arena;
    const char *brief = without_takes(arena, words);
    const char *text = arena_printf(arena, "%s; %s", roads->text, words);
    if (!is_short(roads, text))
        text = arena_printf(arena, "%s; %s", roads->text, brief);
    if (!is_short(roads, text) && roads->told == 0)
        text = arena_printf(arena, "%s; %s", without_takes(arena, roads->text), brief);
    return is_short(roads, text) ? text : NULL;
}

/* Returns whether a miss lacks only amounts, and none that is more than it has in all. */
static bool is_mendable(const struct near_miss *miss)
{
    for (size_t i = 0; i < miss->fault_count; i++)
        if (miss->faults[i].kind == FAULT_TOTAL)
            return false;
    return near_miss_is_amounts(miss);
}

/* Returns whether the sentence tells already something that a miss lacks. */
static bool is_told(const struct roads *roads, const struct sought *sought,
                    const struct near_miss *miss)
{
    for (size_t i = 0; i < miss->fault_count; i++) {
        struct faults faults = {.sought = sought};
        faults_add(&faults, &miss->faults[i]);
        if (strstr(roads->text, faults_words(&faults, miss->faults[i].on)) != NULL)
            return true;
    }
    return false;
}

/* Tells of a miss, if that is another road. */
static void add_road(struct roads *roads, const struct sought *sought, size_t group,
                     const struct near_miss *miss)
{
    const struct telling *telling = roads->telling;
    const struct explanation *explanation = telling->explanation;
    if (roads->told == ROADS_TOLD || !is_mendable(miss) || is_told(roads, sought, miss))
        return;
    const char *text = with_road(
        roads, near_miss_words(telling->arena, explanation->world, explanation->names, miss));
    if (text == NULL || roads->tried++ >= ROADS_TRIED ||
        !cause_suffices(telling, sought, group, false, miss))
        return;
    roads->text = text;
    telling_name(telling, miss);
    roads->told++;
}

/* Looks for roads of trees that have a provider for each group but one. */
static void add_roads(struct roads *roads, size_t group)
{
    const struct telling *telling = roads->telling;
    const struct sought sought =
        sought_of_group(telling->inquiry, telling->explanation->names, group);
    const bool *among = cause_allowed_beside(telling, &group, 1);
    struct near_miss pool;
    if (among == NULL || sought.group.demand_count == 0)
        return;
    const struct near_misses misses = near_misses_find(&sought, among);
    for (size_t i = 0; i < misses.count && !budget_is_over(telling->inquiry->budget); i++)
        add_road(roads, &sought, group, &misses.items[i]);
    if (cause_nearest_pool(&sought, among, &pool))
        add_road(roads, &sought, group, &pool);
}

const char *cause_with_roads(const struct telling *telling, const char *told)
{
    struct roads roads = {.telling = telling, .text = told};
    if (telling->size < 2 || telling_has(telling, CONSTRAINT_SAME_SUBTREE) ||
        telling_has(telling, CONSTRAINT_GROUP_POLICY))
        return told;
    for (size_t i = 0; i < telling->explanation->funnel_count; i++)
        add_roads(&roads, i);
    return roads.text;
}
