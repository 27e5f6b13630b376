/*
 * Bytes of an event in the binary log, and taking numbers and texts from them.
 *
 * Each function takes something from the front, and returns false, having taken nothing, if there
 * are not as many bytes.
 */
#ifndef BERTH_DB_LOG_BYTES_H
#define BERTH_DB_LOG_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes within an event; a text has no NUL at its end. */
struct log_bytes {
    const unsigned char *data;
    size_t length;
};

static inline bool log_bytes_take(struct log_bytes *bytes, uint64_t length, struct log_bytes *taken)
{
    if (length > bytes->length)
        return false;
    *taken = (struct log_bytes){bytes->data, (size_t)length};
    bytes->data += length;
    bytes->length -= (size_t)length;
    return true;
}

static inline bool log_bytes_skip(struct log_bytes *bytes, uint64_t length)
{
    struct log_bytes skipped;
    return log_bytes_take(bytes, length, &skipped);
}

/* Takes a number of size bytes (at most 8), the lowest first. */
static inline bool log_bytes_number(struct log_bytes *bytes, unsigned size, uint64_t *number)
{
    struct log_bytes taken;
    if (!log_bytes_take(bytes, size, &taken))
        return false;
    *number = 0;
    for (unsigned i = 0; i < size; i++)
        *number |= (uint64_t)taken.data[i] << (8 * i);
    return true;
}

/* Takes a length as the protocol packs it: in one byte, or after one that tells its size. */
static inline bool log_bytes_length(struct log_bytes *bytes, uint64_t *length)
{
    enum { TWO = 252, THREE = 253, EIGHT = 254 };
    struct log_bytes rest = *bytes;
    if (!log_bytes_number(&rest, 1, length) || *length == TWO - 1 || *length > EIGHT)
        return false;
    unsigned size = *length == TWO ? 2 : *length == THREE ? 3 : *length == EIGHT ? 8 : 0;
    if (size > 0 && !log_bytes_number(&rest, size, length))
        return false;
    *bytes = rest;
    return true;
}

#endif
