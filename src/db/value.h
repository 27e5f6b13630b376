/*
 * Values: the parameters of statements and the columns of rows.
 *
 * A value knows its kind, so that the text of a statement never contains values. It does not own
 * what it points at: parameters point at the caller's data, columns at the request's arena.
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
    VALUE_INTEGERS, /* lists: only as parameters, for (?...) in struct sql */
    VALUE_TEXTS,
};

struct value {
    enum value_kind kind;
    uint32_t length; /* bytes of a text, elements of a list */
    union {
        int64_t integer;
        double real;
        const char *text; /* UTF-8; ends with a NUL, which length does not count */
        const int64_t *integers;
        const char *const *texts;
    };
};

/* The rows that a select found, in the arena of the request. */
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

/* NULL becomes SQL's NULL. */
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

/* SQL's NULL reads as 0 or NULL. */
static inline int64_t row_integer(const struct rows *rows, size_t row, unsigned column)
{
    return row_value(rows, row, column)->integer;
}

/* Returns the decimal number that the server prints for a FLOAT column: the shortest one, with at
   most six digits. Clients of the text protocol, such as the Python service, see that number. */
double float_meaning(double real);

/* Reads a FLOAT column, with float_meaning(). */
double row_float(const struct rows *rows, size_t row, unsigned column);

static inline const char *row_text(const struct rows *rows, size_t row, unsigned column)
{
    return row_value(rows, row, column)->text;
}

#endif
