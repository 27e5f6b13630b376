/*
 * Builds the statement that lists resource providers. Each member of the filter that is set adds
 * one of the conditions below, so that there are few different statements to prepare. Sets and
 * amounts are one value of their condition: a JSON array that the server reads as a table.
 *
 * The conditions use the names of traits and classes. A first row says how many of the names exist;
 * only if some do not, explain_unknown() looks for those. Finding a name in a list takes time in
 * proportion to the list, so the ids of many names are read first, and the conditions use these.
 *
 * Amounts are looked at last, because what is used of an inventory takes the longest to know: where
 * other conditions may leave few providers, of these alone.
 */
#include <config.h>

#include "placement/provider_list.h"

#include "base/sorted.h"
#include "base/text.h"
#include "placement/aggregate.h"
#include "placement/kept_list.h"
#include "placement/names.h"
#include "placement/pairs.h"

/* Rows of two numbers: the number of a required set and an id or a place in a list of names; a
   place and an amount. */
#define WANTED                                                                                     \
    "JSON_TABLE(?, '$[*]' COLUMNS (first INT PATH '$[0]', second BIGINT PATH '$[1]')) wanted "

static const char selection[] = "SELECT " PROVIDER_COLUMNS " " PROVIDER_TABLES "WHERE TRUE";
static const char existence[] = "SELECT rp.id FROM resource_providers rp WHERE TRUE";

/* The first row has the number of names that exist, and no uuid. The LIMIT keeps the order, which
   the server otherwise drops in a part of a UNION. Bytes are compared too because the collation may
   ignore case, and upstream does not. */
static const char counted_selection[] =
    "SELECT (SELECT COUNT(*) FROM traits WHERE name IN (?...) AND BINARY name IN (?...)) "
    "+ (SELECT COUNT(*) FROM resource_classes WHERE name IN (?...) AND BINARY name IN (?...)), "
    "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL UNION ALL (%s%s "
    "ORDER BY rp.id LIMIT 18446744073709551615)";

static const char has_name[] = " AND rp.name = ?";
static const char has_uuid[] = " AND rp.uuid = ?";
static const char has_root[] = " AND rp.root_provider_id = ?";
static const char has_traits[] =
    " AND rp.id IN (SELECT STRAIGHT_JOIN has.resource_provider_id FROM traits t "
    "JOIN " WANTED "ON wanted.second = FIELD(t.name, ?...) "
    "JOIN resource_provider_traits has ON has.trait_id = t.id WHERE t.name IN (?...) "
    "GROUP BY has.resource_provider_id HAVING COUNT(DISTINCT wanted.first) = ?)";
static const char lacks_traits[] =
    " AND rp.id NOT IN (SELECT bad.resource_provider_id FROM traits t "
    "JOIN resource_provider_traits bad ON bad.trait_id = t.id WHERE t.name IN (?...))";
static const char has_trait_ids[] =
    " AND rp.id IN (SELECT STRAIGHT_JOIN has.resource_provider_id FROM " WANTED
    "JOIN resource_provider_traits has ON has.trait_id = wanted.second "
    "GROUP BY has.resource_provider_id HAVING COUNT(DISTINCT wanted.first) = ?)";
static const char lacks_trait_ids[] =
    " AND NOT EXISTS (SELECT 1 FROM resource_provider_traits bad "
    "WHERE bad.resource_provider_id = rp.id AND bad.trait_id IN (?...))";
static const char has_aggregates[] =
    " AND rp.id IN (SELECT STRAIGHT_JOIN has.resource_provider_id FROM " WANTED
    "JOIN resource_provider_aggregates has ON has.aggregate_id = wanted.second "
    "GROUP BY has.resource_provider_id HAVING COUNT(DISTINCT wanted.first) = ?)";
static const char lacks_aggregates[] =
    " AND NOT EXISTS (SELECT 1 FROM resource_provider_aggregates bad "
    "WHERE bad.resource_provider_id = rp.id AND bad.aggregate_id IN (?...))";
/* Inventories that have room for the amount that is wanted of them. What is used is read last. */
#define WITH_ROOM                                                                                  \
    "wanted.second BETWEEN inv.min_unit AND inv.max_unit "                                         \
    "AND wanted.second % inv.step_size = 0 "                                                       \
    "AND wanted.second <= (inv.total - inv.reserved) * inv.allocation_ratio "                      \
    "AND wanted.second + COALESCE((SELECT SUM(a.used) FROM allocations a "                         \
    "FORCE INDEX (allocations_resource_provider_class_used_idx) "                                  \
    "WHERE a.resource_provider_id = inv.resource_provider_id "                                     \
    "AND a.resource_class_id = inv.resource_class_id), 0) "                                        \
    "<= (inv.total - inv.reserved) * inv.allocation_ratio "
