/*
 * Builds the statement that lists resource providers. Each member of the filter that is set adds
 * one of the conditions below, so that there are few different statements to prepare. A list of any
 * length is one value of its condition: a JSON array that the server reads as a table.
 */
#include <config.h>

#include "placement/provider_list.h"

#include "placement/aggregate.h"
#include "placement/names.h"
#include "placement/pairs.h"

/* Rows of two numbers: the number of a required set and an id of that set; a class id and an
   amount. */
#define WANTED_IDS                                                                                 \
    "JSON_TABLE(?, '$[*]' COLUMNS (of_set INT PATH '$[0]', id INT PATH '$[1]')) wanted "
#define WANTED_AMOUNTS                                                                             \
    "JSON_TABLE(?, '$[*]' COLUMNS (id INT PATH '$[0]', amount BIGINT PATH '$[1]')) wanted "

static const char selection[] = "SELECT " PROVIDER_COLUMNS " " PROVIDER_TABLES "WHERE TRUE";
static const char existence[] = "SELECT rp.id FROM resource_providers rp WHERE TRUE";

static const char has_name[] = " AND rp.name = ?";
static const char has_uuid[] = " AND rp.uuid = ?";
static const char has_root[] = " AND rp.root_provider_id = ?";
static const char has_traits[] =
    " AND rp.id IN (SELECT STRAIGHT_JOIN has.resource_provider_id FROM " WANTED_IDS
    "JOIN resource_provider_traits has ON has.trait_id = wanted.id "
    "GROUP BY has.resource_provider_id HAVING COUNT(DISTINCT wanted.of_set) = ?)";
static const char lacks_traits[] =
    " AND NOT EXISTS (SELECT 1 FROM resource_provider_traits bad "
    "WHERE bad.resource_provider_id = rp.id AND bad.trait_id IN (?...))";
static const char has_aggregates[] =
    " AND rp.id IN (SELECT STRAIGHT_JOIN has.resource_provider_id FROM " WANTED_IDS
    "JOIN resource_provider_aggregates has ON has.aggregate_id = wanted.id "
    "GROUP BY has.resource_provider_id HAVING COUNT(DISTINCT wanted.of_set) = ?)";
static const char lacks_aggregates[] =
    " AND NOT EXISTS (SELECT 1 FROM resource_provider_aggregates bad "
    "WHERE bad.resource_provider_id = rp.id AND bad.aggregate_id IN (?...))";
static const char has_resources[] =
    " AND rp.id IN (SELECT STRAIGHT_JOIN inv.resource_provider_id FROM " WANTED_AMOUNTS
    "JOIN inventories inv ON inv.resource_class_id = wanted.id "
    "WHERE wanted.amount BETWEEN inv.min_unit AND inv.max_unit "
    "AND wanted.amount % inv.step_size = 0 "
    "AND wanted.amount + COALESCE((SELECT SUM(a.used) FROM allocations a "
    "WHERE a.resource_provider_id = inv.resource_provider_id "
    "AND a.resource_class_id = inv.resource_class_id), 0) "
    "<= (inv.total - inv.reserved) * inv.allocation_ratio "
    "GROUP BY inv.resource_provider_id HAVING COUNT(*) = ?)";

static const struct sql select_root = {"SELECT root_provider_id FROM resource_providers WHERE uuid "
                                       "= ? AND root_provider_id IS NOT NULL",
                                       "i"};

enum { SEARCH_VALUES = 12 };

