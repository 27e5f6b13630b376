/*
 * The syntax of oslo.config's INI files (oslo_config/iniparser.py), without any meaning.
 */
#ifndef BERTH_SETTINGS_INI_H
#define BERTH_SETTINGS_INI_H

#include <stdbool.h>
#include <stddef.h>

/* Told each "name = value" of a text: the group it stands in, and the line (from 1) where it
   begins. The text is valid during the call only. */
typedef void (*ini_visitor)(void *subject, const char *group, const char *name, const char *value,
                            unsigned line);

struct ini_problem {
    unsigned line;
    const char *reason; /* in oslo.config's words */
};

/* Reads text (length bytes, with a NUL after; it is changed). Gives false and the problem when it
   is not well-formed; what comes before that has been visited. */
bool ini_parse(char *text, size_t length, ini_visitor visitor, void *subject,
               struct ini_problem *problem);

#endif
