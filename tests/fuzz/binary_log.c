/*
 * The events of a binary log, as in its files, read into the world. What follows a transaction that
 * cannot be understood is tried too.
 */
#include <config.h>

#include "fuzz.h"
#include "placement/world/group.h"
#include "placement/world/record_bytes.h"

enum { LENGTH_AT = 9, LENGTH_SIZE = 4, NAME = 200 * 3, WIDE = 255 * 3, UUID = 36 * 3 };

/* What upstream's tables are in a database with utf8mb3. */
static const struct world_layout layout = {
    .database = "placement",
    .tables = {
        [TABLE_PROVIDERS] = {8, 8, .places = {2, 3, 4, 5, 6, 7, 0, 1}, .bytes = {0, UUID, NAME}},
        [TABLE_CLASSES] = {4, 2, .places = {2, 3}, .bytes = {0, WIDE}},
        [TABLE_INVENTORIES] = {11, 10, .places = {3, 4, 5, 6, 7, 8, 9, 10, 0, 1}},
        [TABLE_ALLOCATIONS] = {7, 3, .places = {3, 5, 6}},
        [TABLE_TRAITS] = {4, 4, .places = {2, 3, 0, 1}, .bytes = {0, WIDE}, .latin = {false, true}},
        [TABLE_PROVIDER_TRAITS] = {4, 2, .places = {3, 2}},
        [TABLE_AGGREGATES] = {4, 2, .places = {2, 3}, .bytes = {0, UUID}},
        [TABLE_MEMBERS] = {4, 2, .places = {2, 3}},
    }};

struct reading {
    struct world_groups groups;
    struct gtid_position published;
    uint64_t commits;
};

static bool begin(void *subject, const char *lock, uint64_t connection)
{
    (void)subject;
    (void)lock;
    (void)connection;
    require(false);
}

static void give_up(void *subject, enum world_reason reason)
{
    (void)subject;
    (void)reason;
    require(false);
}

static void check_text(const char *text, size_t most)
{
    require(text == NULL || strnlen(text, most + 1) <= most);
}

static bool add(void *subject, const struct world_record *record)
{
    const struct reading *reading = subject;
    char bytes[RECORD_BYTES];
    struct journal_entry entry;
    require(reading->groups.open);
    size_t length = record_write(record, bytes);
    require(length > 0 && entry_read(bytes, length, &entry) == length && !entry.is_position);
    require(entry.record.kind == record->kind && entry.record.id == record->id &&
            entry.record.modified == record->modified);
    if (record->kind == WORLD_PROVIDER_SET) {
        check_text(record->provider.uuid, WIDE);
        check_text(record->provider.name, WIDE);
    } else if (record->kind == WORLD_CLASS_SET || record->kind == WORLD_TRAIT_SET ||
               record->kind == WORLD_AGGREGATE_SET) {
        check_text(record->name, WIDE);
    }
    return true;
}

/* The position reaches the last one, and can be written and read. */
static bool commit(void *subject, const struct gtid_position *position)
{
    struct reading *reading = subject;
    struct gtid_position again;
    require(gtid_position_reaches(position, &reading->published));
    require(gtid_position_parse(gtid_position_text(position).text, &again));
    require(gtid_position_reaches(&again, position) && gtid_position_reaches(position, &again));
    reading->published = *position;
    reading->commits++;
    return true;
}

static const struct world_sink sink_functions = {
    .begin = begin, .add = add, .commit = commit, .give_up = give_up};

/* Reads the rows of any table, which moves on with each row. */
static void read_rows(const struct log_event *event, const struct log_columns *columns)
{
    struct log_value values[LOG_COLUMNS];
    struct log_bytes data = event->rows.data;
    size_t left = data.length;
    while (data.length > 0 && columns->count > 0 && log_row_read(columns, &data, values)) {
        require(data.length < left);
        left = data.length;
        for (uint32_t i = 0; i < columns->count; i++)
            if (values[i].kind == LOG_VALUE_TEXT)
                require(values[i].text.length <= event->rows.data.length);
    }
}

/* Reads one event from memory of its exact size. */
static void read_event(struct reading *reading, const uint8_t *bytes, size_t size,
                       struct log_file_format *format, struct log_columns *columns)
{
    uint8_t *copy = malloc(size);
    require(copy != NULL);
    memcpy(copy, bytes, size);
    struct log_event event;
    log_event_read(copy, size, format, &event);
    if (event.kind == LOG_EVENT_TABLE && !log_columns_read(event.table.columns, columns))
        *columns = (struct log_columns){0};
    else if (event.kind == LOG_EVENT_ROWS)
        read_rows(&event, columns);
    uint64_t groups = reading->groups.groups;
    enum world_reason reason = world_groups_read(&reading->groups, &event);
    require((unsigned)reason < WORLD_REASONS && reading->groups.groups <= groups + 1);
    if (event.kind == LOG_EVENT_MALFORMED || event.kind == LOG_EVENT_UNKNOWN)
        require(reason != WORLD_KEPT);
    if (reason != WORLD_KEPT)
        reading->groups.open = false;
    free(copy);
}

/* Returns the length of the event at the front, as far as there are bytes; 0: there is none. */
static size_t event_length(const uint8_t *bytes, size_t size)
{
    struct log_bytes at = {bytes, size};
    uint64_t length;
    if (!log_bytes_skip(&at, LENGTH_AT) || !log_bytes_number(&at, LENGTH_SIZE, &length) ||
        length == 0)
        return 0;
    return length < size ? (size_t)length : size;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct world_sink sink = sink_functions;
    struct reading reading = {.groups = {.layout = &layout, .sink = &sink}};
    struct log_file_format format = {0};
    struct log_columns columns = {0};
    size_t length;
    sink.subject = &reading;
    begin_input();
    if (size == 0)
        return 0;
    reading.groups.sparse = (bytes[0] & 1) != 0;
    for (bytes++, size--; (length = event_length(bytes, size)) > 0; bytes += length, size -= length)
        read_event(&reading, bytes, length, &format, &columns);
    return 0;
}
