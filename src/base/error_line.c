/*
 * Formats an error line.
 */
#include <config.h>

#include "base/error_line.h"

#include <stdarg.h>
#include <stdio.h>

void error_line_set(struct error_line *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
    for (char *c = error->text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == '\x7f')
            *c = '?';
}