/* The conditions so far. */
struct search {
    struct context *context;
    const char *conditions;
    struct value values[SEARCH_VALUES];
    size_t value_count;
    bool hopeless; /* no provider can match */
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

/* Returns the index of the first unknown name, or count. */
static size_t first_unknown(const int64_t *ids, size_t count)
{
    size_t i = 0;
    while (i < count && ids[i] >= 0)
        i++;
    return i;
}

static enum outcome add_traits(struct search *search, const struct membership *traits)
{
    struct context *context = search->context;
    struct name_set names = membership_names(context->arena, traits);
    int64_t *ids = arena_array(context->arena, names.count, sizeof(*ids));
    TRY(names_to_ids(context, NAME_TRAIT, names.names, names.count, ids));
    if (names.count == 0)
        return OUTCOME_OK;
    size_t before = search->value_count;
    search_add_membership(search, traits, ids, names.count, has_traits, lacks_traits);
    size_t unknown = first_unknown(ids, names.count);
    if (unknown == names.count)
        return OUTCOME_OK;
    bool holds = true;
    if (traits->required_count > 0 && unknown >= names.count - traits->forbidden.count)
        TRY(condition_holds(context, has_traits, &search->values[before], 2, &holds));
    search->hopeless = !holds;
    if (search->hopeless)
        return OUTCOME_OK;
    return context_fail(context, OUTCOME_TRAIT_NOT_FOUND, "No such trait(s): %s.",
                        names.names[unknown]);
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

/* Makes the search hopeless unless some provider meets the traits, and some provider the
   aggregates: upstream checks these one by one, before it looks for the resource classes. */
static enum outcome look_for_providers(struct search *search, const struct provider_filter *filter)
{
    struct search one = {.context = search->context, .conditions = ""};
    bool holds = true;
    TRY(add_traits(&one, &filter->traits));
    if (filter->traits.required_count > 0)
        TRY(condition_holds(search->context, has_traits, one.values, 2, &holds));
    one.value_count = 0;
    if (holds && filter->aggregates.required_count > 0) {
        TRY(add_aggregates(&one, &filter->aggregates));
        TRY(condition_holds(search->context, has_aggregates, one.values, 2, &holds));
    }
    search->hopeless = !holds;
    return OUTCOME_OK;
}

static enum outcome add_resources(struct search *search, const struct provider_filter *filter)
{
    struct context *context = search->context;
    const struct resource_amounts *resources = &filter->resources;
    if (resources->count == 0)
        return OUTCOME_OK;
    const char **names = arena_array(context->arena, resources->count, sizeof(*names));
    int64_t *ids = arena_array(context->arena, resources->count, sizeof(*ids));
    for (size_t i = 0; i < resources->count; i++)
        names[i] = resources->items[i].class_name;
    TRY(names_to_ids(context, NAME_RESOURCE_CLASS, names, resources->count, ids));
    size_t unknown = first_unknown(ids, resources->count);
    if (unknown < resources->count) {
        TRY(look_for_providers(search, filter));
        if (search->hopeless)
            return OUTCOME_OK;
        return context_fail(context, OUTCOME_CLASS_NOT_FOUND, "No such resource class %s.",
                            names[unknown]);
    }
    struct text_builder pairs = pairs_begin(context->arena);
    for (size_t i = 0; i < resources->count; i++)
        pairs_add(&pairs, ids[i], resources->items[i].amount);
    const struct value values[] = {pairs_end(&pairs), value_integer((int64_t)resources->count)};
    search_add(search, has_resources, values, 2);
    return OUTCOME_OK;
}

/* Gathers the conditions in upstream's order. */
static enum outcome search_fill(struct search *search, const struct provider_filter *filter)
{
    const struct value name = value_text(filter->name), uuid = value_text(filter->uuid);
    if (name.length > 0)
        search_add(search, has_name, &name, 1);
    if (uuid.length > 0)
        search_add(search, has_uuid, &uuid, 1);
    TRY(add_tree(search, filter->in_tree));
    if (!search->hopeless)
        TRY(add_traits(search, &filter->traits));
    if (!search->hopeless)
        TRY(add_aggregates(search, &filter->aggregates));
    if (!search->hopeless)
        TRY(add_resources(search, filter));
    return OUTCOME_OK;
}

struct visit {
    provider_visitor visitor;
    void *subject;
};

static enum outcome visit_row(void *subject, const struct value *row)
{
    const struct visit *visit = subject;
    struct provider provider;
    provider_from_row(row, &provider);
    return visit->visitor(visit->subject, &provider);
}

enum outcome provider_list(struct context *context, const struct provider_filter *filter,
                           provider_visitor visitor, void *subject)
{
    struct search search = {.context = context, .conditions = ""};
    TRY(search_fill(&search, filter));
    if (search.hopeless)
        return OUTCOME_OK;
    struct sql sql = {
        arena_printf(context->arena, "%s%s ORDER BY rp.id", selection, search.conditions),
        PROVIDER_COLUMN_KINDS};
    struct visit visit = {visitor, subject};
    return database_visit(context->database, &sql, search.values, search.value_count, visit_row,
                          &visit);
}
