/*
 * The text of an option with the options it refers to put in, as oslo.config does it (cfg.py,
 * ConfigOpts._substitute, which is Python's string.Template):
 *   $name, ${name}    the option of that name in the same group, or else in DEFAULT
 *   $group.name       the option of another group
 *   $$, \$            a dollar sign
 * Any other "$" stays as it is. A reference to an option that does not exist is an error.
 */
#ifndef BERTH_SETTINGS_SUBSTITUTION_H
#define BERTH_SETTINGS_SUBSTITUTION_H

#include "base/arena.h"
#include "settings/config.h"
#include "settings/option.h"

struct substitution {
    const struct config *config;
    struct arena *arena; /* of the text that is given */
    unsigned depth;      /* 0 to begin with */
    const char *reason;  /* why it failed; without any part of a value */
};

/* Puts the values of the options that text refers to, being the value of option, into it. NULL when
   that is not possible; substitution->reason then says why. */
const char *substitute(struct substitution *substitution, const struct config_option *option,
                       const char *text);

#endif
