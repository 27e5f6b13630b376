/*
 * The options of placement.conf, as a table.
 *
 * settings/options.def defines each option once. This header gives the table to those who look at
 * all options (the sample file, --check-config, the check of the documentation); who needs the
 * value of one reads struct settings (settings/settings.h), which is made from the same definition.
 */
#ifndef BERTH_SETTINGS_OPTION_H
#define BERTH_SETTINGS_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "settings/config.h"

/* The types are oslo.config's. */
enum option_type {
    OPTION_TEXT,    /* StrOpt: any text, or one of the choices */
    OPTION_BOOLEAN, /* BoolOpt: true, 1, on, yes or false, 0, off, no; case does not count */
    OPTION_INTEGER, /* IntOpt: decimal; empty is as if it were not set */
    OPTION_REAL,    /* FloatOpt: decimal; empty is as if it were not set */
    OPTION_LIST,    /* ListOpt: separated by commas, blanks around the items dropped */
    OPTION_MULTI,   /* MultiStrOpt: as many values as the option is given times */
};

enum { OPTION_OLD_NAMES = 2 };

struct config_option {
    const char *group;
    const char *name;
    enum option_type type;
    size_t offset;            /* of its field in struct settings */
    const char *default_text; /* NULL: none */
    const char *choices;      /* what a text may be, separated by ", "; NULL: anything */
    double minimum;           /* of a number; no limits when both are the same */
    double maximum;
    bool required; /* there is no running without it */
    bool secret;   /* its value is never shown, logged or quoted */
    const char
        *section; /* the option of the group that may name another group for it; NULL: none */
    struct config_name old_names[OPTION_OLD_NAMES]; /* what upstream has called it before */
    const char *help;
};

/* The table, in the order of the sample file. */
extern const struct config_option config_options[];
extern const size_t option_count;

/* The option of that name, or NULL. The case of the group does not count (but for DEFAULT). */
const struct config_option *option_find(const char *group, const char *name);

/* How many old names it has. */
size_t option_old_name_count(const struct config_option *option);

/* "boolean value", "integer value", ...: as oslo's sample generator calls the types. */
const char *option_type_name(enum option_type type);

/* Writes the sample configuration file: each option with help, type, limits and default, commented
   out. */
void option_write_sample(struct buffer *buffer);

#endif
