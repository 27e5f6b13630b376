/*
 * Records as bytes in the journal.
 */
#ifndef BERTH_PLACEMENT_WORLD_RECORD_BYTES_H
#define BERTH_PLACEMENT_WORLD_RECORD_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "db/gtid.h"
#include "placement/world/record.h"

/* The longest record, and the longest position. */
enum { RECORD_BYTES = 4096 };

/* Either a record, or the position that is reached with all records before it. */
struct journal_entry {
    bool is_position;
    struct world_record record; /* its texts are in the bytes */
    struct gtid_position position;
};

/* Write into RECORD_BYTES bytes. Return how many were written; 0: the texts are too long. */
size_t record_write(const struct world_record *record, char *bytes);
size_t position_write(const struct gtid_position *position, char *bytes);

/* Reads what is first in bytes. Returns its length; 0: it is not whole. */
size_t entry_read(const char *bytes, size_t count, struct journal_entry *entry);

#endif
