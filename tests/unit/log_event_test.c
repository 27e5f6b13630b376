/*
 * Events of the binary log, from bytes: what they say, and that nothing is read beyond their end.
 */
#include <config.h>

#include <string.h>

#include "db/log_event.h"
#include "suite.h"

enum { SIZE = 512, HEADER = 19 };

struct bytes {
    unsigned char data[SIZE];
    size_t length;
};

static void add(struct bytes *bytes, const void *data, size_t length)
{
    memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
}

#define ADD(bytes, ...)                                                                            \
    add((bytes), (const unsigned char[]){__VA_ARGS__}, sizeof((const unsigned char[]){__VA_ARGS__}))

/* Begins an event of server 5. */
static struct bytes event_of(unsigned char type)
{
    struct bytes bytes = {.length = 0};
    ADD(&bytes, 1, 2, 3, 4, type, 5, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 0, 0);
    return bytes;
}

/* Reads an event from exactly as much memory as it has, so that a sanitizer sees what is beyond. */
static struct log_event read_event(const struct bytes *bytes, struct log_file_format *format,
                                   unsigned char **memory)
{
    struct log_event event;
    *memory = malloc(bytes->length + 1);
    memcpy(*memory, bytes->data, bytes->length);
    if (bytes->length >= HEADER) {
        (*memory)[9] = (unsigned char)bytes->length;
        (*memory)[10] = (unsigned char)(bytes->length >> 8);
    }
    log_event_read(*memory, bytes->length, format, &event);
    return event;
}

static enum log_event_kind kind_of(const struct bytes *bytes, struct log_file_format *format)
{
    unsigned char *memory;
    struct log_event event = read_event(bytes, format, &memory);
    free(memory);
    return event.kind;
}

static struct bytes format_event(unsigned char checksum)
{
    enum { TYPES = 171, QUERY = 2, TABLE = 19, WRITE = 23, GTID = 162 };
    unsigned char lengths[TYPES] = {[QUERY - 1] = 13, [TABLE - 1] = 8, [WRITE - 1] = 8,
                                    [WRITE] = 8,      [WRITE + 1] = 8, [GTID - 1] = 19};
    struct bytes bytes = event_of(15);
    ADD(&bytes, 4, 0);
    add(&bytes, (const char[54]){"10.11.19-MariaDB"}, 54);
    ADD(&bytes, HEADER);
    add(&bytes, lengths, sizeof(lengths));
    ADD(&bytes, checksum, 0, 0, 0, 0);
    return bytes;
}

static struct bytes table_event(void)
{
    struct bytes bytes = event_of(19);
    ADD(&bytes, 77, 0, 0, 0, 0, 0, 1, 0, 2, 'd', 'b', 0, 1, 't', 0);
    /* INT, TINY, VARCHAR(300), CHAR(300), FLOAT, DATETIME2(3), BIGINT, BLOB */
    ADD(&bytes, 8, 3, 1, 15, 254, 4, 18, 8, 252);
    ADD(&bytes, 7, 300 & 0xff, 300 >> 8, 0xee, 300 & 0xff, 4, 3, 2, 0xff);
    return bytes;
}

static struct bytes rows_event(void)
{
    struct bytes bytes = event_of(23);
    ADD(&bytes, 77, 0, 0, 0, 0, 0, 1, 0, 8, 0xff);
    ADD(&bytes, 0x80, 0xfe, 0xff, 0xff, 0xff, 0x80, 2, 0, 'a', 'b', 1, 0, 'c');
    /* 2024-02-29 23:58:57.125 */
    ADD(&bytes, 0, 0, 0x80, 0xbf, 0x99, 0xb2, 0xbb, 0x7e, 0xb9, 0x04, 0xe2, 1, 0, 0, 0, 0, 0, 0,
        0x80);
    ADD(&bytes, 0x7f, 1, 0, 'z');
    return bytes;
}

START_TEST(formats)
{
    struct log_file_format format = {.known = false};
    struct bytes commit = event_of(16), plain = format_event(0), checked = format_event(1);
    ADD(&commit, 1, 2, 3, 4, 5, 6, 7, 8);
    ck_assert_int_eq(kind_of(&commit, &format), LOG_EVENT_MALFORMED);
    ck_assert_int_eq(kind_of(&plain, &format), LOG_EVENT_NOTHING);
    ck_assert(format.known && !format.checksum);
    ck_assert_int_eq(kind_of(&commit, &format), LOG_EVENT_COMMIT);
    ck_assert_int_eq(kind_of(&checked, &format), LOG_EVENT_NOTHING);
    ck_assert(format.known && format.checksum);
    struct bytes odd = format_event(2), other = format_event(0);
    ck_assert_int_eq(kind_of(&odd, &format), LOG_EVENT_MALFORMED);
    other.data[HEADER + 57 + 22] = 10; /* the fixed part of WRITE_ROWS */
    ck_assert_int_eq(kind_of(&other, &format), LOG_EVENT_MALFORMED);
}
END_TEST

