/*
 * What the fuzz targets share. A target is a libFuzzer program: it passes the bytes of an input to
 * the code under test and checks, with require(), what must hold for any input.
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

/* Drops the memory of the previous input. The limit catches code that takes memory out of
   proportion. */
static inline void begin_input(void)
{
    arena_reset(&arena);
    arena.limit = (size_t)256 << 20;
}

/* Returns the bytes up to the first NUL as text. It is allocated in its exact size, so that the
   sanitizer notices a read beyond the end. The caller frees it. */
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

/* Whether text has no control characters, so that it fits in one line. */
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
