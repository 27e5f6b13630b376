/*
 * Turns rows into records: one for a row that comes or goes; for an update, the end of what the row
 * was, if its key changed, and what it is now.
 */
#include <config.h>

#include "placement/world/changes.h"

#include <string.h>

enum { TEXT_SIZE = 255 * 4 + 1 };

/* One row, as its needed columns. Integers and times that are NULL are 0. */
struct row {
    int64_t integers[TABLE_COLUMNS];
    float real;
    char texts[2][TEXT_SIZE]; /* in the order of the columns */
    bool null[2];             /* the texts that are NULL */
};

/* How records are made of a table. */
static const struct {
    enum world_record_kind set, gone;
    unsigned key; /* how many columns, from the first on, are the key */
} makings[WORLD_TABLES] = {
    [TABLE_PROVIDERS] = {WORLD_PROVIDER_SET, WORLD_PROVIDER_GONE, 1},
    [TABLE_CLASSES] = {WORLD_CLASS_SET, WORLD_CLASS_GONE, 1},
    [TABLE_INVENTORIES] = {WORLD_INVENTORY_SET, WORLD_INVENTORY_GONE, 2},
    [TABLE_ALLOCATIONS] = {WORLD_USAGE_ADD, WORLD_USAGE_ADD, 0},
    [TABLE_TRAITS] = {WORLD_TRAIT_SET, WORLD_TRAIT_GONE, 1},
    [TABLE_PROVIDER_TRAITS] = {WORLD_PROVIDER_TRAIT_SET, WORLD_PROVIDER_TRAIT_GONE, 2},
    [TABLE_AGGREGATES] = {WORLD_AGGREGATE_SET, WORLD_AGGREGATE_GONE, 1},
    [TABLE_MEMBERS] = {WORLD_MEMBER_SET, WORLD_MEMBER_GONE, 2},
};

/* What MariaDB's latin1 has from 0x80 to 0x9f; above and below, characters are their numbers. */
static const uint16_t latin_rest[32] = {
    0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};

/* Writes a character as UTF-8. Returns the number of bytes, at most 3. */
static size_t write_character(unsigned number, char *to)
{
    if (number < 0x80) {
        to[0] = (char)number;
        return 1;
    }
    if (number < 0x800) {
        to[0] = (char)(0xc0 | number >> 6);
        to[1] = (char)(0x80 | (number & 0x3f));
        return 2;
    }
    to[0] = (char)(0xe0 | number >> 12);
    to[1] = (char)(0x80 | (number >> 6 & 0x3f));
    to[2] = (char)(0x80 | (number & 0x3f));
    return 3;
}

/* Copies a text as UTF-8. Returns false if it is longer than the tables' texts are. */
static bool copy_text(struct log_bytes text, bool latin, char copy[TEXT_SIZE])
{
    enum { LONGEST = 3, REST = 0x80, REST_END = 0xa0 };
    if (text.length * (latin ? LONGEST : 1) >= TEXT_SIZE)
        return false;
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned byte = text.data[i];
        if (!latin)
            copy[length++] = (char)byte;
        else
            length += write_character(
                byte >= REST && byte < REST_END ? latin_rest[byte - REST] : byte, copy + length);
    }
    copy[length] = '\0';
    return true;
}

/* Reads the next row of an event. */
static enum world_reason read_row(const struct table_layout *layout,
                                  const struct log_columns *columns, struct log_bytes *data,
                                  struct row *row)
{
    struct log_value values[LOG_COLUMNS];
    unsigned texts = 0;
    if (!log_row_read(columns, data, values))
        return WORLD_UNKNOWN;
    for (unsigned i = 0; i < layout->needed; i++) {
        const struct log_value *value = &values[layout->places[i]];
        bool textual = layout->bytes[i] > 0;
        row->integers[i] =
            value->kind == LOG_VALUE_INTEGER || value->kind == LOG_VALUE_TIME ? value->integer : 0;
        if (value->kind == LOG_VALUE_REAL)
            row->real = value->real;
        if (!textual)
            continue;
        row->null[texts] = value->kind == LOG_VALUE_NULL;
        row->texts[texts][0] = '\0';
        if (value->kind == LOG_VALUE_TEXT &&
            !copy_text(value->text, layout->latin[i], row->texts[texts]))
            return WORLD_TEXT;
        texts++;
    }
    return WORLD_KEPT;
}

