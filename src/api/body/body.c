/*
 * Parses JSON with jansson, after checking its depth.
 */
#include <config.h>

#include "api/body/body.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "api/body/huge.h"

/* Whether brackets nest no deeper than they may: jansson's limit is far higher. */
static bool depth_is_fine(const char *text, size_t length, unsigned most)
{
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{') && ++depth > most)
            return false;
        else if (!quoted && (c == ']' || c == '}') && depth > 0)
            depth--;
    }
    return true;
}

json_t *body_parse(const char *text, size_t length, unsigned depth, struct arena *arena,
                   const char **message)
{
    if (!depth_is_fine(text, length, depth)) {
        *message = "it is nested too deeply";
        return NULL;
    }
    if (strspn(text, " \t\r\n") >= length) {
        *message = "Expecting value: line 1 column 1 (char 0)";
        return NULL;
    }
    if (!huge_hide(arena, &text, &length)) {
        *message = "an integer has more than 4300 digits";
        return NULL;
    }
    json_error_t error;
    json_t *body = json_loadb(text, length, JSON_DECODE_ANY, &error);
    if (body == NULL) {
        /* jansson's text may quote the body: tell only the place */
        *message = arena_printf(arena, "invalid syntax: line %d column %d (char %d)", error.line,
                                error.column, error.position);
    }
    return body;
}

double body_real(const json_t *number)
{
    const char *digits = huge_digits(number);
    return digits != NULL ? strtod(digits, NULL) : json_number_value(number);
}

int64_t body_integer(const json_t *number)
{
    const char *digits = huge_digits(number);
    if (digits != NULL)
        return *digits == '-' ? INT64_MIN : INT64_MAX;
    if (json_is_integer(number))
        return json_integer_value(number);
    double value = json_real_value(number);
    if (value >= 9223372036854775807.0)
        return INT64_MAX;
    if (value <= -9223372036854775808.0)
        return INT64_MIN;
    return (int64_t)value;
}
