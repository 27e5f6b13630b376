/*
 * The options of placement.conf, as a table.
 *
 * settings/options.def defines each option once, and settings/option_table.c makes this table from
 * it, for code that looks at all options (loading them, --check-config, the sample file, the check
 * of the documentation). Code that needs the value of one option reads struct settings
 * (settings/settings.h), which is made from the same definition.
 */
#ifndef BERTH_SETTINGS_OPTION_H
#define BERTH_SETTINGS_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "settings/config.h"

/* The types are oslo.config's. */
enum option_type {
    OPTION_TEXT,    /* StrOpt: any text, or one of the choices */
    OPTION_BOOLEAN, /* BoolOpt: true, 1, on, yes or false, 0, off, no; case does not count */
    OPTION_INTEGER, /* IntOpt: decimal; empty means not set */
    OPTION_REAL,    /* FloatOpt: decimal; empty means not set */
    OPTION_LIST,    /* ListOpt: separated by commas, blanks around the items dropped */
    OPTION_MULTI,   /* MultiStrOpt: one value for each time that the option is given */
};

enum { OPTION_OLD_NAMES = 2 };

struct config_option {
    const char *group;
    const char *name;
    enum option_type type;
    size_t offset;            /* of its field in struct settings */
    const char *default_text; /* NULL: none */
    const char *choices;      /* the allowed texts, separated by ", "; NULL: any text */
    bool any_case;            /* of the choices, which are in lower case */
    double minimum;           /* of a number; no limits if minimum and maximum are equal */
    double maximum;
    bool required; /* Berth does not start without it */
    bool secret;   /* its value is never shown, logged or quoted */
    /* the option of the same group that may name another group to read this one from; NULL: none */
    const char *section;
    struct config_name old_names[OPTION_OLD_NAMES]; /* upstream's earlier names */
    const char *help;
};

/* The table, in the order of the sample file. */
extern const struct config_option config_options[];
extern const size_t option_count;

/* Returns the option of that name, or NULL. The case of the group does not count (except for
   DEFAULT). */
const struct config_option *option_find(const char *group, const char *name);

/* Returns how many old names an option has. */
size_t option_old_name_count(const struct config_option *option);

#endif
