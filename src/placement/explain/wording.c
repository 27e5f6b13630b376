/*
 * Words for constraints: nouns, and verbs with their objects.
 */
#include <config.h>

#include "placement/explain/wording.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

/* Groups that are named one by one. */
enum { GROUPS_MOST = 6 };

const struct constraint *telling_item(const struct telling *telling, size_t place)
{
    return &telling->explanation->constraints.items[telling->set[place]];
}

const struct constraint *telling_difference(const struct telling *telling, const size_t *other)
{
    const struct constraint *difference = NULL;
    for (size_t i = 0; i < telling->size; i++) {
        size_t same = 0;
        while (same < telling->size && other[same] != telling->set[i])
            same++;
        if (same < telling->size)
            continue;
        if (difference != NULL)
            return NULL;
        difference = telling_item(telling, i);
    }
    return difference;
}

const struct request_group *telling_group(const struct telling *telling,
                                          const struct constraint *constraint)
{
    return &telling->explanation->request->groups[constraint->group];
}

const struct resource_amount *telling_amount(const struct telling *telling,
                                             const struct constraint *constraint)
{
    return &telling_group(telling, constraint)->resources.items[constraint->index];
}

bool telling_tells_of(const struct telling *telling, uint32_t root)
{
    return root != WORLD_NONE && (telling->roots == NULL || telling->roots[root]) &&
           (telling->among == NULL || telling->among[root]);
}

void telling_show(const struct telling *telling, const struct near_miss *miss)
{
    struct near_misses *shown = telling->shown;
    if (shown != NULL && telling->among != NULL && telling->among[miss->provider] &&
        shown->count < MISSES_MOST)
        shown->items[shown->count++] = *miss;
    if (shown != NULL && shown->count > 0 && shown->items[shown->count - 1].lacks == 0)
        shown->items[shown->count - 1].lacks = 1;
}

void telling_name(const struct telling *telling, const struct near_miss *miss)
{
    struct near_misses *named = telling->named;
    if (named != NULL && named->count < MISSES_MOST)
        named->items[named->count++] = *miss;
}

bool telling_is_wide(const struct telling *telling, size_t width, size_t most)
{
    return telling->explanation->names != NULL && width > most;
}

const char *no_tree(const struct telling *telling)
{
    return telling->explanation->world->sharing_count > 0 ? "no tree, even with sharing,"
                                                          : "no tree";
}

const char *set_words(const struct telling *telling, const char *noun, const struct name_set *set)
{
    return arena_printf(telling->arena, "%s%s%s %s", set->count > 1 ? "one of the " : "the ", noun,
                        set->count > 1 ? "s" : "",
                        names_told(set, telling->inquiry->brief, telling->arena));
}

const char *tree_label(const struct telling *telling, const struct constraint *constraint)
{
    const struct explanation *explanation = telling->explanation;
    uint32_t root = telling->inquiry->query.groups[constraint->group].tree;
    return root != WORLD_NONE ? provider_label(explanation->world, explanation->names, root)
                              : telling_group(telling, constraint)->in_tree;
}

const char *more_words(struct arena *arena, uint32_t more)
{
    return more > 0 ? arena_printf(arena, ", and %u more", more) : "";
}

const char *found_words(const struct telling *telling, const bool *found, bool all,
                        const char *said)
{
    const struct explanation *explanation = telling->explanation;
    struct arena *arena = telling->arena;
    uint32_t first, more = lacks_choose(telling->inquiry->lacks, found,
                                        explanation->world->provider_count, &first);
    if (first == WORLD_NONE)
        return "";
    const char *label = provider_label(explanation->world, explanation->names, first);
    if (more > 0 && !all)
        return arena_printf(arena, "%s%s, and others", label, said);
    return arena_printf(arena, "%s%s%s", label, said, more_words(arena, more));
}

