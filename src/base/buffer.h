/*
 * Bytes that grow at the end, such as the body of a response. On the heap.
 *
 * A buffer outlives the request that fills it: buffer_reset() keeps a moderate capacity, so that
 * its pages stay with the worker. When memory runs out or the limit is reached, the buffer notes
 * that it has failed and drops what is added afterwards. Check buffer->failed once, at the end.
 *
 * For text that dies with a request, use a text builder (base/text.h) instead.
 */
#ifndef BERTH_BASE_BUFFER_H
#define BERTH_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct buffer {
    char *data; /* NULL until something is added */
    size_t length;
    size_t capacity;
    size_t limit; /* maximum of length; 0: no limit */
    bool failed;
};

/* Makes an empty buffer. limit is in bytes; 0: no limit. Allocates nothing yet. */
void buffer_init(struct buffer *buffer, size_t limit);

/* Empties the buffer, and shrinks it if it was large. It has no longer failed. */
void buffer_reset(struct buffer *buffer);

/* Frees the memory. The buffer is as after buffer_init(). */
void buffer_free(struct buffer *buffer);

/* Makes room for more bytes behind the last. Returns false if the buffer has failed. */
bool buffer_reserve(struct buffer *buffer, size_t more);

/* Add bytes, text (without its NUL), formatted text. */
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
