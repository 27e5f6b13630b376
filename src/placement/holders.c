/*
 * Selects sums and single allocations with their owners.
 */
#include <config.h>

#include "placement/holders.h"

#include "base/text.h"
#include "placement/provider_named.h"

/* Id 0: nobody. The names are joined to the sums, not to each allocation. Consumers are counted by
   themselves: COUNT(DISTINCT) beside the sums would sort all allocations. */
#define SUMS(column, table, name)                                                                  \
    "SELECT sums.holder, n." name ", rc.name, sums.used FROM ("                                    \
    "SELECT COALESCE(c." column ", 0) AS holder, a.resource_class_id AS class, "                   \
    "CAST(SUM(a.used) AS SIGNED) AS used "                                                         \
    "FROM allocations a LEFT JOIN consumers c ON c.uuid = a.consumer_id "                          \
    "GROUP BY holder, class) sums "                                                                \
    "LEFT JOIN " table " n ON n.id = sums.holder "                                                 \
    "LEFT JOIN resource_classes rc ON rc.id = sums.class ORDER BY sums.holder, sums.class"
#define CONSUMERS(column)                                                                          \
    "SELECT COALESCE(c." column ", 0) AS holder, COUNT(*) FROM consumers c "                       \
    "WHERE EXISTS (SELECT 1 FROM allocations a WHERE a.consumer_id = c.uuid) "                     \
    "GROUP BY holder ORDER BY holder"
static const struct sql select_sums[HOLDER_KINDS] = {
    [HOLDER_PROJECT] = {SUMS("project_id", "projects", "external_id"), "issi"},
    [HOLDER_USER] = {SUMS("user_id", "users", "external_id"), "issi"},
    [HOLDER_TYPE] = {SUMS("consumer_type_id", "consumer_types", "name"), "issi"},
};
static const struct sql count_consumers[HOLDER_KINDS] = {
    [HOLDER_PROJECT] = {CONSUMERS("project_id"), "ii"},
    [HOLDER_USER] = {CONSUMERS("user_id"), "ii"},
    [HOLDER_TYPE] = {CONSUMERS("consumer_type_id"), "ii"},
};
static const struct sql count_without_row = {
    "SELECT COUNT(DISTINCT a.consumer_id) FROM allocations a "
    "LEFT JOIN consumers c ON c.uuid = a.consumer_id WHERE c.id IS NULL",
    "i"};
enum { HOLDER, HOLDER_NAME, CLASS_NAME, USED };

struct summing {
    struct context *context;
    enum holder_kind kind;
    struct holders *holders;
};

/* Adds the numbers of consumers to the holders, whose ids these are; both rise. */
static enum outcome add_consumers(const struct summing *summing, const int64_t *ids)
{
    struct database *database = summing->context->database;
    struct holders *holders = summing->holders;
    struct rows rows;
    size_t at = 0;
    TRY(database_select(database, &count_consumers[summing->kind], NO_VALUES, &rows));
    for (size_t row = 0; row < rows.count; row++) {
        while (at < holders->count && ids[at] < row_integer(&rows, row, 0))
            at++;
        if (at < holders->count && ids[at] == row_integer(&rows, row, 0))
            holders->list[at].consumers = row_integer(&rows, row, 1);
    }
    if (holders->count == 0 || ids[0] != 0)
        return OUTCOME_OK;
    TRY(database_select(database, &count_without_row, NO_VALUES, &rows));
    holders->list[0].consumers += row_integer(&rows, 0, 0);
    return OUTCOME_OK;
}

/* The body may run again. */
static enum outcome sum_up(void *subject)
{
    const struct summing *summing = subject;
    struct holders *holders = summing->holders;
    struct arena *arena = summing->context->arena;
    struct rows rows;
    TRY(database_select(summing->context->database, &select_sums[summing->kind], NO_VALUES, &rows));
    struct usage *items = arena_array(arena, rows.count, sizeof(*items));
    int64_t *ids = arena_array(arena, rows.count, sizeof(*ids));
    *holders = (struct holders){.list = arena_array(arena, rows.count, sizeof(struct holder))};
    for (size_t row = 0; row < rows.count; row++) {
        int64_t id = row_integer(&rows, row, HOLDER);
        items[row] = (struct usage){text_or(row_text(&rows, row, CLASS_NAME), "?"),
                                    row_integer(&rows, row, USED)};
        if (holders->count == 0 || ids[holders->count - 1] != id) {
            ids[holders->count] = id;
            holders->list[holders->count++] = (struct holder){
                .name = row_text(&rows, row, HOLDER_NAME), .usages = {.items = &items[row]}};
        }
        holders->list[holders->count - 1].usages.count++;
    }
    return add_consumers(summing, ids);
}

