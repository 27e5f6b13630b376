/*
 * Writes JSON into a buffer from beginning to end, without building a tree.
 *
 * The text is what upstream sends, which is what Python's json.dumps() returns by default: ", " and
 * ": " between items, non-ASCII characters as \uXXXX, floats in their shortest form with ".0".
 * The caller opens and closes objects and arrays in order; the writer adds the commas. Errors are
 * the buffer's: check buffer->failed at the end.
 */
#ifndef BERTH_BASE_JSON_WRITER_H
#define BERTH_BASE_JSON_WRITER_H

#include <stdint.h>

#include "base/buffer.h"

struct json_writer {
    struct buffer *buffer;
    bool comma; /* before the next item */
};

/* Begins to write at the end of buffer. */
void writer_init(struct json_writer *writer, struct buffer *buffer);

/* Open and close an object or an array, as a value or as an item. */
void writer_begin_object(struct json_writer *writer);
void writer_end_object(struct json_writer *writer);
void writer_begin_array(struct json_writer *writer);
void writer_end_array(struct json_writer *writer);

/* Writes the name of a member. Its value must follow. */
void writer_key(struct json_writer *writer, const char *key);

/* The same for a literal that needs no escape, as fast as copying. */
#define writer_literal_key(writer, key)                                                            \
    writer_key_bytes((writer), "\"" key "\": ", sizeof("\"" key "\": ") - 1)
static inline void writer_key_bytes(struct json_writer *writer, const char *bytes, size_t length)
{
    if (writer->comma)
        buffer_add(writer->buffer, ", ", 2);
    writer->comma = false;
    buffer_add(writer->buffer, bytes, length);
}

/* Writes once more what is in the buffer, from one place to another: whole items of an array, or
   members of an object. */
void writer_repeat(struct json_writer *writer, size_t from, size_t to);

/* Write a value. Text is UTF-8, of which an invalid byte becomes U+FFFD; NULL becomes null. */
void writer_text(struct json_writer *writer, const char *text);
void writer_integer(struct json_writer *writer, int64_t value);
void writer_boolean(struct json_writer *writer, bool value);
void writer_null(struct json_writer *writer);

/* Write the name and the value of a member. */
void writer_member_text(struct json_writer *writer, const char *key, const char *text);
void writer_member_integer(struct json_writer *writer, const char *key, int64_t value);
void writer_member_real(struct json_writer *writer, const char *key, double value);

/* Writes the whole part of a finite number with all its digits, as Python shows int() of a float.
 */
enum { WHOLE_TEXT = 312 };
void writer_member_whole(struct json_writer *writer, const char *key, double value);

/* Writes a number as writer_member_real() does, but into text, with a NUL. */
enum { REAL_TEXT = 64 };
void writer_format_real(char text[REAL_TEXT], double value);

#endif
