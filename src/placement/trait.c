/*
 * Reads and writes the rows of traits, and the rows that join them to providers.
 */
#include <config.h>

#include "placement/trait.h"

#include "base/sorted.h"
#include "base/text.h"
#include "placement/trail.h"

#define TRAIT_COLUMNS                                                                              \
    "SELECT t.id, t.name, TIMESTAMPDIFF(SECOND, '1970-01-01', t.created_at), "                     \
    "TIMESTAMPDIFF(SECOND, '1970-01-01', COALESCE(t.updated_at, t.created_at)) FROM traits t "
#define TRAIT_KINDS "isii"
#define ASSOCIATED  "SELECT 1 FROM resource_provider_traits rpt WHERE rpt.trait_id = t.id"

enum { BY_NAME, BY_PREFIX, BY_NOTHING, BY_COUNT };
enum { OF_ANY, OF_NONE, OF_SOME, OF_COUNT };

/* By the condition on the name, then by the condition on providers. */
static const struct sql select_traits[BY_COUNT][OF_COUNT] = {
    [BY_NAME] = {{TRAIT_COLUMNS "WHERE t.name IN (?*) ORDER BY t.id", TRAIT_KINDS},
                 {TRAIT_COLUMNS "WHERE t.name IN (?...) AND NOT EXISTS (" ASSOCIATED
                                ") ORDER BY t.id",
                  TRAIT_KINDS},
                 {TRAIT_COLUMNS "WHERE t.name IN (?...) AND EXISTS (" ASSOCIATED ") ORDER BY t.id",
                  TRAIT_KINDS}},
    [BY_PREFIX] = {{TRAIT_COLUMNS "WHERE t.name LIKE ? ORDER BY t.id", TRAIT_KINDS},
                   {TRAIT_COLUMNS "WHERE t.name LIKE ? AND NOT EXISTS (" ASSOCIATED
                                  ") ORDER BY t.id",
                    TRAIT_KINDS},
                   {TRAIT_COLUMNS "WHERE t.name LIKE ? AND EXISTS (" ASSOCIATED ") ORDER BY t.id",
                    TRAIT_KINDS}},
    [BY_NOTHING] = {{TRAIT_COLUMNS "ORDER BY t.id", TRAIT_KINDS},
                    {TRAIT_COLUMNS "WHERE NOT EXISTS (" ASSOCIATED ") ORDER BY t.id", TRAIT_KINDS},
                    {TRAIT_COLUMNS "WHERE EXISTS (" ASSOCIATED ") ORDER BY t.id", TRAIT_KINDS}},
};
static const struct sql select_trait = {TRAIT_COLUMNS "WHERE t.name = ?", TRAIT_KINDS};
static const struct sql insert_trait = {
    "INSERT INTO traits (name, created_at) VALUES (?, UTC_TIMESTAMP())", NULL};
static const struct sql lock_trait = {"SELECT id, name FROM traits WHERE name = ? FOR UPDATE",
                                      "is"};
static const struct sql select_use = {
    "SELECT 1 FROM resource_provider_traits WHERE trait_id = ? LIMIT 1", "i"};
static const struct sql delete_trait = {"DELETE FROM traits WHERE id = ?", NULL};
static const struct sql select_of_provider = {
    TRAIT_COLUMNS "JOIN resource_provider_traits rpt ON rpt.trait_id = t.id "
                  "WHERE rpt.resource_provider_id = ? ORDER BY t.id",
    TRAIT_KINDS};
static const struct sql delete_of_provider = {
    "DELETE FROM resource_provider_traits WHERE resource_provider_id = ? AND trait_id IN (?*)",
    NULL};
static const struct sql insert_of_provider = {
    "INSERT INTO resource_provider_traits (resource_provider_id, trait_id, created_at) "
    "VALUES (?, ?, UTC_TIMESTAMP())",
    NULL};

static void traits_from(struct context *context, const struct rows *rows, struct traits *traits)
{
    struct trait *list = arena_array(context->arena, rows->count, sizeof(*list));
    for (size_t i = 0; i < rows->count; i++)
        list[i] = (struct trait){.id = row_integer(rows, i, 0),
                                 .name = row_text(rows, i, 1),
                                 .created = (time_t)row_integer(rows, i, 2),
                                 .modified = (time_t)row_integer(rows, i, 3)};
    *traits = (struct traits){list, rows->count};
}

