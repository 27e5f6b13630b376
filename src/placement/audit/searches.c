/*
 * The searches of the audit. What is more to the point goes first: an allocation whose provider is
 * gone is not also one whose inventory is gone.
 */
#include <config.h>

#include "placement/audit/searches.h"

#define COLUMN_KINDS "iiiissssiiri"

/* Beginnings, by the table that a search goes through. The first two columns of some differ. The
   order of the joins is kept (STRAIGHT_JOIN): the slice first, whatever the optimizer thinks. */
#define ALLOCATIONS                                                                                \
    "SELECT STRAIGHT_JOIN a.resource_class_id, a.used, a.id, a.resource_provider_id, rp.uuid, "    \
    "rp.name, "                                                                                    \
    "a.consumer_id, rc.name, NULL, NULL, NULL, NULL FROM allocations a "                           \
    "LEFT JOIN resource_classes rc ON rc.id = a.resource_class_id "                                \
    "LEFT JOIN resource_providers rp ON rp.id = a.resource_provider_id "
#define CONSUMERS                                                                                  \
    "c.id, NULL, NULL, NULL, c.uuid, NULL, NULL, NULL, NULL, "                                     \
    "TIMESTAMPDIFF(SECOND, COALESCE(c.updated_at, c.created_at), UTC_TIMESTAMP()) "                \
    "FROM consumers c "
#define INVENTORIES                                                                                \
    "i.id, i.resource_provider_id, rp.uuid, rp.name, NULL, rc.name, i.total, i.reserved, "         \
    "i.allocation_ratio, NULL FROM inventories i "                                                 \
    "LEFT JOIN resource_classes rc ON rc.id = i.resource_class_id "                                \
    "LEFT JOIN resource_providers rp ON rp.id = i.resource_provider_id "
#define TRAITS                                                                                     \
    "SELECT STRAIGHT_JOIN t.trait_id, NULL, t.resource_provider_id, t.resource_provider_id, "      \
    "rp.uuid, rp.name, "                                                                           \
    "NULL, n.name, NULL, NULL, NULL, NULL FROM resource_provider_traits t "                        \
    "LEFT JOIN traits n ON n.id = t.trait_id "                                                     \
    "LEFT JOIN resource_providers rp ON rp.id = t.resource_provider_id "
#define AGGREGATES                                                                                 \
    "SELECT STRAIGHT_JOIN m.aggregate_id, NULL, m.resource_provider_id, m.resource_provider_id, "  \
    "rp.uuid, "                                                                                    \
    "rp.name, NULL, n.uuid, NULL, NULL, NULL, NULL FROM resource_provider_aggregates m "           \
    "LEFT JOIN placement_aggregates n ON n.id = m.aggregate_id "                                   \
    "LEFT JOIN resource_providers rp ON rp.id = m.resource_provider_id "

