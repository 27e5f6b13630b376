/*
 * Formats the reason of a failure.
 */
#include <config.h>

#include "base/outcome.h"

#include <stdarg.h>

enum outcome failure_note(struct failure *failure, struct arena *arena, enum outcome outcome,
                          const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    failure->outcome = outcome;
    failure->detail = arena_vprintf(arena, format, arguments);
    va_end(arguments);
    return outcome;
}