enum outcome traits_load(struct context *context, const struct trait_filter *filter,
                         struct traits *traits)
{
    struct rows rows;
    unsigned of = !filter->by_association ? OF_ANY : filter->associated ? OF_SOME : OF_NONE;
    if (filter->names != NULL)
        TRY(database_select(context->database, &select_traits[BY_NAME][of],
                            VALUES(value_texts(filter->names, filter->name_count)), &rows));
    else if (filter->prefix != NULL)
        TRY(database_select(
            context->database, &select_traits[BY_PREFIX][of],
            VALUES(value_text(arena_printf(context->arena, "%s%%", filter->prefix))), &rows));
    else
        TRY(database_select(context->database, &select_traits[BY_NOTHING][of], NO_VALUES, &rows));
    traits_from(context, &rows, traits);
    return OUTCOME_OK;
}

static enum outcome trait_not_found(struct context *context, const char *name)
{
    return context_fail(context, OUTCOME_TRAIT_NOT_FOUND, "No such trait(s): %s.", name);
}

enum outcome trait_load(struct context *context, const char *name, struct trait *trait)
{
    struct rows rows;
    struct traits traits;
    TRY(database_select(context->database, &select_trait, VALUES(value_text(name)), &rows));
    traits_from(context, &rows, &traits);
    /* the collation ignores case, upstream does not */
    if (traits.count == 0 || strcmp(traits.list[0].name, name) != 0)
        return trait_not_found(context, name);
    *trait = traits.list[0];
    return OUTCOME_OK;
}

struct named_trait {
    struct context *context;
    const char *name;
};

static enum outcome run_creation(void *subject)
{
    const struct named_trait *creation = subject;
    trail_add_name(creation->context->trail, TRAIL_TRAIT_NAME, NULL, creation->name);
    return database_execute(creation->context->database, &insert_trait,
                            VALUES(value_text(creation->name)), NULL);
}

/* A transaction, though it is one statement, so that it runs again if another one undoes it. */
enum outcome trait_create(struct context *context, const char *name)
{
    struct named_trait creation = {context, name};
    return database_transaction(context->database, run_creation, &creation);
}

/* Locks the trait by name: what has the name when the transaction ends is what it deletes. */
static enum outcome run_deletion(void *subject)
{
    const struct named_trait *deletion = subject;
    struct context *context = deletion->context;
    struct database *database = context->database;
    const char *name = deletion->name;
    struct rows locked, use;
    TRY(database_select(database, &lock_trait, VALUES(value_text(name)), &locked));
    if (locked.count == 0 || strcmp(row_text(&locked, 0, 1), name) != 0)
        return trait_not_found(context, name);
    if (strncmp(name, "CUSTOM_", 7) != 0)
        return context_fail(context, OUTCOME_STANDARD, "Cannot delete standard trait %s.", name);
    struct value id = value_integer(row_integer(&locked, 0, 0));
    TRY(database_select(database, &select_use, &id, 1, &use));
    if (use.count > 0)
        return context_fail(context, OUTCOME_IN_USE,
                            "The trait %s is in use by a resource provider.", name);
    trail_add_name(context->trail, TRAIL_TRAIT_NAME, name, NULL);
    return database_execute(database, &delete_trait, &id, 1, NULL);
}

enum outcome trait_delete(struct context *context, const char *name)
{
    struct named_trait deletion = {context, name};
    return database_transaction(context->database, run_deletion, &deletion);
}

enum outcome provider_traits_load(struct context *context, const struct provider *provider,
                                  struct traits *traits)
{
    struct rows rows;
    TRY(database_select(context->database, &select_of_provider, VALUES(value_integer(provider->id)),
                        &rows));
    traits_from(context, &rows, traits);
    return OUTCOME_OK;
}

struct replacement {
    struct context *context;
    struct provider *provider;
    const struct name_set *names;
    struct traits *traits; /* of the names */
    bool check_generation;
    int64_t generation; /* as loaded: each attempt starts from it */
};

