/*
 * The events of MariaDB's binary log, as far as they are needed to follow a few tables.
 *
 * The log is a sequence of groups: an id (BEGIN), then for each statement the tables that it
 * changes (TABLE) and their changed rows (ROWS), and an end (COMMIT). What is logged as a statement
 * instead of rows is a STATEMENT: DDL, and in a group that changes tables without transactions also
 * its end.
 *
 * Everything is read from the bytes that the server sent, with a check of each length, and not by
 * mariadb_rpl_extract_rows(): that trusts the lengths, loses the sign of integers, and takes the
 * length of a CHAR from the metadata of the next column.
 */
#ifndef BERTH_DB_LOG_EVENT_H
#define BERTH_DB_LOG_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/gtid.h"
#include "db/log_bytes.h"

enum log_event_kind {
    LOG_EVENT_MALFORMED, /* not as its type should be */
    LOG_EVENT_UNKNOWN,   /* nobody knows what it means for the tables */
    LOG_EVENT_NOTHING,   /* changes no table: another file, a comment, ... */
    LOG_EVENT_HEARTBEAT, /* nothing has happened for a while */
    LOG_EVENT_BEGIN,
    LOG_EVENT_TABLE,
    LOG_EVENT_ROWS,
    LOG_EVENT_STATEMENT,
    LOG_EVENT_COMMIT,
};

enum log_change { LOG_INSERT, LOG_UPDATE, LOG_DELETE };

/* What is known of the log file that the events come from. Zeroed before the first event. */
struct log_file_format {
    bool known;
    bool checksum; /* each event ends with 4 bytes of a checksum */
};

struct log_event {
    enum log_event_kind kind;
    unsigned type; /* the number of the event's type, for the log */
    union {
        struct {
            struct gtid id;
            bool standalone; /* the group is one statement, and nothing ends it */
            bool xa;         /* a part of an XA transaction */
        } begin;
        struct {
            uint64_t id; /* by which ROWS name it, until the end of the statement */
            struct log_bytes database, name;
            struct log_bytes columns; /* the rest, for log_columns_read() */
        } table;
        struct {
            uint64_t table;
            enum log_change change;
            bool last; /* of its statement: the ids of tables end */
            uint32_t columns;
            bool whole; /* the rows have all columns */
            struct log_bytes data;
        } rows;
        struct {
            struct log_bytes database; /* in which it ran */
            struct log_bytes text;
        } statement;
    };
};

/* Reads an event and what it says about the format of those after it. The event refers to data. */
void log_event_read(const unsigned char *data, size_t length, struct log_file_format *format,
                    struct log_event *event);

/* Tables with more columns cannot be read. */
enum { LOG_COLUMNS = 32 };

struct log_column {
    uint8_t type;      /* enum enum_field_types, as in the log */
    uint16_t metadata; /* depends on the type: the length of a VARCHAR in bytes, for example */
};

struct log_columns {
    uint32_t count;
    struct log_column list[LOG_COLUMNS];
};

/* Reads the columns of a table. Returns false if they are malformed or too many. */
bool log_columns_read(struct log_bytes bytes, struct log_columns *columns);

enum log_value_kind {
    LOG_VALUE_NULL,
    LOG_VALUE_INTEGER,
    LOG_VALUE_REAL,
    LOG_VALUE_TEXT,
    LOG_VALUE_TIME,  /* DATETIME as an integer: seconds since 1970; 0: it is no time */
    LOG_VALUE_OTHER, /* a date and the like, which nobody needs */
};

struct log_value {
    enum log_value_kind kind;
    union {
        int64_t integer; /* as of a signed column */
        float real;
        struct log_bytes text; /* in the character set of the column */
    };
};

/* Reads the next row from data, and moves data behind it. An update has two rows for each that it
   changed: before and after. Returns false if the row is malformed or has a type of column whose
   length is not known. */
bool log_row_read(const struct log_columns *columns, struct log_bytes *data,
                  struct log_value values[LOG_COLUMNS]);

#endif
