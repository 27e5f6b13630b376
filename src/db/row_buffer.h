/*
 * The row that is being fetched. Internal: only for the sources of src/db.
 */
#ifndef BERTH_DB_ROW_BUFFER_H
#define BERTH_DB_ROW_BUFFER_H

#include <mysql.h>

#include "base/arena.h"
#include "db/value.h"

enum {
    ROW_COLUMNS_MOST = 40,
    ROW_TEXT_AT_ONCE = 400, /* bytes of a text that are fetched with its row, NUL included */
};

struct row_buffer {
    unsigned columns;
    MYSQL_BIND binds[ROW_COLUMNS_MOST];
    union {
        long long integer;
        double real;
        char text[ROW_TEXT_AT_ONCE];
    } places[ROW_COLUMNS_MOST];
    unsigned long lengths[ROW_COLUMNS_MOST];
    my_bool nulls[ROW_COLUMNS_MOST];
};

/* Prepares a buffer, with binds for the library, for rows of these columns (see struct sql). */
void row_buffer_init(struct row_buffer *buffer, const char *columns);

/* Returns a text of the current row that did not fit into its place, fetched into the arena. */
struct value row_buffer_long_text(struct row_buffer *buffer, struct arena *arena,
                                  MYSQL_STMT *handle, unsigned column);

/* Returns the value of a column of the current row. Short text points into the buffer and is valid
   until the next row; long text is fetched separately into the arena. Inlined: large reads spend
   their time here. */
static inline struct value row_buffer_value(struct row_buffer *buffer, struct arena *arena,
                                            MYSQL_STMT *handle, unsigned column)
{
    if (buffer->nulls[column])
        return value_null();
    enum enum_field_types type = buffer->binds[column].buffer_type;
    if (type == MYSQL_TYPE_LONGLONG)
        return value_integer(buffer->places[column].integer);
    if (type == MYSQL_TYPE_DOUBLE)
        return value_real(buffer->places[column].real);
    unsigned long length = buffer->lengths[column];
    if (length >= ROW_TEXT_AT_ONCE)
        return row_buffer_long_text(buffer, arena, handle, column);
    char *text = buffer->places[column].text;
    text[length] = '\0';
    return (struct value){.kind = VALUE_TEXT, .length = (uint32_t)length, .text = text};
}

#endif