#define OF_EACH "GROUP BY inv.resource_provider_id HAVING COUNT(*) = ?)"
static const char has_resources[] =
    " AND rp.id IN (SELECT STRAIGHT_JOIN inv.resource_provider_id FROM resource_classes rc "
    "JOIN " WANTED "ON wanted.first = FIELD(rc.name, ?...) "
    "JOIN inventories inv ON inv.resource_class_id = rc.id "
    "WHERE rc.name IN (?...) AND " WITH_ROOM OF_EACH;
static const char has_resource_ids[] =
    " AND rp.id IN (SELECT STRAIGHT_JOIN inv.resource_provider_id FROM " WANTED
    "JOIN inventories inv ON inv.resource_class_id = wanted.first WHERE " WITH_ROOM OF_EACH;
/* The same, but looks only at providers that meet the other conditions. */
static const char few_have_resource_ids[] =
    " AND (SELECT STRAIGHT_JOIN COUNT(*) FROM " WANTED
    "JOIN inventories inv FORCE INDEX (uniq_inventories0resource_provider_resource_class) "
    "ON inv.resource_provider_id = rp.id AND inv.resource_class_id = wanted.first "
    "WHERE " WITH_ROOM ") = ?";

static const struct sql select_root = {
    "SELECT root_provider_id FROM resource_providers WHERE uuid = ? "
    "AND root_provider_id IS NOT NULL",
    "i"};

enum {
    NAME_LISTS = 4,
    SEARCH_VALUES = 24,
    NAMES_MOST = 64, /* for conditions by name */
};

/* The conditions so far. */
struct search {
    struct context *context;
    const char *conditions;
    struct value values[SEARCH_VALUES];
    size_t value_count;
    bool hopeless;                   /* no provider can match */
    bool unknown;                    /* some names do not exist */
    struct name_set traits, classes; /* named, each once, sorted */
};

static void search_add(struct search *search, const char *condition, const struct value *values,
                       size_t count)
{
    search->conditions =
        arena_printf(search->context->arena, "%s%s", search->conditions, condition);
    for (size_t i = 0; i < count; i++)
        search->values[search->value_count++] = values[i];
}

/* Tells whether a provider meets one condition alone. */
static enum outcome condition_holds(struct context *context, const char *condition,
                                    const struct value *values, size_t count, bool *holds)
{
    struct sql sql = {arena_printf(context->arena, "%s%s LIMIT 1", existence, condition), "i"};
    struct rows rows;
    TRY(database_select(context->database, &sql, values, count, &rows));
    *holds = rows.count > 0;
    return OUTCOME_OK;
}

/* Returns all names of a membership: of the required sets, then the forbidden ones. */
static struct name_set membership_names(struct arena *arena, const struct membership *membership)
{
    size_t most = membership->forbidden.count;
    for (size_t i = 0; i < membership->required_count; i++)
        most += membership->required[i].count;
    struct name_set all = {.names = arena_array(arena, most, sizeof(*all.names))};
    for (size_t i = 0; i < membership->required_count; i++)
        for (size_t j = 0; j < membership->required[i].count; j++)
            all.names[all.count++] = membership->required[i].names[j];
    for (size_t i = 0; i < membership->forbidden.count; i++)
        all.names[all.count++] = membership->forbidden.names[i];
    return all;
}

/* Returns the required sets as pairs of set and id. ids belong to the names of membership_names();
   -1 is an unknown name. Sets *empty if a set has only unknown names. */
static struct value wanted_sets(struct arena *arena, const struct membership *membership,
                                const int64_t *ids, bool *empty)
{
    struct text_builder pairs = pairs_begin(arena);
    *empty = false;
    for (size_t i = 0; i < membership->required_count; i++) {
        bool found = false;
        for (size_t j = 0; j < membership->required[i].count; j++, ids++) {
            if (*ids < 0)
                continue;
            pairs_add(&pairs, (int64_t)i, *ids);
            found = true;
        }
        *empty = *empty || !found;
    }
    return pairs_end(&pairs);
}

