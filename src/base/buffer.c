/*
 * Grows by doubling.
 */
#include <config.h>

#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 4096, KEPT = 1024 * 1024 };

void buffer_init(struct buffer *buffer, size_t limit)
{
    *buffer = (struct buffer){.limit = limit};
}

void buffer_reset(struct buffer *buffer)
{
    if (buffer->capacity > KEPT) {
        char *data = realloc(buffer->data, SMALLEST);
        if (data != NULL) {
            buffer->data = data;
            buffer->capacity = SMALLEST;
        }
    }
    buffer->length = 0;
    buffer->failed = false;
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    buffer_init(buffer, buffer->limit);
}

bool buffer_reserve(struct buffer *buffer, size_t more)
{
    size_t needed;
    if (buffer->failed)
        return false;
    if (buffer->capacity - buffer->length >= more)
        return true;
    size_t wanted = buffer->capacity == 0 ? SMALLEST : buffer->capacity;
    if (__builtin_add_overflow(buffer->length, more, &needed) ||
        (buffer->limit != 0 && needed > buffer->limit)) {
        buffer->failed = true;
        return false;
    }
    while (wanted < needed)
        wanted *= 2;
    char *data = realloc(buffer->data, wanted);
    if (data == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = wanted;
    return true;
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !buffer_reserve(buffer, (size_t)length + 1)) {
        buffer->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)length;
}
