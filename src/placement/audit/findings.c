/*
 * Turns findings.def into the table, and has the searches' common parts.
 */
#include <config.h>

#include "placement/audit/findings.h"

/* A statement for a slice of a table. STRAIGHT_JOIN keeps the slice in front, whatever the
   optimizer thinks. The columns are those of enum audit_column. */
#define COLUMN_KINDS "iiiissssiiri"
#define SEARCH(table_searched, statement)                                                          \
    .table = (table_searched), .search = {"SELECT STRAIGHT_JOIN " statement, COLUMN_KINDS}

#define FIND_ALLOCATIONS(joins, condition)                                                         \
    SEARCH(AUDIT_ALLOCATIONS,                                                                      \
           "a.resource_class_id, a.used, a.id, a.resource_provider_id, rp.uuid, rp.name, "         \
           "a.consumer_id, rc.name, NULL, NULL, NULL, NULL FROM allocations a "                    \
           "LEFT JOIN resource_classes rc ON rc.id = a.resource_class_id "                         \
           "LEFT JOIN resource_providers rp ON rp.id = a.resource_provider_id " joins              \
           "WHERE a.id > ? AND a.id <= ? AND " condition)
/* With ABS a consumer from far in the future, whose row was written while a clock was wrong, is old
   too, and one that another machine wrote, whose clock is a little ahead, is young. */
#define FIND_CONSUMERS(thing_id, joins, condition)                                                 \
    SEARCH(AUDIT_CONSUMERS,                                                                        \
           thing_id ", NULL, c.id, NULL, NULL, NULL, c.uuid, NULL, NULL, NULL, NULL, "             \
                    "ABS(TIMESTAMPDIFF(SECOND, COALESCE(c.updated_at, c.created_at), "             \
                    "UTC_TIMESTAMP())) FROM consumers c " joins                                    \
                    "WHERE c.id > ? AND c.id <= ? AND " condition)
#define FIND_INVENTORIES(used, condition)                                                          \
    SEARCH(AUDIT_INVENTORIES,                                                                      \
           "i.resource_class_id, " used ", i.id, i.resource_provider_id, rp.uuid, rp.name, NULL, " \
           "rc.name, i.total, i.reserved, i.allocation_ratio, NULL FROM inventories i "            \
           "LEFT JOIN resource_classes rc ON rc.id = i.resource_class_id "                         \
           "LEFT JOIN resource_providers rp ON rp.id = i.resource_provider_id "                    \
           "WHERE i.id > ? AND i.id <= ? AND " condition)
#define USED_OF_INVENTORY                                                                          \
    "(SELECT CAST(SUM(a.used) AS SIGNED) FROM allocations a "                                      \
    "FORCE INDEX (allocations_resource_provider_class_used_idx) "                                  \
    "WHERE a.resource_provider_id = i.resource_provider_id "                                       \
    "AND a.resource_class_id = i.resource_class_id)"
#define FIND_TRAITS(condition)                                                                     \
    SEARCH(AUDIT_TRAITS,                                                                           \
           "t.trait_id, NULL, t.resource_provider_id, t.resource_provider_id, rp.uuid, rp.name, "  \
           "NULL, n.name, NULL, NULL, NULL, NULL FROM resource_provider_traits t "                 \
           "LEFT JOIN traits n ON n.id = t.trait_id "                                              \
           "LEFT JOIN resource_providers rp ON rp.id = t.resource_provider_id "                    \
           "WHERE t.resource_provider_id > ? AND t.resource_provider_id <= ? AND " condition)
#define FIND_AGGREGATES(condition)                                                                 \
    SEARCH(AUDIT_AGGREGATES,                                                                       \
           "m.aggregate_id, NULL, m.resource_provider_id, m.resource_provider_id, rp.uuid, "       \
           "rp.name, NULL, n.uuid, NULL, NULL, NULL, NULL FROM resource_provider_aggregates m "    \
           "LEFT JOIN placement_aggregates n ON n.id = m.aggregate_id "                            \
           "LEFT JOIN resource_providers rp ON rp.id = m.resource_provider_id "                    \
           "WHERE m.resource_provider_id > ? AND m.resource_provider_id <= ? AND " condition)

/* The repairs. */
#define REPAIR_SQL(statement) .repair_sql = {statement, NULL}

static bool is_orphaned(const struct audit_finding *finding, int64_t grace)
{
    return finding->age < 0 || finding->age >= grace;
}

static bool is_over_capacity(const struct audit_finding *finding, int64_t grace)
{
    (void)grace;
    return (double)finding->used > audit_capacity(finding);
}

const struct audit_check audit_checks[AUDIT_KINDS] = {
#define AUDIT_FINDING(constant, ...) [AUDIT_##constant] = {__VA_ARGS__},
#include "placement/audit/findings.def"
#undef AUDIT_FINDING
};
