/*
 * Reads events of the binary log.
 */
#include <config.h>

#include "db/log_event.h"

#include <string.h>

enum {
    HEADER = 19,      /* bytes before what the type determines */
    TYPE_AT = 4,      /* where the type is in the header */
    LENGTH_AT = 9,    /* where the length of the event is */
    CHECKSUM = 4,     /* bytes */
    LOG_VERSION = 4,  /* of the format of log files */
    DUMMY = 0xffffff, /* the table of a ROWS event that only ends a statement */
};

/* The types, from the server's sql/log_event.h. */
enum {
    QUERY = 2,
    STOP = 3,
    ROTATE = 4,
    FORMAT_DESCRIPTION = 15,
    XID = 16,
    TABLE_MAP = 19,
    WRITE_ROWS = 23,
    UPDATE_ROWS = 24,
    DELETE_ROWS = 25,
    HEARTBEAT = 27,
    ANNOTATE_ROWS = 160,
    BINLOG_CHECKPOINT = 161,
    GTID = 162,
    GTID_LIST = 163,
    START_ENCRYPTION = 164,
};

/* Lengths of the fixed parts, which a log file states for its events. */
enum {
    QUERY_FIXED = 13,
    TABLE_MAP_FIXED = 8,
    ROWS_FIXED = 8,
    GTID_FIXED = 19,
};

/* Flags of GTID. */
enum { STANDALONE = 0x01, PREPARED_XA = 0x40, COMPLETED_XA = 0x80 };

enum { STATEMENT_END = 0x01 }; /* a flag of ROWS */

/* The file's version, its server, a time, the length of headers, then for each type the length of
   its fixed part, and the kind of checksum with a checksum of this event. */
static bool read_format(struct log_bytes bytes, struct log_file_format *format)
{
    enum { SERVER = 50, TIME = 4, KIND = 1 };
    static const struct {
        unsigned type, length;
    } expected[] = {
        {QUERY, QUERY_FIXED},      {TABLE_MAP, TABLE_MAP_FIXED}, {WRITE_ROWS, ROWS_FIXED},
        {UPDATE_ROWS, ROWS_FIXED}, {DELETE_ROWS, ROWS_FIXED},    {GTID, GTID_FIXED},
    };
    uint64_t version, header, kind;
    if (!log_bytes_number(&bytes, 2, &version) || version != LOG_VERSION ||
        !log_bytes_skip(&bytes, SERVER + TIME) || !log_bytes_number(&bytes, 1, &header) ||
        header != HEADER || bytes.length < GTID + KIND + CHECKSUM)
        return false;
    for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
        if (bytes.data[expected[i].type - 1] != expected[i].length)
            return false;
    kind = bytes.data[bytes.length - CHECKSUM - KIND];
    *format = (struct log_file_format){.known = true, .checksum = kind == 1};
    return kind <= 1;
}

static bool read_begin(struct log_bytes bytes, struct log_event *event)
{
    uint64_t sequence, domain, flags;
    if (!log_bytes_number(&bytes, 8, &sequence) || !log_bytes_number(&bytes, 4, &domain) ||
        !log_bytes_number(&bytes, 1, &flags))
        return false;
    event->begin.id.sequence = sequence;
    event->begin.id.domain = (uint32_t)domain;
    event->begin.standalone = (flags & STANDALONE) != 0;
    event->begin.xa = (flags & (PREPARED_XA | COMPLETED_XA)) != 0;
    return true;
}

static bool read_statement(struct log_bytes bytes, struct log_event *event)
{
    uint64_t database, status;
    struct log_bytes end;
    return log_bytes_skip(&bytes, 8) && log_bytes_number(&bytes, 1, &database) &&
           log_bytes_skip(&bytes, 2) && log_bytes_number(&bytes, 2, &status) &&
           log_bytes_skip(&bytes, status) &&
           log_bytes_take(&bytes, database, &event->statement.database) &&
           log_bytes_take(&bytes, 1, &end) &&
           log_bytes_take(&bytes, bytes.length, &event->statement.text);
}