/* Returns what a constraint asks of a provider, as "has the trait A". */
static const char *predicate(const struct telling *telling, const struct constraint *constraint)
{
    struct arena *arena = telling->arena;
    const struct request_group *group = telling_group(telling, constraint);
    switch (constraint->kind) {
    case CONSTRAINT_RESOURCE:
        return arena_printf(arena, "offers %" PRId64 " %s",
                            telling_amount(telling, constraint)->amount,
                            telling_amount(telling, constraint)->class_name);
    case CONSTRAINT_REQUIRED:
        return arena_printf(
            arena, "has %s",
            set_words(telling, "trait", &group->traits.required[constraint->index]));
    case CONSTRAINT_FORBIDDEN:
        return arena_printf(arena, "lacks the forbidden trait %s",
                            group->traits.forbidden.names[constraint->index]);
    case CONSTRAINT_MEMBER_OF:
        return arena_printf(
            arena, "is in %s",
            set_words(telling, "aggregate", &group->aggregates.required[constraint->index]));
    case CONSTRAINT_NOT_MEMBER_OF:
        return arena_printf(arena, "is outside the forbidden aggregate %s",
                            group->aggregates.forbidden.names[constraint->index]);
    default: /* CONSTRAINT_IN_TREE */
        return arena_printf(arena, "is in the tree of %s", tree_label(telling, constraint));
    }
}

static bool is_of_group(const struct constraint *constraint)
{
    return constraint->kind < CONSTRAINT_ROOT_REQUIRED;
}

bool telling_has(const struct telling *telling, enum constraint_kind kind)
{
    for (size_t i = 0; i < telling->size; i++)
        if (telling_item(telling, i)->kind == kind)
            return true;
    return false;
}

bool telling_is_flat(const struct telling *telling)
{
    const struct explanation *explanation = telling->explanation;
    return explanation->world->sharing_count == 0 &&
           explanation->trees == explanation->world->provider_count;
}

size_t telling_groups(const struct telling *telling, size_t *groups)
{
    size_t count = 0;
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (is_of_group(constraint) && (count == 0 || groups[count - 1] != constraint->group))
            groups[count++] = constraint->group;
    }
    return count;
}

bool telling_fits(const struct telling *telling, const size_t *groups, size_t count,
                  uint32_t provider)
{
    for (size_t i = 0; i < count; i++) {
        const struct funnel *funnel = telling->explanation->funnels[groups[i]];
        if (funnel->granular && funnel->fits[provider])
            return true;
    }
    return false;
}

const char *group_name(const struct telling *telling, size_t group)
{
    const char *suffix = telling->explanation->request->groups[group].suffix;
    return *suffix != '\0' ? suffix : "without suffix";
}

const char *group_names(const struct telling *telling, const size_t *groups, size_t count)
{
    struct text_builder names = text_begin(telling->arena);
    size_t told = count <= GROUPS_MOST ? count : GROUPS_MOST;
    for (size_t i = 0; i < told; i++)
        text_add_item(&names, i + 1 == count ? " and " : ", ", group_name(telling, groups[i]));
    if (told < count)
        text_add_format(&names, " and %zu more", count - told);
    return text_end(&names);
}

const struct constraint *telling_only(const struct telling *telling, enum constraint_kind kind)
{
    const struct constraint *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < telling->size; i++)
        if (telling_item(telling, i)->kind == kind) {
            found = telling_item(telling, i);
            count++;
        }
    return count == 1 ? found : NULL;
}

const char *predicates(const struct telling *telling, const struct constraint *elsewhere)
{
    struct text_builder text = text_begin(telling->arena);
    const char *verb = "";
    size_t left = 0;
    for (size_t i = 0; i < telling->size; i++)
        left += is_of_group(telling_item(telling, i)) && telling_item(telling, i) != elsewhere;
    for (size_t i = 0; i < telling->size; i++) {
        if (!is_of_group(telling_item(telling, i)) || telling_item(telling, i) == elsewhere)
            continue;
        const char *words = predicate(telling, telling_item(telling, i));
        size_t length = strcspn(words, " ") + 1;
        bool again = strncmp(words, verb, length) == 0;
        verb = words;
        text_add_item(&text, --left == 0 ? " and " : ", ", words + (again ? length : 0));
    }
    return text_end(&text);
}

const char *text_with_rest(struct arena *arena, const char *text, const char *separator,
                           const char *rest)
{
    return *rest == '\0' ? text : arena_printf(arena, "%s%s%s", text, separator, rest);
}