/* Returns the time of the last change, from the columns created_at and updated_at. */
static int64_t modified(const int64_t *times)
{
    return times[1] != 0 ? times[1] : times[0];
}

static struct world_record record_of(enum world_table table, const struct row *row, bool set)
{
    const int64_t *integers = row->integers;
    struct world_record record = {.kind = set ? makings[table].set : makings[table].gone,
                                  .id = (int32_t)integers[0],
                                  .other = (int32_t)integers[1]};
    switch (record.kind) {
    case WORLD_PROVIDER_SET:
        record.provider.uuid = row->texts[0];
        record.provider.name = row->null[1] ? NULL : row->texts[1];
        record.provider.generation = (int32_t)integers[3];
        record.provider.root_id = (int32_t)integers[4];
        record.provider.parent_id = (int32_t)integers[5];
        record.modified = modified(&integers[6]);
        break;
    case WORLD_INVENTORY_SET:
        record.inventory.total = (int32_t)integers[2];
        record.inventory.reserved = (int32_t)integers[3];
        record.inventory.min_unit = (int32_t)integers[4];
        record.inventory.max_unit = (int32_t)integers[5];
        record.inventory.step_size = (int32_t)integers[6];
        record.inventory.allocation_ratio = row->real;
        record.modified = modified(&integers[8]);
        break;
    case WORLD_USAGE_ADD:
        record.used = set ? integers[2] : -integers[2];
        break;
    case WORLD_CLASS_SET:
    case WORLD_TRAIT_SET:
    case WORLD_AGGREGATE_SET:
        if (record.kind == WORLD_TRAIT_SET)
            record.modified = modified(&integers[2]);
        record.name = row->null[0] ? NULL : row->texts[0];
        break;
    default:
        break;
    }
    return record;
}

static bool add(const struct world_sink *sink, enum world_table table, const struct row *row,
                bool set)
{
    struct world_record record = record_of(table, row, set);
    return sink->add(sink->subject, &record);
}

/* Whether an update left the row with another key. Of usages each row is a part of a sum, so that
   the old part always goes. */
static bool key_changed(enum world_table table, const struct row *before, const struct row *after)
{
    unsigned key = makings[table].key;
    return key == 0 || memcmp(before->integers, after->integers, key * sizeof(int64_t)) != 0;
}

enum world_reason world_changes_add(const struct world_layout *layout, enum world_table table,
                                    const struct log_columns *columns,
                                    const struct log_event *event, const struct world_sink *sink,
                                    uint64_t *rows)
{
    const struct table_layout *of_table = &layout->tables[table];
    struct log_bytes data = event->rows.data;
    enum log_change change = event->rows.change;
    struct row before = {0}, after = {0};
    while (data.length > 0) {
        bool room = true;
        struct row *row = change == LOG_INSERT ? &after : &before;
        enum world_reason reason = read_row(of_table, columns, &data, row);
        if (reason == WORLD_KEPT && change == LOG_UPDATE)
            reason = read_row(of_table, columns, &data, &after);
        if (reason != WORLD_KEPT)
            return reason;
        if (change == LOG_DELETE || (change == LOG_UPDATE && key_changed(table, &before, &after)))
            room = add(sink, table, &before, false);
        if (change != LOG_DELETE)
            room = room && add(sink, table, &after, true);
        if (!room)
            return WORLD_NO_ROOM;
        ++*rows;
    }
    return WORLD_KEPT;
}