static bool read_table(struct log_bytes bytes, struct log_event *event)
{
    uint64_t length;
    if (!log_bytes_number(&bytes, 6, &event->table.id) || !log_bytes_skip(&bytes, 2) ||
        !log_bytes_number(&bytes, 1, &length) ||
        !log_bytes_take(&bytes, length, &event->table.database) || !log_bytes_skip(&bytes, 1) ||
        !log_bytes_number(&bytes, 1, &length) ||
        !log_bytes_take(&bytes, length, &event->table.name) || !log_bytes_skip(&bytes, 1))
        return false;
    event->table.columns = bytes;
    return true;
}

/* Returns whether the first count bits are set. */
static bool all_set(struct log_bytes bits, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if ((bits.data[i / 8] >> (i % 8) & 1) == 0)
            return false;
    return true;
}

static bool read_rows(struct log_bytes bytes, struct log_event *event)
{
    uint64_t flags, columns;
    struct log_bytes before, after;
    if (!log_bytes_number(&bytes, 6, &event->rows.table) || !log_bytes_number(&bytes, 2, &flags) ||
        !log_bytes_length(&bytes, &columns) || columns > UINT16_MAX ||
        !log_bytes_take(&bytes, (columns + 7) / 8, &before))
        return false;
    event->rows.whole = all_set(before, columns);
    if (event->type == UPDATE_ROWS) {
        if (!log_bytes_take(&bytes, (columns + 7) / 8, &after))
            return false;
        event->rows.whole = event->rows.whole && all_set(after, columns);
    }
    event->rows.change = event->type == WRITE_ROWS    ? LOG_INSERT
                         : event->type == UPDATE_ROWS ? LOG_UPDATE
                                                      : LOG_DELETE;
    event->rows.last = (flags & STATEMENT_END) != 0;
    event->rows.columns = (uint32_t)columns;
    event->rows.data = bytes;
    if (event->rows.table == DUMMY)
        event->rows.data.length = 0;
    return true;
}

/* Returns whether the event is as its type says. */
static bool read_body(struct log_bytes body, struct log_file_format *format,
                      struct log_event *event)
{
    switch (event->type) {
    case STOP:
    case ROTATE:
    case ANNOTATE_ROWS:
    case BINLOG_CHECKPOINT:
    case GTID_LIST:
    case START_ENCRYPTION: /* the server sends the events decrypted */
        event->kind = LOG_EVENT_NOTHING;
        return true;
    case HEARTBEAT:
        event->kind = LOG_EVENT_HEARTBEAT;
        return true;
    case FORMAT_DESCRIPTION:
        event->kind = LOG_EVENT_NOTHING;
        return read_format(body, format);
    case GTID:
        event->kind = LOG_EVENT_BEGIN;
        return read_begin(body, event);
    case QUERY:
        event->kind = LOG_EVENT_STATEMENT;
        return read_statement(body, event);
    case XID:
        event->kind = LOG_EVENT_COMMIT;
        return true;
    case TABLE_MAP:
        event->kind = LOG_EVENT_TABLE;
        return read_table(body, event);
    case WRITE_ROWS:
    case UPDATE_ROWS:
    case DELETE_ROWS:
        event->kind = LOG_EVENT_ROWS;
        return read_rows(body, event);
    default:
        event->kind = LOG_EVENT_UNKNOWN;
        return true;
    }
}

void log_event_read(const unsigned char *data, size_t length, struct log_file_format *format,
                    struct log_event *event)
{
    *event = (struct log_event){.kind = LOG_EVENT_MALFORMED};
    if (length < HEADER)
        return;
    struct log_bytes at = {data + LENGTH_AT, length - LENGTH_AT}, body;
    uint64_t stated, server;
    event->type = data[TYPE_AT];
    log_bytes_number(&at, 4, &stated);
    body = (struct log_bytes){data + TYPE_AT + 1, length - TYPE_AT - 1};
    log_bytes_number(&body, 4, &server);
    body = (struct log_bytes){data + HEADER, length - HEADER};
    bool headed = event->type == ROTATE || event->type == FORMAT_DESCRIPTION ||
                  event->type == HEARTBEAT; /* these may come before the format is known */
    if (stated != length || (!headed && !format->known))
        return;
    if (!headed && format->checksum) {
        if (body.length < CHECKSUM)
            return;
        body.length -= CHECKSUM;
    }
    if (!read_body(body, format, event))
        event->kind = LOG_EVENT_MALFORMED;
    else if (event->kind == LOG_EVENT_BEGIN)
        event->begin.id.server = (uint32_t)server;
}