/* Adds the conditions of a membership. ids belong to the names of membership_names(). */
static void search_add_membership(struct search *search, const struct membership *membership,
                                  const int64_t *ids, size_t count, const char *has,
                                  const char *lacks)
{
    struct arena *arena = search->context->arena;
    if (membership->required_count > 0) {
        const struct value values[] = {wanted_sets(arena, membership, ids, &search->hopeless),
                                       value_integer((int64_t)membership->required_count)};
        search_add(search, has, values, 2);
    }
    int64_t *forbidden = arena_array(arena, membership->forbidden.count, sizeof(*forbidden));
    size_t forbidden_count = 0;
    for (size_t i = count - membership->forbidden.count; i < count; i++)
        if (ids[i] >= 0)
            forbidden[forbidden_count++] = ids[i];
    if (forbidden_count > 0) {
        const struct value values[] = {value_integers(forbidden, forbidden_count)};
        search_add(search, lacks, values, 1);
    }
}

static enum outcome add_tree(struct search *search, const char *uuid)
{
    if (uuid == NULL || *uuid == '\0')
        return OUTCOME_OK;
    struct rows rows;
    TRY(database_select(search->context->database, &select_root, VALUES(value_text(uuid)), &rows));
    search->hopeless = rows.count == 0;
    if (!search->hopeless)
        search_add(search, has_root, rows.values, 1);
    return OUTCOME_OK;
}

/* Sorts names, and keeps each once. */
static void names_settle(struct name_set *names)
{
    names->count = sort_unique(names->names, names->count, sizeof(*names->names), text_compare);
}

/* Returns the place of a name, from 1 on, as FIELD() does. */
static int64_t name_place(const struct name_set *names, const char *name)
{
    const char **found =
        sorted_find(&name, names->names, names->count, sizeof(*names->names), text_compare);
    return found - names->names + 1;
}

/* Sets the four values of has_traits. The names are all that the membership has. */
static void trait_values(struct arena *arena, const struct membership *traits,
                         const struct name_set *names, struct value *values)
{
    struct text_builder pairs = pairs_begin(arena);
    for (size_t i = 0; i < traits->required_count; i++)
        for (size_t j = 0; j < traits->required[i].count; j++)
            pairs_add(&pairs, (int64_t)i, name_place(names, traits->required[i].names[j]));
    values[0] = pairs_end(&pairs);
    values[1] = values[2] = value_texts(names->names, names->count);
    values[3] = value_integer((int64_t)traits->required_count);
}

/* Reads the ids of names, in the same order. Sets search->unknown if some do not exist. */
static enum outcome read_ids(struct search *search, enum name_kind kind,
                             const struct name_set *names, int64_t **ids)
{
    *ids = arena_array(search->context->arena, names->count, sizeof(**ids));
    TRY(names_to_ids(search->context, kind, names->names, names->count, *ids));
    for (size_t i = 0; i < names->count; i++)
        if ((*ids)[i] < 0)
            search->unknown = true;
    return OUTCOME_OK;
}

static enum outcome add_many_traits(struct search *search, const struct membership *traits,
                                    const struct name_set *names)
{
    int64_t *ids;
    TRY(read_ids(search, NAME_TRAIT, names, &ids));
    search_add_membership(search, traits, ids, names->count, has_trait_ids, lacks_trait_ids);
    return OUTCOME_OK;
}

static enum outcome add_traits(struct search *search, const struct membership *traits)
{
    const struct name_set all = membership_names(search->context->arena, traits);
    if (all.count > NAMES_MOST)
        return add_many_traits(search, traits, &all);
    search->traits = all;
    names_settle(&search->traits);
    if (traits->required_count > 0) {
        struct value values[4];
        trait_values(search->context->arena, traits, &search->traits, values);
        search_add(search, has_traits, values, 4);
    }
    if (traits->forbidden.count > 0) {
        const struct value forbidden =
            value_texts(traits->forbidden.names, traits->forbidden.count);
        search_add(search, lacks_traits, &forbidden, 1);
    }
    return OUTCOME_OK;
}

static enum outcome add_aggregates(struct search *search, const struct membership *aggregates)
{
    struct context *context = search->context;
    struct name_set uuids = membership_names(context->arena, aggregates);
    if (uuids.count == 0)
        return OUTCOME_OK;
    int64_t *ids = arena_array(context->arena, uuids.count, sizeof(*ids));
    TRY(aggregates_to_ids(context, uuids.names, uuids.count, ids));
    search_add_membership(search, aggregates, ids, uuids.count, has_aggregates, lacks_aggregates);
    return OUTCOME_OK;
}

