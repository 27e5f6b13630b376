/*
 * Selects sums of allocations, and makes groups of the rows.
 */
#include <config.h>

#include "placement/usage.h"

/* With MIN, as ONLY_FULL_GROUP_BY wants it: to group by the name too would make a temporary table.
 */
static const struct sql select_of_provider = {
    "SELECT MIN(rc.name), CAST(COALESCE(SUM(a.used), 0) AS SIGNED) FROM inventories inv "
    "FORCE INDEX (uniq_inventories0resource_provider_resource_class) "
    "JOIN resource_classes rc ON rc.id = inv.resource_class_id "
    "LEFT JOIN allocations a FORCE INDEX (allocations_resource_provider_class_used_idx) ON "
    "a.resource_provider_id = inv.resource_provider_id "
    "AND a.resource_class_id = inv.resource_class_id "
    "WHERE inv.resource_provider_id = ? GROUP BY inv.resource_class_id",
    "si"};

/* A row for each type and class. After the classes of a type, ROLLUP adds a row for the whole type,
   without a class. The number of consumers comes from that row: a consumer can hold several
   classes, so the counts of the classes must not be added up. The last row, for everything, has no
   type. The names are joined to the sums, not to each allocation. */
#define NAMES "SELECT sums.type, ct.name, sums.class, rc.name, sums.used, sums.consumers FROM ("
#define SUMS_FROM                                                                                  \
    "a.resource_class_id AS class, CAST(SUM(a.used) AS SIGNED) AS used, "                          \
    "COUNT(DISTINCT a.consumer_id) AS consumers "                                                  \
    "FROM projects p JOIN consumers c ON c.project_id = p.id "                                     \
    "JOIN allocations a ON a.consumer_id = c.uuid "
#define OF_USER    "JOIN users u ON u.id = c.user_id AND u.external_id = ? "
#define OF_TYPE    "JOIN consumer_types t ON t.id = c.consumer_type_id AND t.name = ? "
#define OF_PROJECT "WHERE p.external_id = ? "
#define UNTYPED    "AND c.consumer_type_id IS NULL "
#define TOGETHER   NAMES "SELECT 0 AS type, " SUMS_FROM
#define EACH_TYPE  NAMES "SELECT COALESCE(c.consumer_type_id, 0) AS type, " SUMS_FROM
#define WITH_TOTALS                                                                                \
    "GROUP BY type, a.resource_class_id WITH ROLLUP) sums "                                        \
    "LEFT JOIN consumer_types ct ON ct.id = sums.type "                                            \
    "LEFT JOIN resource_classes rc ON rc.id = sums.class "                                         \
    "ORDER BY sums.type IS NULL, sums.type, sums.class IS NULL, sums.class"
#define KINDS "isisii"
enum { TYPE, TYPE_NAME, CLASS, CLASS_NAME, USED, CONSUMERS };

static const struct {
    struct sql any_user, of_user;
} select_of_project[] = {
    [USAGE_OF_ALL] = {{TOGETHER OF_PROJECT WITH_TOTALS, KINDS},
                      {TOGETHER OF_USER OF_PROJECT WITH_TOTALS, KINDS}},
    [USAGE_OF_UNTYPED] = {{TOGETHER OF_PROJECT UNTYPED WITH_TOTALS, KINDS},
                          {TOGETHER OF_USER OF_PROJECT UNTYPED WITH_TOTALS, KINDS}},
    [USAGE_OF_TYPE] = {{EACH_TYPE OF_TYPE OF_PROJECT WITH_TOTALS, KINDS},
                       {EACH_TYPE OF_USER OF_TYPE OF_PROJECT WITH_TOTALS, KINDS}},
    [USAGE_BY_TYPE] = {{EACH_TYPE OF_PROJECT WITH_TOTALS, KINDS},
                       {EACH_TYPE OF_USER OF_PROJECT WITH_TOTALS, KINDS}},
};

enum outcome usages_of_provider(struct context *context, int64_t provider_id, struct usages *usages)
{
    struct rows rows;
    TRY(database_select(context->database, &select_of_provider, VALUES(value_integer(provider_id)),
                        &rows));
    *usages = (struct usages){arena_array(context->arena, rows.count, sizeof(*usages->items)),
                              rows.count};
    for (size_t row = 0; row < rows.count; row++)
        usages->items[row] = (struct usage){row_text(&rows, row, 0), row_integer(&rows, row, 1)};
    return OUTCOME_OK;
}

/* Makes groups of the rows: each group has the rows of its classes, then the row of the group. */
static void groups_from_rows(struct context *context, const struct rows *rows,
                             struct usage_group *groups, size_t *count)
{
    struct usage *items = arena_array(context->arena, rows->count, sizeof(*items));
    struct usages usages = {items, 0};
    *count = 0;
    for (size_t row = 0; row < rows->count && !row_is_null(rows, row, TYPE); row++) {
        if (!row_is_null(rows, row, CLASS)) {
            if (!row_is_null(rows, row, CLASS_NAME)) /* always, unless rows are damaged */
                usages.items[usages.count++] =
                    (struct usage){row_text(rows, row, CLASS_NAME), row_integer(rows, row, USED)};
            continue;
        }
        groups[(*count)++] = (struct usage_group){.consumers = row_integer(rows, row, CONSUMERS),
                                                  .consumer_type = row_text(rows, row, TYPE_NAME),
                                                  .usages = usages};
        usages = (struct usages){usages.items + usages.count, 0};
    }
}

enum outcome usages_of_project(struct context *context, const struct usage_filter *filter,
                               struct usage_group **groups, size_t *count)
{
    struct value values[3];
    size_t value_count = 0;
    const struct sql *sql = &select_of_project[filter->consumers].any_user;
    if (filter->user_id != NULL) {
        sql = &select_of_project[filter->consumers].of_user;
        values[value_count++] = value_text(filter->user_id);
    }
    if (filter->consumers == USAGE_OF_TYPE)
        values[value_count++] = value_text(filter->consumer_type);
    values[value_count++] = value_text(filter->project_id);
    struct rows rows;
    TRY(database_select(context->database, sql, values, value_count, &rows));
    *groups = arena_array(context->arena, rows.count, sizeof(**groups));
    groups_from_rows(context, &rows, *groups, count);
    return OUTCOME_OK;
}
