/*
 * The statements that find what is wrong, one for each kind. For the audit alone.
 */
#ifndef BERTH_PLACEMENT_AUDIT_SEARCHES_H
#define BERTH_PLACEMENT_AUDIT_SEARCHES_H

#include "placement/audit/audit.h"

/* The columns, the same of all kinds. */
enum audit_column {
    AUDIT_THING_ID,
    AUDIT_USED,
    AUDIT_ROW_ID,
    AUDIT_PROVIDER_ID,
    AUDIT_PROVIDER_UUID,
    AUDIT_PROVIDER_NAME,
    AUDIT_CONSUMER_UUID,
    AUDIT_THING_TEXT,
    AUDIT_TOTAL,
    AUDIT_RESERVED,
    AUDIT_RATIO,
    AUDIT_AGE,
};

/* The table that it goes through, and the statement; its values are the id before the first one of
   the slice, and the last one. A text of NULL: it takes more than a statement (see audit.c). */
struct audit_search {
    enum audit_table table;
    struct sql sql;
};

extern const struct audit_search audit_searches[AUDIT_KINDS];

#endif
