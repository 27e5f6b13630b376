/*
 * A provider as the columns of a select: for the sources of src/placement alone.
 */
#ifndef BERTH_PLACEMENT_PROVIDER_ROW_H
#define BERTH_PLACEMENT_PROVIDER_ROW_H

#include "placement/provider.h"

/* What is selected, from which tables, and the kinds of the columns (struct sql). The provider is
   "rp". Times come as seconds since the epoch: the columns hold UTC, whatever the session's time
   zone. */
#define PROVIDER_COLUMNS                                                                           \
    "rp.id, rp.uuid, rp.name, rp.generation, rp.root_provider_id, root.uuid, "                     \
    "rp.parent_provider_id, parent.uuid, "                                                         \
    "TIMESTAMPDIFF(SECOND, '1970-01-01', rp.created_at), "                                         \
    "TIMESTAMPDIFF(SECOND, '1970-01-01', rp.updated_at)"
#define PROVIDER_TABLES                                                                            \
    "FROM resource_providers rp "                                                                  \
    "JOIN resource_providers root ON root.id = rp.root_provider_id "                               \
    "LEFT JOIN resource_providers parent ON parent.id = rp.parent_provider_id "
#define PROVIDER_COLUMN_KINDS "issiisisii"

/* The provider of a row; its texts are those of the row. */
void provider_from_row(const struct value *row, struct provider *provider);

#endif
