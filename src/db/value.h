/*
 * Values that go into a statement and come out of one.
 *
 * A value knows its kind, so that nothing is ever written into the text of a statement. A value
 * never owns what it points at: what goes in stays the caller's, what comes out is the arena's.
 */
#ifndef BERTH_DB_VALUE_H
#define BERTH_DB_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum value_kind {
    VALUE_NULL = 0,
    VALUE_INTEGER,
    VALUE_REAL,
    VALUE_TEXT,
    VALUE_INTEGERS, /* lists: only for the marker (?...) of struct sql */
    VALUE_TEXTS,
};

struct value {
    enum value_kind kind;
    uint32_t length; /* bytes of a text, elements of a list */
    union {
        int64_t integer;
        double real;
        const char *text; /* UTF-8, with a NUL after it */
        const int64_t *integers;
        const char *const *texts;
    };
};

/* What a select found, row by row, in the arena of the request. */
struct rows {
    const struct value *values;
    size_t count;
    unsigned columns;
};

static inline struct value value_null(void)
{
    return (struct value){.kind = VALUE_NULL};
}

static inline struct value value_integer(int64_t integer)
{
    return (struct value){.kind = VALUE_INTEGER, .integer = integer};
}

static inline struct value value_real(double real)
{
    return (struct value){.kind = VALUE_REAL, .real = real};
}

/* A text of NULL is SQL's NULL. */
static inline struct value value_text(const char *text)
{
    if (text == NULL)
        return value_null();
    return (struct value){.kind = VALUE_TEXT, .length = (uint32_t)strlen(text), .text = text};
}

static inline struct value value_integers(const int64_t *integers, size_t count)
{
    return (struct value){.kind = VALUE_INTEGERS, .length = (uint32_t)count, .integers = integers};
}

/* None of the texts may be NULL. */
static inline struct value value_texts(const char *const *texts, size_t count)
{
    return (struct value){.kind = VALUE_TEXTS, .length = (uint32_t)count, .texts = texts};
}

static inline const struct value *row_value(const struct rows *rows, size_t row, unsigned column)
{
    return &rows->values[row * rows->columns + column];
}

static inline bool row_is_null(const struct rows *rows, size_t row, unsigned column)
{
    return row_value(rows, row, column)->kind == VALUE_NULL;
}

/* NULL reads as 0, 0.0 and NULL. */
static inline int64_t row_integer(const struct rows *rows, size_t row, unsigned column)
{
    return row_value(rows, row, column)->integer;
}

static inline double row_real(const struct rows *rows, size_t row, unsigned column)
{
    return row_value(rows, row, column)->real;
}

/* What a real out of a FLOAT column stands for: the shortest number of at most six digits, as the
   server prints it and as clients of the text protocol (the Python service) therefore see it. */
double float_meaning(double real);
double row_float(const struct rows *rows, size_t row, unsigned column);

static inline const char *row_text(const struct rows *rows, size_t row, unsigned column)
{
    return row_value(rows, row, column)->text;
}

#endif
