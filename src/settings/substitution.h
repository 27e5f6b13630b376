/*
 * Replaces references to other options in the text of an option, as oslo.config does (cfg.py,
 * ConfigOpts._substitute, which is Python's string.Template):
 *   $name, ${name}    the option of that name in the same group, or else in DEFAULT
 *   $group.name       the option of another group
 *   $$, \$            a dollar sign
 * Any other "$" stays. A reference to an option that does not exist is an error.
 */
#ifndef BERTH_SETTINGS_SUBSTITUTION_H
#define BERTH_SETTINGS_SUBSTITUTION_H

#include "base/arena.h"
#include "settings/config.h"
#include "settings/option.h"

struct substitution {
    const struct config *config;
    struct arena *arena; /* of the result */
    unsigned depth;      /* begins with 0 */
    const char *reason;  /* why it failed; shows no part of a value */
};

/* Returns text, the value of option, with all references replaced. Returns NULL and sets
   substitution->reason if that is not possible. */
const char *substitute(struct substitution *substitution, const struct config_option *option,
                       const char *text);

#endif
