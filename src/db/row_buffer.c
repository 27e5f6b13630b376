/*
 * Fetches columns as integers, reals and texts.
 */
#include <config.h>

#include "db/row_buffer.h"

#include <assert.h>
#include <string.h>

void row_buffer_init(struct row_buffer *buffer, const char *columns)
{
    buffer->columns = (unsigned)strlen(columns);
    assert(buffer->columns <= ROW_COLUMNS_MOST);
    memset(buffer->binds, 0, buffer->columns * sizeof(buffer->binds[0]));
    for (unsigned i = 0; i < buffer->columns; i++) {
        MYSQL_BIND *bind = &buffer->binds[i];
        bind->buffer = &buffer->places[i];
        bind->length = &buffer->lengths[i];
        bind->is_null = &buffer->nulls[i];
        if (columns[i] == 'i') {
            bind->buffer_type = MYSQL_TYPE_LONGLONG;
        } else if (columns[i] == 'r') {
            bind->buffer_type = MYSQL_TYPE_DOUBLE;
        } else {
            assert(columns[i] == 's');
            bind->buffer_type = MYSQL_TYPE_STRING;
            bind->buffer_length = ROW_TEXT_AT_ONCE;
        }
    }
}

struct value row_buffer_long_text(struct row_buffer *buffer, struct arena *arena,
                                  MYSQL_STMT *handle, unsigned column)
{
    unsigned long length = buffer->lengths[column];
    char *text = arena_alloc(arena, length + 1);
    MYSQL_BIND whole = {
        .buffer_type = MYSQL_TYPE_STRING, .buffer = text, .buffer_length = length + 1};
    mysql_stmt_fetch_column(handle, &whole, column, 0);
    text[length] = '\0';
    return (struct value){.kind = VALUE_TEXT, .length = (uint32_t)length, .text = text};
}
