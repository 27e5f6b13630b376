/*
 * Bytes that grow at the end: the body of a response.
 *
 * A buffer outlives the request that fills it (buffer_reset keeps a moderate capacity, and never
 * gives all of it back), so that its pages stay with the worker. When memory runs out or the limit
 * is reached the error is kept and the rest is dropped: look once at buffer->failed at the end.
 */
#ifndef BERTH_BASE_BUFFER_H
#define BERTH_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct buffer {
    char *data;
    size_t length;
    size_t capacity;
    size_t limit; /* the most that capacity may become; 0: no limit */
    bool failed;
};

void buffer_init(struct buffer *buffer, size_t limit);
void buffer_reset(struct buffer *buffer);
void buffer_free(struct buffer *buffer);

/* Makes room for more bytes behind the last; false: the buffer has failed. */
bool buffer_reserve(struct buffer *buffer, size_t more);

static inline void buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
    if (length > 0 &&
        (buffer->capacity - buffer->length >= length || buffer_reserve(buffer, length)) &&
        !buffer->failed) {
        memcpy(buffer->data + buffer->length, bytes, length);
        buffer->length += length;
    }
}

void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
