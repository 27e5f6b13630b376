/*
 * Sets an option for a test, by its environment variable.
 */
#ifndef BERTH_TESTS_SET_OPTION_H
#define BERTH_TESTS_SET_OPTION_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static inline void set_option(const char *group, const char *name, const char *value)
{
    char variable[256];
    snprintf(variable, sizeof(variable), "OS_%s__%s", group, name);
    for (char *c = variable; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
    setenv(variable, value, 1);
}

#endif
