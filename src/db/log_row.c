/*
 * Reads the rows of events in the binary log by the types of their columns.
 */
#include <config.h>

#include <mysql.h>
#include <string.h>
#include <time.h>

#include "db/log_event.h"

/* Types that the client's headers do not name. */
enum { BLOB_COMPRESSED = 140, VARCHAR_COMPRESSED = 141 };

enum { ONE_BYTE_LENGTHS = 255 }; /* longest VARCHAR or CHAR whose length takes one byte */

/* Returns how many bytes of metadata a type has. */
static unsigned metadata_size(uint8_t type)
{
    switch (type) {
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE:
    case MYSQL_TYPE_BLOB:
    case MYSQL_TYPE_GEOMETRY:
    case MYSQL_TYPE_DATETIME2:
    case MYSQL_TYPE_TIMESTAMP2:
    case MYSQL_TYPE_TIME2:
    case BLOB_COMPRESSED:
        return 1;
    case MYSQL_TYPE_STRING:
    case MYSQL_TYPE_NEWDECIMAL:
    case MYSQL_TYPE_VARCHAR:
    case MYSQL_TYPE_VAR_STRING:
    case MYSQL_TYPE_BIT:
    case VARCHAR_COMPRESSED:
        return 2;
    default:
        return 0;
    }
}

bool log_columns_read(struct log_bytes bytes, struct log_columns *columns)
{
    uint64_t count, size, metadata;
    struct log_bytes types, details;
    if (!log_bytes_length(&bytes, &count) || count > LOG_COLUMNS ||
        !log_bytes_take(&bytes, count, &types) || !log_bytes_length(&bytes, &size) ||
        !log_bytes_take(&bytes, size, &details))
        return false;
    *columns = (struct log_columns){.count = (uint32_t)count};
    for (uint32_t i = 0; i < count; i++) {
        if (!log_bytes_number(&details, metadata_size(types.data[i]), &metadata))
            return false;
        columns->list[i] =
            (struct log_column){.type = types.data[i], .metadata = (uint16_t)metadata};
    }
    return details.length == 0;
}

/* Takes an integer of that many bytes and extends its sign. */
static bool read_integer(struct log_bytes *data, unsigned size, struct log_value *value)
{
    uint64_t number;
    if (!log_bytes_number(data, size, &number))
        return false;
    uint64_t sign = (uint64_t)1 << (8 * size - 1);
    *value =
        (struct log_value){.kind = LOG_VALUE_INTEGER, .integer = (int64_t)((number ^ sign) - sign)};
    return true;
}

static bool read_real(struct log_bytes *data, const struct log_column *column,
                      struct log_value *value)
{
    uint64_t bits;
    *value = (struct log_value){.kind = LOG_VALUE_OTHER};
    if (column->metadata != sizeof(float))
        return column->metadata == sizeof(double) && log_bytes_skip(data, sizeof(double));
    if (!log_bytes_number(data, sizeof(float), &bits))
        return false;
    uint32_t pattern = (uint32_t)bits;
    value->kind = LOG_VALUE_REAL;
    memcpy(&value->real, &pattern, sizeof(value->real));
    return true;
}

/* Takes a length, of that many bytes, and then as many bytes as it says. */
static bool read_text(struct log_bytes *data, unsigned size, enum log_value_kind kind,
                      struct log_value *value)
{
    uint64_t length;
    value->kind = kind;
    return log_bytes_number(data, size, &length) && log_bytes_take(data, length, &value->text);
}

/* CHAR, ENUM and SET. The first byte of the metadata is the type; two of its bits are, inverted,
   the highest bits of a CHAR's length. */
static bool read_string(struct log_bytes *data, uint16_t metadata, struct log_value *value)
{
    unsigned type = metadata & 0xff, length = metadata >> 8;
    *value = (struct log_value){.kind = LOG_VALUE_OTHER};
    if (type == MYSQL_TYPE_ENUM || type == MYSQL_TYPE_SET)
        return log_bytes_skip(data, length);
    length |= ((type & 0x30U) ^ 0x30U) << 4;
    return read_text(data, length > ONE_BYTE_LENGTHS ? 2 : 1, LOG_VALUE_OTHER, value);
}

/* Returns how many bytes a DECIMAL takes: nine digits in four bytes, before and after the point. */
static unsigned decimal_size(uint16_t metadata)
{
    enum { DIGITS = 9, WORD = 4 };
    static const unsigned rest[DIGITS] = {0, 1, 1, 2, 2, 3, 3, 4, 4};
    unsigned precision = metadata & 0xff, scale = metadata >> 8;
    unsigned whole = precision > scale ? precision - scale : 0;
    return whole / DIGITS * WORD + rest[whole % DIGITS] + scale / DIGITS * WORD +
           rest[scale % DIGITS];
}

