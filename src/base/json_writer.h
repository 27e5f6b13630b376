/*
 * Writes JSON into a buffer as it goes, without building a tree.
 *
 * The text is what Python's json.dumps() gives by default, which is what upstream sends: ", " and
 * ": " between items, non-ASCII characters as \uXXXX, floats in their shortest form with ".0".
 * The caller opens and closes objects and arrays in order; commas are the writer's matter.
 */
#ifndef BERTH_BASE_JSON_WRITER_H
#define BERTH_BASE_JSON_WRITER_H

#include <stdint.h>

#include "base/buffer.h"

struct json_writer {
    struct buffer *buffer;
    bool comma; /* the next item needs one before it */
};

void writer_init(struct json_writer *writer, struct buffer *buffer);

void writer_begin_object(struct json_writer *writer);
void writer_end_object(struct json_writer *writer);
void writer_begin_array(struct json_writer *writer);
void writer_end_array(struct json_writer *writer);

/* A member's name; its value must follow. */
void writer_key(struct json_writer *writer, const char *key);

/* Values. A text of NULL is null; text is UTF-8, an invalid byte is written as U+FFFD. */
void writer_text(struct json_writer *writer, const char *text);
void writer_integer(struct json_writer *writer, int64_t value);
void writer_real(struct json_writer *writer, double value);
void writer_boolean(struct json_writer *writer, bool value);
void writer_null(struct json_writer *writer);

/* A number alone, as writer_real() writes it, into text. */
enum { REAL_TEXT = 64 };
void writer_format_real(char text[REAL_TEXT], double value);

/* A member's name and its value at once. */
void writer_member_text(struct json_writer *writer, const char *key, const char *text);
void writer_member_integer(struct json_writer *writer, const char *key, int64_t value);
void writer_member_real(struct json_writer *writer, const char *key, double value);

#endif