static enum outcome add_resource_ids(struct search *search,
                                     const struct resource_amounts *resources,
                                     const struct name_set *names, const char *condition)
{
    int64_t *ids;
    TRY(read_ids(search, NAME_RESOURCE_CLASS, names, &ids));
    struct text_builder pairs = pairs_begin(search->context->arena);
    for (size_t i = 0; i < resources->count; i++)
        pairs_add(&pairs, ids[i], resources->items[i].amount);
    const struct value values[] = {pairs_end(&pairs), value_integer((int64_t)resources->count)};
    search_add(search, condition, values, 2);
    return OUTCOME_OK;
}

static struct name_set resource_names(struct arena *arena, const struct resource_amounts *resources)
{
    struct name_set names = {arena_array(arena, resources->count, sizeof(*names.names)),
                             resources->count};
    for (size_t i = 0; i < resources->count; i++)
        names.names[i] = resources->items[i].class_name;
    return names;
}

/* Whether the other conditions may leave few providers. */
static bool is_narrow(const struct provider_filter *filter)
{
    return text_filled_or(filter->name, NULL) != NULL ||
           text_filled_or(filter->uuid, NULL) != NULL ||
           text_filled_or(filter->in_tree, NULL) != NULL || filter->traits.required_count > 0 ||
           filter->aggregates.required_count > 0;
}

static enum outcome add_resources(struct search *search, const struct provider_filter *filter)
{
    const struct resource_amounts *resources = &filter->resources;
    struct arena *arena = search->context->arena;
    struct name_set names = resource_names(arena, resources);
    if (names.count == 0)
        return OUTCOME_OK;
    if (is_narrow(filter))
        return add_resource_ids(search, resources, &names, few_have_resource_ids);
    if (names.count > NAMES_MOST)
        return add_resource_ids(search, resources, &names, has_resource_ids);
    names_settle(&names);
    search->classes = names;
    struct text_builder pairs = pairs_begin(arena);
    for (size_t i = 0; i < resources->count; i++)
        pairs_add(&pairs, name_place(&names, resources->items[i].class_name),
                  resources->items[i].amount);
    const struct value list = value_texts(names.names, names.count);
    const struct value values[] = {pairs_end(&pairs), list, list,
                                   value_integer((int64_t)resources->count)};
    search_add(search, has_resources, values, 4);
    return OUTCOME_OK;
}

static enum outcome search_fill(struct search *search, const struct provider_filter *filter)
{
    const struct value name = value_text(filter->name), uuid = value_text(filter->uuid);
    if (name.length > 0)
        search_add(search, has_name, &name, 1);
    if (uuid.length > 0)
        search_add(search, has_uuid, &uuid, 1);
    TRY(add_traits(search, &filter->traits));
    TRY(add_aggregates(search, &filter->aggregates));
    return add_resources(search, filter);
}

/* Names that do not exist. Upstream looks at one kind of names after the other, and stops with an
   empty list as soon as no provider is left. */

/* Sets *unknown to the index of the first name that does not exist, or to count. */
static enum outcome find_unknown(struct context *context, enum name_kind kind,
                                 const struct name_set *names, size_t *unknown)
{
    int64_t *ids = arena_array(context->arena, names->count, sizeof(*ids));
    TRY(names_to_ids(context, kind, names->names, names->count, ids));
    *unknown = 0;
    while (*unknown < names->count && ids[*unknown] >= 0)
        (*unknown)++;
    return OUTCOME_OK;
}

/* Tells whether some provider has the required traits. */
static enum outcome some_has_traits(struct context *context, const struct membership *traits,
                                    bool *holds)
{
    struct search search = {.context = context, .conditions = ""};
    const struct name_set names = membership_names(context->arena, traits);
    *holds = true;
    if (traits->required_count == 0)
        return OUTCOME_OK;
    TRY(add_many_traits(&search, traits, &names));
    return condition_holds(context, has_trait_ids, search.values, 2, holds);
}

/* Tells whether some provider is a member of the required aggregates. */
static enum outcome some_is_member(struct context *context, const struct membership *aggregates,
                                   bool *holds)
{
    struct search search = {.context = context, .conditions = ""};
    *holds = true;
    if (aggregates->required_count == 0)
        return OUTCOME_OK;
    TRY(add_aggregates(&search, aggregates));
    return condition_holds(context, has_aggregates, search.values, 2, holds);
}

