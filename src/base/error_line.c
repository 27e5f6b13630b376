/*
 * Formats an error line.
 */
#include <config.h>

#include "base/error_line.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

void error_line_set(struct error_line *error, const char *format, ...)
{
    va_list arguments;
    char text[sizeof(error->text)];
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    utf8_show(error->text, sizeof(error->text), text);
}
