/*
 * The syntax of oslo.config's INI files (oslo_config/iniparser.py), without any meaning.
 */
#ifndef BERTH_SETTINGS_INI_H
#define BERTH_SETTINGS_INI_H

#include <stdbool.h>
#include <stddef.h>

/* Called for each "name = value". line is where it begins, from 1. The text is valid during the
   call only. */
typedef void (*ini_visitor)(void *subject, const char *group, const char *name, const char *value,
                            unsigned line);

struct ini_problem {
    unsigned line;
    const char *reason; /* in oslo.config's words */
};

/* Parses length bytes of text, which has a NUL behind it; changes the text. Returns false and sets
   problem when it is not well-formed; the entries before the problem have been visited. */
bool ini_parse(char *text, size_t length, ini_visitor visitor, void *subject,
               struct ini_problem *problem);

#endif
