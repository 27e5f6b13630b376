/*
 * What the fuzz targets share. A target is a program of libFuzzer: it gets bytes, gives them to
 * what it is about, and requires of the result what must always hold.
 */
#ifndef BERTH_TESTS_FUZZ_FUZZ_H
#define BERTH_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Ends the program as a crash does, so that libFuzzer keeps the input. */
#define require(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The memory of the input that is being tried. */
static struct arena arena;

/* Forgets the input before; a limit catches what takes memory out of proportion. */
static inline void begin_input(void)
{
    arena_reset(&arena);
    arena.limit = (size_t)256 << 20;
}

/* The bytes as text of their own size, so that reading beyond its end is noticed; what follows a
   NUL does not count. To be freed. */
static inline char *text_of(const uint8_t *bytes, size_t size)
{
    size_t length = strnlen((const char *)bytes, size);
    char *text = malloc(length + 1);
    require(text != NULL);
    if (length > 0)
        memcpy(text, bytes, length);
    text[length] = '\0';
    return text;
}

/* Whether text can stand in a line. */
static inline bool is_line(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

/* Whether text is UTF-8. */
static inline bool is_utf8(const char *text)
{
    return utf8_first_invalid(text, strlen(text)) < 0;
}

#endif