START_TEST(ids)
{
    struct log_file_format format = {.known = true};
    struct bytes bytes = event_of(162);
    unsigned char *memory;
    ADD(&bytes, 0xff, 1, 0, 0, 0, 0, 0, 1, 7, 0, 0, 0, 0x01, 0, 0, 0, 0, 0, 0);
    struct log_event event = read_event(&bytes, &format, &memory);
    ck_assert_int_eq(event.kind, LOG_EVENT_BEGIN);
    ck_assert_uint_eq(event.begin.id.sequence, 0x01000000000001ffU);
    ck_assert_uint_eq(event.begin.id.domain, 7);
    ck_assert_uint_eq(event.begin.id.server, 5);
    ck_assert(event.begin.standalone && !event.begin.xa);
    free(memory);
    bytes.data[HEADER + 12] = 0x40;
    event = read_event(&bytes, &format, &memory);
    ck_assert(!event.begin.standalone && event.begin.xa);
    free(memory);
}
END_TEST

START_TEST(statements)
{
    struct log_file_format format = {.known = true, .checksum = true};
    struct bytes bytes = event_of(2);
    unsigned char *memory;
    ADD(&bytes, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0xaa, 'd', 'b', 0, 'S', 'Q', 'L');
    ADD(&bytes, 1, 2, 3, 4);
    struct log_event event = read_event(&bytes, &format, &memory);
    ck_assert_int_eq(event.kind, LOG_EVENT_STATEMENT);
    ck_assert_uint_eq(event.statement.database.length, 2);
    ck_assert_uint_eq(event.statement.text.length, 3);
    ck_assert_mem_eq(event.statement.text.data, "SQL", 3);
    free(memory);
}
END_TEST

START_TEST(rows)
{
    struct log_file_format format = {.known = true};
    struct bytes table = table_event(), bytes = rows_event();
    struct log_columns columns;
    struct log_value values[LOG_COLUMNS];
    unsigned char *memory, *more;
    struct log_event event = read_event(&table, &format, &memory);
    ck_assert_int_eq(event.kind, LOG_EVENT_TABLE);
    ck_assert_uint_eq(event.table.id, 77);
    ck_assert(log_columns_read(event.table.columns, &columns));
    ck_assert_uint_eq(columns.count, 8);
    event = read_event(&bytes, &format, &more);
    ck_assert_int_eq(event.kind, LOG_EVENT_ROWS);
    ck_assert(event.rows.whole && event.rows.last && event.rows.change == LOG_INSERT);
    ck_assert(log_row_read(&columns, &event.rows.data, values));
    ck_assert_int_eq(values[0].integer, -2);
    ck_assert_int_eq(values[1].integer, -128);
    ck_assert_uint_eq(values[2].text.length, 2);
    ck_assert_int_eq(values[3].kind, LOG_VALUE_OTHER);
    ck_assert(values[4].kind == LOG_VALUE_REAL && values[4].real == -1.0F);
    ck_assert(values[5].kind == LOG_VALUE_TIME && values[5].integer == 1709251137);
    ck_assert_int_eq(values[6].integer, INT64_MIN + 1);
    ck_assert_int_eq(values[7].kind, LOG_VALUE_NULL);
    ck_assert_uint_eq(event.rows.data.length, 4);
    ck_assert(log_row_read(&columns, &event.rows.data, values));
    ck_assert(values[0].kind == LOG_VALUE_NULL && values[7].kind == LOG_VALUE_OTHER);
    ck_assert_uint_eq(event.rows.data.length, 0);
    ck_assert(!log_row_read(&columns, &event.rows.data, values));
    free(memory);
    free(more);
}
END_TEST

START_TEST(part_of_a_row)
{
    struct log_file_format format = {.known = true};
    struct bytes bytes = rows_event();
    unsigned char *memory;
    bytes.data[HEADER + 9] = 0x7f;
    struct log_event event = read_event(&bytes, &format, &memory);
    ck_assert(event.kind == LOG_EVENT_ROWS && !event.rows.whole);
    free(memory);
}
END_TEST

/* Whatever is cut off or changed: nothing is read beyond the end. */
START_TEST(broken_events)
{
    struct bytes table = table_event(), whole[] = {table, rows_event(), format_event(1)};
    struct log_columns columns;
    struct log_value values[LOG_COLUMNS];
    unsigned char *memory, *more;
    for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++)
        for (size_t at = 0; at <= whole[i].length; at++)
            for (unsigned change = 0; change < 3; change++) {
                struct log_file_format format = {.known = true};
                struct bytes broken = whole[i];
                if (change == 0)
                    broken.length = at;
                else if (at != 4)
                    broken.data[at] = change == 1 ? 0xff : 0xfc;
                struct log_event event = read_event(&broken, &format, &memory);
                if (event.kind == LOG_EVENT_TABLE &&
                    log_columns_read(event.table.columns, &columns)) {
                    struct bytes bytes = rows_event();
                    struct log_event row = read_event(&bytes, &format, &more);
                    while (row.rows.data.length > 0 &&
                           log_row_read(&columns, &row.rows.data, values))
                        ;
                    free(more);
                }
                free(memory);
                if (event.kind == LOG_EVENT_ROWS) {
                    event = read_event(&table, &format, &more);
                    ck_assert(log_columns_read(event.table.columns, &columns));
                    event = read_event(&broken, &format, &memory);
                    while (event.rows.data.length > 0 &&
                           log_row_read(&columns, &event.rows.data, values))
                        ;
                    free(memory);
                    free(more);
                }
            }
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("log_event");
    tcase_add_test(test, formats);
    tcase_add_test(test, ids);
    tcase_add_test(test, statements);
    tcase_add_test(test, rows);
    tcase_add_test(test, part_of_a_row);
    tcase_add_test(test, broken_events);
    return suite_run("events of the binary log", test);
}