/* By kind; a kind that is not here is found otherwise. */
const struct audit_search audit_searches[AUDIT_KINDS] = {
    [AUDIT_ALLOCATION_WITHOUT_PROVIDER] = {AUDIT_ALLOCATIONS,
                                           {ALLOCATIONS
                                            "WHERE a.id > ? AND a.id <= ? AND rp.id IS NULL",
                                            COLUMN_KINDS}},
    [AUDIT_ALLOCATION_WITHOUT_CONSUMER] =
        {AUDIT_ALLOCATIONS,
         {ALLOCATIONS "LEFT JOIN consumers c ON c.uuid = a.consumer_id "
                      "WHERE a.id > ? AND a.id <= ? AND c.id IS NULL AND rp.id IS NOT NULL",
          COLUMN_KINDS}},
    [AUDIT_CONSUMER_WITHOUT_PROJECT] = {AUDIT_CONSUMERS,
                                        {"SELECT STRAIGHT_JOIN c.project_id, NULL, " CONSUMERS
                                         "LEFT JOIN projects p ON p.id = c.project_id "
                                         "WHERE c.id > ? AND c.id <= ? AND p.id IS NULL",
                                         COLUMN_KINDS}},
    [AUDIT_CONSUMER_WITHOUT_USER] = {AUDIT_CONSUMERS,
                                     {"SELECT STRAIGHT_JOIN c.user_id, NULL, " CONSUMERS
                                      "LEFT JOIN users u ON u.id = c.user_id "
                                      "WHERE c.id > ? AND c.id <= ? AND u.id IS NULL",
                                      COLUMN_KINDS}},
    [AUDIT_CONSUMER_WITHOUT_TYPE] =
        {AUDIT_CONSUMERS,
         {"SELECT STRAIGHT_JOIN c.consumer_type_id, NULL, " CONSUMERS
          "LEFT JOIN consumer_types t ON t.id = c.consumer_type_id "
          "WHERE c.id > ? AND c.id <= ? AND c.consumer_type_id IS NOT NULL AND t.id IS NULL",
          COLUMN_KINDS}},
    [AUDIT_ORPHANED_CONSUMER] = {AUDIT_CONSUMERS,
                                 {"SELECT STRAIGHT_JOIN NULL, NULL, " CONSUMERS
                                  "LEFT JOIN allocations a ON a.consumer_id = c.uuid "
                                  "WHERE c.id > ? AND c.id <= ? AND a.id IS NULL",
                                  COLUMN_KINDS}},
    [AUDIT_INVENTORY_WITHOUT_PROVIDER] =
        {AUDIT_INVENTORIES,
         {"SELECT STRAIGHT_JOIN i.resource_class_id, NULL, " INVENTORIES
          "WHERE i.id > ? AND i.id <= ? AND rp.id IS NULL",
          COLUMN_KINDS}},
    [AUDIT_TRAIT_WITHOUT_PROVIDER] =
        {AUDIT_TRAITS,
         {TRAITS "WHERE t.resource_provider_id > ? AND t.resource_provider_id <= ? "
                 "AND rp.id IS NULL",
          COLUMN_KINDS}},
    [AUDIT_AGGREGATE_WITHOUT_PROVIDER] =
        {AUDIT_AGGREGATES,
         {AGGREGATES "WHERE m.resource_provider_id > ? AND m.resource_provider_id <= ? "
                     "AND rp.id IS NULL",
          COLUMN_KINDS}},
    [AUDIT_TRAIT_GONE] = {AUDIT_TRAITS,
                          {TRAITS
                           "WHERE t.resource_provider_id > ? AND t.resource_provider_id <= ? "
                           "AND n.id IS NULL AND rp.id IS NOT NULL",
                           COLUMN_KINDS}},
    [AUDIT_AGGREGATE_GONE] = {AUDIT_AGGREGATES,
                              {AGGREGATES
                               "WHERE m.resource_provider_id > ? AND m.resource_provider_id <= ? "
                               "AND n.id IS NULL AND rp.id IS NOT NULL",
                               COLUMN_KINDS}},
    [AUDIT_INVENTORY_OF_UNKNOWN_CLASS] =
        {AUDIT_INVENTORIES,
         {"SELECT STRAIGHT_JOIN i.resource_class_id, NULL, " INVENTORIES
          "WHERE i.id > ? AND i.id <= ? AND rc.id IS NULL AND rp.id IS NOT NULL",
          COLUMN_KINDS}},
    [AUDIT_ALLOCATION_OF_UNKNOWN_CLASS] =
        {AUDIT_ALLOCATIONS,
         {ALLOCATIONS "WHERE a.id > ? AND a.id <= ? AND rc.id IS NULL AND rp.id IS NOT NULL",
          COLUMN_KINDS}},
    [AUDIT_ALLOCATION_WITHOUT_INVENTORY] =
        {AUDIT_ALLOCATIONS,
         {ALLOCATIONS "LEFT JOIN inventories i ON i.resource_provider_id = a.resource_provider_id "
                      "AND i.resource_class_id = a.resource_class_id "
                      "WHERE a.id > ? AND a.id <= ? AND i.id IS NULL "
                      "AND rp.id IS NOT NULL AND rc.id IS NOT NULL",
          COLUMN_KINDS}},
    [AUDIT_DUPLICATE_ALLOCATION] =
        {AUDIT_ALLOCATIONS,
         {ALLOCATIONS "WHERE a.id > ? AND a.id <= ? AND rp.id IS NOT NULL AND EXISTS ("
                      "SELECT 1 FROM allocations other FORCE INDEX (allocations_consumer_id_idx) "
                      "WHERE other.consumer_id = a.consumer_id "
                      "AND other.resource_provider_id = a.resource_provider_id "
                      "AND other.resource_class_id = a.resource_class_id AND other.id < a.id)",
          COLUMN_KINDS}},
    /* A ratio is a FLOAT, and its product a little more or less than what it stands for: what is
       near is found, and judged by audit_capacity(). */
    [AUDIT_OVER_CAPACITY] = {AUDIT_INVENTORIES,
                             {"SELECT STRAIGHT_JOIN i.resource_class_id, (SELECT CAST(SUM(a.used) "
                              "AS SIGNED) FROM allocations a "
                              "FORCE INDEX (allocations_resource_provider_class_used_idx) "
                              "WHERE a.resource_provider_id = i.resource_provider_id "
                              "AND a.resource_class_id = i.resource_class_id) AS used, " INVENTORIES
                              "WHERE i.id > ? AND i.id <= ? AND rp.id IS NOT NULL "
                              "HAVING used > (i.total - i.reserved) * i.allocation_ratio * 0.99999",
                              COLUMN_KINDS}},
};