enum outcome holders_load(struct context *context, enum holder_kind kind, struct holders *holders)
{
    struct summing summing = {context, kind, holders};
    return database_snapshot(context->database, sum_up, &summing);
}

static const struct sql count_children = {
    "SELECT COUNT(*) FROM resource_providers WHERE parent_provider_id = ?", "i"};

#define HOLDINGS                                                                                   \
    "SELECT a.consumer_id, t.name, p.external_id, u.external_id, rp.uuid, "                        \
    "COALESCE(rp.name, rp.uuid), rc.name, a.used, "                                                \
    "COALESCE(TIMESTAMPDIFF(SECOND, '1970-01-01', a.created_at), 0) "                              \
    "FROM allocations a JOIN resource_providers rp ON rp.id = a.resource_provider_id "             \
    "JOIN resource_classes rc ON rc.id = a.resource_class_id "                                     \
    "LEFT JOIN consumers c ON c.uuid = a.consumer_id "                                             \
    "LEFT JOIN projects p ON p.id = c.project_id LEFT JOIN users u ON u.id = c.user_id "           \
    "LEFT JOIN consumer_types t ON t.id = c.consumer_type_id "
#define IN_ORDER " ORDER BY a.consumer_id, rp.id, rc.id"
static const struct sql select_all = {HOLDINGS IN_ORDER, "sssssssii"};
static const struct sql select_of_provider = {HOLDINGS "WHERE a.resource_provider_id = ?" IN_ORDER,
                                              "sssssssii"};
static const struct sql select_of_project = {HOLDINGS "WHERE p.external_id = ?" IN_ORDER,
                                             "sssssssii"};
static const struct sql select_of_both = {
    HOLDINGS "WHERE a.resource_provider_id = ? AND p.external_id = ?" IN_ORDER, "sssssssii"};

struct loading {
    struct context *context;
    const char *provider, *project_id;
    struct holdings *holdings;
};

static enum outcome find_provider(struct loading *loading, int64_t *id)
{
    struct rows rows;
    struct provider_named provider;
    TRY(provider_named_find(loading->context, loading->provider, &provider));
    TRY(database_select(loading->context->database, &count_children,
                        VALUES(value_integer(provider.id)), &rows));
    *id = provider.id;
    loading->holdings->provider_uuid = provider.uuid;
    loading->holdings->provider_name = provider.name;
    loading->holdings->children = row_integer(&rows, 0, 0);
    return OUTCOME_OK;
}

static enum outcome select_holdings(struct loading *loading, struct rows *rows)
{
    struct database *database = loading->context->database;
    const struct value project = value_text(loading->project_id);
    int64_t id;
    if (loading->provider != NULL)
        TRY(find_provider(loading, &id));
    if (loading->provider == NULL && loading->project_id == NULL)
        return database_select(database, &select_all, NO_VALUES, rows);
    if (loading->provider == NULL)
        return database_select(database, &select_of_project, VALUES(project), rows);
    if (loading->project_id == NULL)
        return database_select(database, &select_of_provider, VALUES(value_integer(id)), rows);
    return database_select(database, &select_of_both, VALUES(value_integer(id), project), rows);
}

static enum outcome load_holdings(void *subject)
{
    struct loading *loading = subject;
    struct holdings *holdings = loading->holdings;
    struct rows rows;
    *holdings = (struct holdings){0};
    TRY(select_holdings(loading, &rows));
    holdings->list = arena_array(loading->context->arena, rows.count, sizeof(*holdings->list));
    holdings->count = rows.count;
    for (size_t i = 0; i < rows.count; i++)
        holdings->list[i] = (struct holding){
            .consumer_uuid = row_text(&rows, i, 0),
            .consumer_type = row_text(&rows, i, 1),
            .project_id = row_text(&rows, i, 2),
            .user_id = row_text(&rows, i, 3),
            .provider_uuid = row_text(&rows, i, 4),
            .provider_name = row_text(&rows, i, 5),
            .class_name = row_text(&rows, i, 6),
            .used = row_integer(&rows, i, 7),
            .since = (time_t)row_integer(&rows, i, 8),
        };
    return OUTCOME_OK;
}

enum outcome holdings_load(struct context *context, const char *provider, const char *project_id,
                           struct holdings *holdings)
{
    struct loading loading = {context, provider, project_id, holdings};
    return database_snapshot(context->database, load_holdings, &loading);
}