/* Loads the traits of the names. */
static enum outcome load_wanted(const struct replacement *replacement)
{
    struct context *context = replacement->context;
    const struct name_set *names = replacement->names;
    struct text_builder missing = text_begin(context->arena);
    struct traits *traits = replacement->traits;
    *traits = (struct traits){0};
    if (names->count == 0)
        return OUTCOME_OK;
    TRY(traits_load(context,
                    &(struct trait_filter){.names = names->names, .name_count = names->count},
                    traits));
    const char **known = arena_array(context->arena, traits->count, sizeof(*known));
    for (size_t i = 0; i < traits->count; i++)
        known[i] = traits->list[i].name;
    sort(known, traits->count, sizeof(*known), text_compare);
    for (size_t i = 0; i < names->count; i++)
        if (sorted_find(&names->names[i], known, traits->count, sizeof(*known), text_compare) ==
            NULL)
            text_add_item(&missing, ", ", names->names[i]);
    if (missing.text == NULL)
        return OUTCOME_OK;
    return context_fail(context, OUTCOME_TRAIT_NOT_FOUND, "No such trait %s", text_end(&missing));
}

static int trait_compare(const void *left, const void *right)
{
    const struct trait *a = left, *b = right;
    return int64_compare(&a->id, &b->id);
}

/* Returns a copy that is sorted by id, for contains(). */
static struct traits traits_sorted(struct arena *arena, const struct traits *traits)
{
    struct trait *list = arena_array(arena, traits->count, sizeof(*list));
    for (size_t i = 0; i < traits->count; i++)
        list[i] = traits->list[i];
    sort(list, traits->count, sizeof(*list), trait_compare);
    return (struct traits){list, traits->count};
}

static bool contains(const struct traits *sorted, const struct trait *trait)
{
    return sorted_find(trait, sorted->list, sorted->count, sizeof(*trait), trait_compare) != NULL;
}

/* Writes the difference. Sets *changed if there is one. */
static enum outcome write_difference(const struct replacement *replacement,
                                     const struct traits *present, bool *changed)
{
    struct context *context = replacement->context;
    const struct traits *wanted = replacement->traits;
    const struct traits sorted_wanted = traits_sorted(context->arena, wanted);
    const struct traits sorted_present = traits_sorted(context->arena, present);
    struct value provider_id = value_integer(replacement->provider->id);
    int64_t *gone = arena_array(context->arena, present->count, sizeof(*gone));
    struct value *added = arena_array(context->arena, wanted->count * 2, sizeof(*added));
    size_t gone_count = 0, added_count = 0;
    for (size_t i = 0; i < present->count; i++) {
        if (contains(&sorted_wanted, &present->list[i]))
            continue;
        gone[gone_count++] = present->list[i].id;
        trail_add_membership(context->trail, TRAIL_TRAIT, replacement->provider->uuid,
                             present->list[i].name, false);
    }
    for (size_t i = 0; i < wanted->count; i++) {
        if (contains(&sorted_present, &wanted->list[i]))
            continue;
        trail_add_membership(context->trail, TRAIL_TRAIT, replacement->provider->uuid,
                             wanted->list[i].name, true);
        added[added_count * 2] = provider_id;
        added[added_count++ * 2 + 1] = value_integer(wanted->list[i].id);
    }
    *changed = gone_count + added_count > 0;
    if (gone_count > 0)
        TRY(database_execute(context->database, &delete_of_provider,
                             VALUES(provider_id, value_integers(gone, gone_count)), NULL));
    enum outcome outcome =
        database_execute_bulk(context->database, &insert_of_provider, added, 2, added_count, NULL);
    return outcome == OUTCOME_DUPLICATE ? OUTCOME_CONFLICT : outcome;
}

static enum outcome run_replacement(void *subject)
{
    struct replacement *replacement = subject;
    struct traits present;
    bool changed = false;
    replacement->provider->generation = replacement->generation;
    TRY(provider_hold(replacement->context, replacement->provider, replacement->check_generation));
    TRY(load_wanted(replacement));
    TRY(provider_traits_load(replacement->context, replacement->provider, &present));
    TRY(write_difference(replacement, &present, &changed));
    if (!changed)
        return OUTCOME_OK;
    return provider_increment_generation(replacement->context, replacement->provider);
}

enum outcome provider_traits_replace(struct context *context, struct provider *provider,
                                     const struct name_set *names, bool check_generation,
                                     struct traits *traits)
{
    struct replacement replacement = {context, provider,         names,
                                      traits,  check_generation, provider->generation};
    return database_transaction(context->database, run_replacement, &replacement);
}