static enum outcome explain_traits(struct context *context, const struct membership *traits,
                                   bool *hopeless)
{
    struct name_set names = membership_names(context->arena, traits);
    size_t unknown;
    bool holds = true;
    TRY(find_unknown(context, NAME_TRAIT, &names, &unknown));
    if (unknown == names.count)
        return OUTCOME_OK;
    if (unknown >= names.count - traits->forbidden.count)
        TRY(some_has_traits(context, traits, &holds));
    *hopeless = !holds;
    if (*hopeless)
        return OUTCOME_OK;
    return context_fail(context, OUTCOME_TRAIT_NOT_FOUND, "No such trait(s): %s.",
                        names.names[unknown]);
}

static enum outcome explain_resources(struct context *context, const struct provider_filter *filter)
{
    const struct name_set names = resource_names(context->arena, &filter->resources);
    size_t unknown;
    bool holds;
    TRY(find_unknown(context, NAME_RESOURCE_CLASS, &names, &unknown));
    if (unknown == names.count)
        return OUTCOME_OK;
    TRY(some_has_traits(context, &filter->traits, &holds));
    if (holds)
        TRY(some_is_member(context, &filter->aggregates, &holds));
    if (!holds)
        return OUTCOME_OK;
    return context_fail(context, OUTCOME_CLASS_NOT_FOUND, "No such resource class %s.",
                        names.names[unknown]);
}

/* Decides what to answer if names do not exist or no provider can match: an empty list or a
   failure. */
static enum outcome explain_unknown(const struct search *search,
                                    const struct provider_filter *filter)
{
    bool hopeless = false;
    TRY(explain_traits(search->context, &filter->traits, &hopeless));
    if (hopeless || search->hopeless)
        return OUTCOME_OK;
    return explain_resources(search->context, filter);
}

/* Running. */

struct visit {
    provider_visitor visitor;
    void *subject;
    size_t named; /* names that must exist */
    bool unknown; /* some do not */
};

static enum outcome visit_row(void *subject, const struct value *row)
{
    struct visit *visit = subject;
    struct provider provider;
    if (row[1].kind == VALUE_NULL) {
        visit->unknown = (size_t)row[0].integer < visit->named;
        return visit->unknown ? OUTCOME_NOT_FOUND : OUTCOME_OK;
    }
    provider_from_row(row, &provider);
    return visit->visitor(visit->subject, &provider);
}

/* Lists what meets the conditions. Sets search->unknown and lists nothing if names do not exist. */
static enum outcome run(struct search *search, provider_visitor visitor, void *subject)
{
    struct context *context = search->context;
    struct arena *arena = context->arena;
    struct visit visit = {visitor, subject, search->traits.count + search->classes.count, false};
    struct value values[NAME_LISTS + SEARCH_VALUES];
    size_t count = 0;
    const char *text = arena_printf(arena, "%s%s ORDER BY rp.id", selection, search->conditions);
    if (visit.named > 0) {
        text = arena_printf(arena, counted_selection, selection, search->conditions);
        values[0] = values[1] = value_texts(search->traits.names, search->traits.count);
        values[2] = values[3] = value_texts(search->classes.names, search->classes.count);
        count = NAME_LISTS;
    }
    memcpy(&values[count], search->values, search->value_count * sizeof(*values));
    const struct sql sql = {text, PROVIDER_COLUMN_KINDS};
    enum outcome outcome = database_visit(context->database, &sql, values,
                                          count + search->value_count, visit_row, &visit);
    search->unknown = visit.unknown;
    return visit.unknown ? OUTCOME_OK : outcome;
}

enum outcome provider_list(struct context *context, const struct provider_filter *filter,
                           provider_visitor visitor, void *subject)
{
    struct search search = {.context = context, .conditions = ""};
    enum outcome outcome;
    if (kept_list(context, filter, visitor, subject, &outcome))
        return outcome;
    TRY(add_tree(&search, filter->in_tree));
    if (search.hopeless)
        return OUTCOME_OK;
    TRY(search_fill(&search, filter));
    if (!search.hopeless && !search.unknown)
        TRY(run(&search, visitor, subject));
    return search.hopeless || search.unknown ? explain_unknown(&search, filter) : OUTCOME_OK;
}
