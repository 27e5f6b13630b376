/*
 * Compares names that do not exist with all that do.
 */
#include <config.h>

#include "placement/explain/unknown_names.h"

#include <string.h>

#include "base/spelling.h"
#include "base/text.h"

/* Of the names that do not exist, the number that is told. */
enum { TOLD_MOST = 8 };

#define CUSTOM "CUSTOM_"

static const struct sql select_classes = {"SELECT name FROM resource_classes", "s"};
static const struct sql select_traits = {"SELECT name FROM traits", "s"};

/* A name that does not exist. */
struct unknown {
    const char *noun, *name;
    const char *like; /* the name that it is most like; NULL: there is none, or several */
    size_t edits;
};

struct unknowns {
    struct arena *arena;
    struct unknown items[TOLD_MOST];
    size_t first, count; /* only those from the first on are compared */
};

/* Adds the names without an id, as far as there is room. except: the place of a name that the
   request did not name, or SIZE_MAX. */
static void add_names(struct unknowns *unknowns, const char *noun,
                      const struct vocabulary *vocabulary, size_t except)
{
    unknowns->first = unknowns->count;
    for (size_t i = 0; i < vocabulary->count && unknowns->count < TOLD_MOST; i++)
        if (vocabulary->ids[i] < 0 && i != except)
            unknowns->items[unknowns->count++] =
                (struct unknown){noun, vocabulary->names[i], NULL, SPELLING_UNLIKE};
}

/* Compares what is behind CUSTOM_: that makes no name more like another. */
static size_t count_edits(const char *name, const char *other)
{
    size_t prefix = strlen(CUSTOM);
    if (strncmp(name, CUSTOM, prefix) == 0 && strncmp(other, CUSTOM, prefix) == 0) {
        name += prefix;
        other += prefix;
    }
    return spelling_edits(name, strlen(name), other);
}

static enum outcome compare(void *subject, const struct value *row)
{
    struct unknowns *unknowns = subject;
    for (size_t i = unknowns->first; i < unknowns->count; i++) {
        struct unknown *unknown = &unknowns->items[i];
        size_t edits = count_edits(unknown->name, row[0].text);
        if (edits == SPELLING_UNLIKE || edits > unknown->edits)
            continue;
        unknown->like = edits < unknown->edits ? arena_strdup(unknowns->arena, row[0].text) : NULL;
        unknown->edits = edits;
    }
    return OUTCOME_OK;
}

static enum outcome compare_all(struct unknowns *unknowns, struct database *database,
                                const struct sql *select)
{
    if (unknowns->first == unknowns->count)
        return OUTCOME_OK;
    return database_visit(database, select, NO_VALUES, compare, unknowns);
}

enum outcome unknown_names_find(const struct resolution *resolution, struct unknown_names *unknown)
{
    const struct context *context = resolution->context;
    const struct vocabularies *names = &resolution->names;
    struct unknowns unknowns = {.arena = context->arena};
    struct text_builder told = text_begin(context->arena);
    *unknown = (struct unknown_names){NULL, false};
    add_names(&unknowns, "resource class", &names->classes, SIZE_MAX);
    TRY(compare_all(&unknowns, context->database, &select_classes));
    add_names(&unknowns, "trait", &names->traits, names->sharing_trait);
    TRY(compare_all(&unknowns, context->database, &select_traits));
    for (size_t i = 0; i < unknowns.count; i++) {
        const struct unknown *item = &unknowns.items[i];
        const char *meant = item->like != NULL
                                ? arena_printf(context->arena, " (do you mean %s?)", item->like)
                                : "";
        unknown->guessed = unknown->guessed || item->like != NULL;
        text_add_item(
            &told, ", ",
            arena_printf(context->arena, "there is no %s %s%s", item->noun, item->name, meant));
    }
    unknown->text = text_filled_or(text_end(&told), NULL);
    return OUTCOME_OK;
}