/* Returns how many bytes a value takes that nobody needs; 0: the type is not known. */
static unsigned other_size(const struct log_column *column)
{
    unsigned fraction = (column->metadata + 1U) / 2;
    switch (column->type) {
    case MYSQL_TYPE_YEAR:
        return 1;
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
    case MYSQL_TYPE_TIME:
        return 3;
    case MYSQL_TYPE_TIMESTAMP:
        return 4;
    case MYSQL_TYPE_TIME2:
        return 3 + fraction;
    case MYSQL_TYPE_TIMESTAMP2:
        return 4 + fraction;
    case MYSQL_TYPE_NEWDECIMAL:
        return decimal_size(column->metadata);
    case MYSQL_TYPE_BIT:
        return (column->metadata >> 8U) + ((column->metadata & 0xffU) > 0 ? 1U : 0U);
    default:
        return 0;
    }
}

static int64_t seconds_of(int year, int month, int day, int64_t second)
{
    enum { YEAR_OF_TM = 1900 };
    struct tm date = {.tm_year = year - YEAR_OF_TM, .tm_mon = month - 1, .tm_mday = day};
    return year > 0 && month > 0 && day > 0 ? timegm(&date) + second : 0;
}

/* Five bytes, the highest first: a bit that is always set, 13 * year + month, and the day, hour,
   minute and second in 5, 5, 6 and 6 bits. Then hundredths and the like. */
static bool read_datetime(struct log_bytes *data, unsigned digits, struct log_value *value)
{
    enum { BYTES = 5, MONTHS = 13 };
    struct log_bytes bytes;
    uint64_t packed = 0;
    if (!log_bytes_take(data, BYTES, &bytes) || !log_bytes_skip(data, (digits + 1) / 2))
        return false;
    for (unsigned i = 0; i < BYTES; i++)
        packed = packed << 8 | bytes.data[i];
    int months = (int)(packed >> 22 & 0x1ffff);
    int64_t second =
        (int64_t)((packed >> 12 & 0x1f) * 3600 + (packed >> 6 & 0x3f) * 60 + (packed & 0x3f));
    *value = (struct log_value){.kind = LOG_VALUE_TIME,
                                .integer = seconds_of(months / MONTHS, months % MONTHS,
                                                      (int)(packed >> 17 & 0x1f), second)};
    return true;
}

/* A number of 14 digits, such as 20260131235959. */
static bool read_old_datetime(struct log_bytes *data, struct log_value *value)
{
    uint64_t number;
    if (!log_bytes_number(data, sizeof(number), &number))
        return false;
    uint64_t date = number / 1000000, clock = number % 1000000;
    int64_t second = (int64_t)(clock / 10000 * 3600 + clock / 100 % 100 * 60 + clock % 100);
    *value = (struct log_value){.kind = LOG_VALUE_TIME,
                                .integer = seconds_of((int)(date / 10000), (int)(date / 100 % 100),
                                                      (int)(date % 100), second)};
    return true;
}

static bool read_value(struct log_bytes *data, const struct log_column *column,
                       struct log_value *value)
{
    unsigned size;
    switch (column->type) {
    case MYSQL_TYPE_TINY:
        return read_integer(data, 1, value);
    case MYSQL_TYPE_SHORT:
        return read_integer(data, 2, value);
    case MYSQL_TYPE_INT24:
        return read_integer(data, 3, value);
    case MYSQL_TYPE_LONG:
        return read_integer(data, 4, value);
    case MYSQL_TYPE_LONGLONG:
        return read_integer(data, 8, value);
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE:
        return read_real(data, column, value);
    case MYSQL_TYPE_DATETIME:
        return read_old_datetime(data, value);
    case MYSQL_TYPE_DATETIME2:
        return read_datetime(data, column->metadata, value);
    case MYSQL_TYPE_VARCHAR:
    case MYSQL_TYPE_VAR_STRING:
        return read_text(data, column->metadata > ONE_BYTE_LENGTHS ? 2 : 1, LOG_VALUE_TEXT, value);
    case VARCHAR_COMPRESSED:
        return read_text(data, column->metadata > ONE_BYTE_LENGTHS ? 2 : 1, LOG_VALUE_OTHER, value);
    case MYSQL_TYPE_STRING:
        return read_string(data, column->metadata, value);
    case MYSQL_TYPE_BLOB:
    case MYSQL_TYPE_GEOMETRY:
    case BLOB_COMPRESSED:
        return column->metadata <= 4 && read_text(data, column->metadata, LOG_VALUE_OTHER, value);
    default:
        size = other_size(column);
        *value = (struct log_value){.kind = LOG_VALUE_OTHER};
        return size > 0 && log_bytes_skip(data, size);
    }
}

bool log_row_read(const struct log_columns *columns, struct log_bytes *data,
                  struct log_value values[LOG_COLUMNS])
{
    struct log_bytes nulls;
    if (!log_bytes_take(data, (columns->count + 7) / 8, &nulls))
        return false;
    for (uint32_t i = 0; i < columns->count; i++) {
        if ((nulls.data[i / 8] >> (i % 8) & 1) != 0)
            values[i] = (struct log_value){.kind = LOG_VALUE_NULL};
        else if (!read_value(data, &columns->list[i], &values[i]))
            return false;
    }
    return true;
}
