/*
 * Puts the smallest impossible set of constraints into words.
 */
#include <config.h>

#include "placement/explain/cause.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/sorted.h"
#include "base/text.h"
#include "placement/explain/cause_choice.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/cause_short.h"

enum {
    TOLD_MOST = 3, /* of several constraints that are impossible alone, the number that is told */
    OTHERS_WIDTH = 200, /* up to here with examples */
};

static const char *tell_set(const struct telling *telling)
{
    size_t *groups = arena_array(telling->arena, telling->size, sizeof(*groups));
    size_t count = telling_groups(telling, groups);
    bool wide = telling_has(telling, CONSTRAINT_SAME_SUBTREE) ||
                telling_has(telling, CONSTRAINT_GROUP_POLICY);
    if (telling->size == 1)
        return cause_of_single(telling, telling_item(telling, 0));
    if (!wide && telling_has(telling, CONSTRAINT_ONE_OF_TREE))
        return cause_of_one_of_tree(telling);
    if (!wide && (telling_has(telling, CONSTRAINT_ROOT_REQUIRED) ||
                  telling_has(telling, CONSTRAINT_ROOT_FORBIDDEN)))
        return cause_of_root(telling, groups, count);
    if (!wide && count == 1)
        return cause_of_group(telling, groups, count);
    return cause_of_groups(telling, groups, count);
}

/* Returns what is said after a set that is not about the filter at which nothing is left. */
static const char *tell_filter(const struct telling *telling)
{
    const struct explanation *explanation = telling->explanation;
    if (explanation->group == explanation->funnel_count)
        return arena_printf(telling->arena, ". Nothing is left at the filter %s",
                            filter_label(explanation->filter));
    return arena_printf(telling->arena, ". Nothing is left at the filter %s of group %s",
                        filter_label(explanation->filter), group_name(telling, explanation->group));
}

/* Returns what comes before the examples and figures of a sentence. */
static const char *shortened_to_cause(struct arena *arena, const char *text)
{
    const char *end = strstr(text, ": ");
    return end == NULL ? text : arena_printf(arena, "%.*s", (int)(end - text), text);
}

/* Returns whether another constraint that is told is about the filter at which nothing is left. */
static bool others_tell_filter(const struct telling *telling)
{
    const struct impossible_sets *impossible = &telling->explanation->impossible;
    struct telling other = *telling;
    for (size_t i = 1; i < impossible->count && i < TOLD_MOST; i++) {
        other.set = impossible->sets[i];
        if (cause_tells_filter(&other))
            return true;
    }
    return false;
}

/* Tells the other constraints that are impossible alone, each sentence once. */
static void tell_others(struct telling *telling, struct text_builder *text)
{
    const struct impossible_sets *impossible = &telling->explanation->impossible;
    const char *told[SETS_MOST] = {arena_strdup(telling->arena, text_end(text))};
    size_t count = 1;
    for (size_t i = 1; i < impossible->count; i++) {
        telling->set = impossible->sets[i];
        told[count] = tell_set(telling);
        size_t same = 0;
        while (strcmp(told[same], told[count]) != 0)
            same++;
        if (same < count)
            continue;
        if (count++ == TOLD_MOST) {
            text_add(text, "; and more");
            return;
        }
        const char *said = told[count - 1];
        bool wide = telling_is_wide(telling, text->length + strlen(said), OTHERS_WIDTH);
        text_add_item(text, "; ", wide ? shortened_to_cause(telling->arena, said) : said);
    }
}

/* Returns the trees that fail at the last filter only, if that is one whose sentence tells which
   providers a tree has for the groups; or NULL. */
static const bool *find_among(const struct explanation *explanation)
{
    switch (explanation->filter) {
    case FILTER_COMBINED_CAPACITY:
    case FILTER_GROUP_POLICY:
    case FILTER_SAME_SUBTREE:
    case FILTER_ONE_OF_TREE:
        return explanation->last;
    default:
        return NULL;
    }
}

static const char *tell_sets(struct telling *telling)
{
    const struct impossible_sets *impossible = &telling->explanation->impossible;
    struct text_builder text = text_begin(telling->arena);
    telling->set = impossible->sets[0];
    const char *filter = cause_tells_filter(telling) ? "" : tell_filter(telling);
    if (*filter == '\0')
        telling->among = find_among(telling->explanation);
    const char *told = tell_set(telling);
    telling->among = NULL;
    text_add(&text, *filter == '\0' ? cause_with_roads(telling, told) : told);
    telling->shown = telling->named = NULL;
    if (impossible->size == 1) {
        if (*filter != '\0' && others_tell_filter(telling))
            filter = "";
        tell_others(telling, &text);
    } else if (*filter == '\0')
        text_add(&text, cause_of_equals(telling, arena_strdup(telling->arena, text_end(&text))));
    if (!telling_is_wide(telling, text.length + strlen(filter),
                         CAUSE_WIDTH)) /* the funnel below shows it too */
        text_add(&text, filter);
    return text_end(&text);
}

static const char *tell_candidates(const struct candidate_count *count, struct arena *arena)
{
    if (count->found == 0)
        return "Not known: the search took too long.";
    return arena_printf(arena, "%" PRIu64 " candidate%s%s.", count->found,
                        count->found == 1 ? "" : "s", count->more ? " or more" : "");
}

/* Returns the first required set of a group that is forbidden as a whole, or NULL. */
static const struct name_set *find_contradiction(const struct membership *asked,
                                                 struct arena *arena)
{
    size_t count = asked->forbidden.count;
    const char **forbidden = arena_array(arena, count, sizeof(*forbidden));
    for (size_t i = 0; i < count; i++)
        forbidden[i] = asked->forbidden.names[i];
    sort(forbidden, count, sizeof(*forbidden), text_compare);
    for (size_t i = 0; i < asked->required_count; i++) {
        const struct name_set *required = &asked->required[i];
        size_t place = 0;
        while (place < required->count && sorted_find(&required->names[place], forbidden, count,
                                                      sizeof(*forbidden), text_compare) != NULL)
            place++;
        if (place == required->count)
            return required;
    }
    return NULL;
}

