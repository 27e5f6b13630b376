/*
 * Checks the form of traceparent.
 */
#include <config.h>

#include "http/trace_context.h"

#include <stdbool.h>
#include <string.h>

enum {
    TRACE = 3,   /* where the id of the trace begins */
    PARENT = 36, /* the id of the caller's span */
    FLAGS = 53,
    LENGTH = 55,
};

/* Whether hex digits in lower case and dashes are where they must be. */
static bool has_form(const char *header)
{
    for (size_t i = 0; i < LENGTH; i++) {
        bool dash = i == TRACE - 1 || i == PARENT - 1 || i == FLAGS - 1;
        if (header[i] == '\0' || strchr(dash ? "-" : "0123456789abcdef", header[i]) == NULL)
            return false;
    }
    return true;
}

const char *traceparent_read(struct arena *arena, const char *header)
{
    if (header == NULL || !has_form(header) || strncmp(header, "ff", 2) == 0)
        return NULL;
    bool first_version = strncmp(header, "00", 2) == 0;
    if (header[LENGTH] != '\0' && (first_version || header[LENGTH] != '-'))
        return NULL;
    /* Ids of zeros mean that there is none. */
    if (strspn(header + TRACE, "0") == PARENT - TRACE - 1 ||
        strspn(header + PARENT, "0") == FLAGS - PARENT - 1)
        return NULL;
    return arena_strndup(arena, header, LENGTH);
}
