/*
 * Reads all tables of the world in one snapshot, row by row into records.
 */
#include <config.h>

#include "placement/world/load.h"

/* The position of this snapshot. Servers tell it as file and offset. */
static const struct sql select_position = {
    "SELECT BINLOG_GTID_POS("
    "(SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS "
    "WHERE VARIABLE_NAME = 'binlog_snapshot_file'), "
    "(SELECT CAST(VARIABLE_VALUE AS UNSIGNED) FROM information_schema.SESSION_STATUS "
    "WHERE VARIABLE_NAME = 'binlog_snapshot_position'))",
    "s"};
#define MODIFIED                                                                                   \
    "COALESCE(TIMESTAMPDIFF(SECOND, '1970-01-01', COALESCE(updated_at, created_at)), 0)"
static const struct sql select_providers = {
    "SELECT id, uuid, name, COALESCE(generation, 0), COALESCE(root_provider_id, 0), "
    "COALESCE(parent_provider_id, 0), " MODIFIED " FROM resource_providers ORDER BY id",
    "issiiii"};
static const struct sql select_classes = {"SELECT id, name FROM resource_classes", "is"};
static const struct sql select_inventories = {
    "SELECT resource_provider_id, resource_class_id, total, reserved, min_unit, max_unit, "
    "step_size, allocation_ratio, " MODIFIED " FROM inventories "
    "ORDER BY resource_provider_id, resource_class_id",
    "iiiiiiiri"};
static const struct sql select_usages = {
    "SELECT resource_provider_id, resource_class_id, CAST(SUM(used) AS SIGNED) FROM allocations "
    "FORCE INDEX (allocations_resource_provider_class_used_idx) "
    "GROUP BY resource_provider_id, resource_class_id",
    "iii"};
static const struct sql select_traits = {"SELECT id, name, " MODIFIED " FROM traits", "isi"};
static const struct sql select_provider_traits = {
    "SELECT resource_provider_id, trait_id FROM resource_provider_traits", "ii"};
static const struct sql select_aggregates = {"SELECT id, uuid FROM placement_aggregates", "is"};
static const struct sql select_members = {
    "SELECT resource_provider_id, aggregate_id FROM resource_provider_aggregates", "ii"};

struct loading {
    struct database *database;
    const struct world_sink *sink;
    struct gtid_position *position;
    enum world_record_kind kind; /* of the records of the statement that runs */
    enum world_reason reason;
};

static void fill_provider(struct world_record *record, const struct value *row)
{
    record->provider.uuid = row[1].text;
    record->provider.name = row[2].kind == VALUE_TEXT ? row[2].text : NULL;
    record->provider.generation = (int32_t)row[3].integer;
    record->provider.root_id = (int32_t)row[4].integer;
    record->provider.parent_id = (int32_t)row[5].integer;
    record->modified = row[6].integer;
}

static void fill_inventory(struct world_record *record, const struct value *row)
{
    record->inventory.total = (int32_t)row[2].integer;
    record->inventory.reserved = (int32_t)row[3].integer;
    record->inventory.min_unit = (int32_t)row[4].integer;
    record->inventory.max_unit = (int32_t)row[5].integer;
    record->inventory.step_size = (int32_t)row[6].integer;
    record->inventory.allocation_ratio = (float)row[7].real;
    record->modified = row[8].integer;
}

static enum outcome add_row(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    struct world_record record = {.kind = loading->kind, .id = (int32_t)row[0].integer};
    if (record.kind == WORLD_PROVIDER_SET)
        fill_provider(&record, row);
    else if (row[1].kind == VALUE_INTEGER)
        record.other = (int32_t)row[1].integer;
    else
        record.name = row[1].kind == VALUE_TEXT ? row[1].text : NULL;
    if (record.kind == WORLD_INVENTORY_SET)
        fill_inventory(&record, row);
    else if (record.kind == WORLD_USAGE_ADD)
        record.used = row[2].integer;
    else if (record.kind == WORLD_TRAIT_SET)
        record.modified = row[2].integer;
    if (loading->sink->add(loading->sink->subject, &record))
        return OUTCOME_OK;
    loading->reason = WORLD_NO_ROOM;
    return OUTCOME_TOO_MUCH;
}

static enum outcome load_position(struct loading *loading)
{
    struct rows rows;
    TRY(database_select(loading->database, &select_position, NO_VALUES, &rows));
    const struct value *text = row_value(&rows, 0, 0);
    if (text->kind == VALUE_TEXT && gtid_position_parse(text->text, loading->position))
        return OUTCOME_OK;
    loading->reason = WORLD_LOG_LOST;
    return OUTCOME_BROKEN;
}

/* Reads everything within a transaction. */
static enum outcome load_all(void *subject)
{
    static const struct {
        const struct sql *sql;
        enum world_record_kind kind;
    } steps[] = {
        {&select_providers, WORLD_PROVIDER_SET},
        {&select_classes, WORLD_CLASS_SET},
        {&select_inventories, WORLD_INVENTORY_SET},
        {&select_usages, WORLD_USAGE_ADD},
        {&select_traits, WORLD_TRAIT_SET},
        {&select_provider_traits, WORLD_PROVIDER_TRAIT_SET},
        {&select_aggregates, WORLD_AGGREGATE_SET},
        {&select_members, WORLD_MEMBER_SET},
    };
    struct loading *loading = subject;
    if (loading->reason != WORLD_KEPT) /* not again: the sink has a part already */
        return OUTCOME_BROKEN;
    loading->reason = WORLD_UNREACHABLE;
    TRY(load_position(loading));
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        loading->kind = steps[i].kind;
        TRY(database_visit(loading->database, steps[i].sql, NO_VALUES, add_row, loading));
    }
    loading->reason = WORLD_KEPT;
    return OUTCOME_OK;
}

enum world_reason records_load(struct database *database, const struct world_sink *sink,
                               struct gtid_position *position)
{
    struct loading loading = {.database = database, .sink = sink, .position = position};
    enum outcome outcome = database_snapshot(database, load_all, &loading);
    if (outcome != OUTCOME_OK && loading.reason == WORLD_KEPT)
        return WORLD_UNREACHABLE;
    return loading.reason;
}