/* Tells that a group asks for what it forbids. The API refuses this of traits, and only of them. */
static const char *tell_contradiction(const struct telling *telling)
{
    for (size_t i = 0; i < telling->explanation->funnel_count; i++) {
        const struct request_group *group = &telling->explanation->request->groups[i];
        const struct name_set *set = find_contradiction(&group->aggregates, telling->arena);
        if (set != NULL && group->resources.count > 0)
            return arena_printf(telling->arena,
                                "member_of%s asks for %s and forbids %s: nothing can match",
                                group->suffix, set_words(telling, "aggregate", set),
                                set->count > 1 ? "them" : "it");
    }
    return NULL;
}

static const char *tell_nothing(struct telling *telling)
{
    const struct explanation *explanation = telling->explanation;
    if (explanation->world->provider_count == 0)
        return "there are no resource providers";
    for (size_t i = 0; i < explanation->funnel_count; i++)
        if (group_asks_nothing(&telling->inquiry->query.groups[i]))
            return arena_printf(telling->arena,
                                "group %s asks for no resources, traits or aggregates, and "
                                "matches nothing",
                                group_name(telling, i));
    const char *contradiction = tell_contradiction(telling);
    if (contradiction != NULL)
        return contradiction;
    if (explanation->impossible.count > 0)
        return tell_sets(telling);
    if (explanation->filter == FILTERS)
        return "the time did not suffice to find out why";
    if (explanation->group == explanation->funnel_count)
        return arena_printf(telling->arena, "no tree passes the filter %s of all groups together",
                            filter_label(explanation->filter));
    return arena_printf(telling->arena, "no %s passes the filter %s of group %s",
                        explanation->funnels[explanation->group]->granular ? "provider" : "tree",
                        filter_label(explanation->filter), group_name(telling, explanation->group));
}

/* Returns the text as a sentence. A parameter of the query at its beginning stays as it is. */
static const char *sentence(struct arena *arena, const char *text)
{
    char *made = arena_printf(arena, "%s.", text);
    if (made[strcspn(made, " =_")] == ' ')
        *made = (char)toupper((unsigned char)*made);
    return made;
}

/* Puts the trees first under "Nearest" that the sentence names, with what they lack. Others that
   fail at the last filter only are counted as before. */
static void show_first(const struct inquiry *inquiry, struct explanation *explanation,
                       const struct near_misses *shown)
{
    uint32_t left = explanation->misses.count > 0 ? explanation->misses.items[0].more + 1 : 0;
    uint32_t told = 0;
    bool *others;
    if (shown->count == 0 || explanation->last == NULL || budget_is_over(inquiry->budget))
        return;
    for (size_t i = 0; i < shown->count; i++)
        told += shown->items[i].more + 1;
    struct near_misses rest = {.count = 0};
    if (told < left) {
        others = arena_array(inquiry->arena, explanation->world->provider_count, sizeof(*others));
        for (uint32_t i = 0; i < explanation->world->provider_count; i++)
            others[i] = explanation->last[i];
        for (size_t i = 0; i < shown->count; i++)
            others[shown->items[i].provider] = false;
        rest = near_misses_alike(inquiry, others, filter_miss(explanation->filter));
        rest.items[0].more = left - told - 1;
    }
    near_misses_put_first(&rest, shown);
    explanation->misses = rest;
}

/* Tells the cause in a sentence, and notes of which misses it tells. */
static const char *tell(const struct inquiry *inquiry, const struct relaxation *relaxation,
                        struct explanation *explanation, struct near_misses *shown,
                        struct near_misses *named)
{
    struct telling telling = {
        .inquiry = inquiry,
        .explanation = explanation,
        .relaxation = relaxation,
        .arena = inquiry->arena,
        .size = explanation->impossible.size,
        .shown = shown,
        .named = named,
    };
    shown->count = named->count = 0;
    telling.equal = cause_order(&telling, &explanation->impossible);
    return cause_shortened(inquiry->arena, tell_nothing(&telling));
}

/* The same, and for a terminal in few lines: if need be, with the beginnings of long lists of names
   only, and without the last examples. Answers to clients may be longer. */
static const char *tell_briefly(const struct inquiry *inquiry, const struct relaxation *relaxation,
                                struct explanation *explanation, struct near_misses *shown,
                                struct near_misses *named)
{
    struct inquiry brief = *inquiry;
    const char *told = tell(inquiry, relaxation, explanation, shown, named);
    if (explanation->names == NULL || cause_is_brief(told) || budget_is_over(inquiry->budget))
        return told;
    brief.brief = true;
    return cause_cut(inquiry->arena, tell(&brief, relaxation, explanation, shown, named));
}

const char *cause_of(const struct inquiry *inquiry, const struct relaxation *relaxation,
                     struct explanation *explanation)
{
    struct near_misses shown = {.count = 0}, named = {.count = 0};
    if (explanation->candidates.found > 0 || explanation->candidates.more)
        return tell_candidates(&explanation->candidates, inquiry->arena);
    const char *told = tell_briefly(inquiry, relaxation, explanation, &shown, &named);
    show_first(inquiry, explanation, &shown);
    if (explanation->group == explanation->funnel_count && !budget_is_over(inquiry->budget)) {
        named = near_misses_retell(inquiry, explanation->names, &named);
        near_misses_add(&explanation->misses, explanation->world, &named);
    }
    return sentence(inquiry->arena, told);
}
