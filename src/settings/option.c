/*
 * Finds options in the table.
 */
#include <config.h>

#include "settings/option.h"

#include <string.h>
#include <strings.h>

/* The case of a group does not count, except for DEFAULT (cfg.py, _normalize_group_name). */
static bool is_group(const struct config_option *option, const char *group)
{
    if (strcmp(option->group, "DEFAULT") == 0 || strcmp(group, "DEFAULT") == 0)
        return strcmp(option->group, group) == 0;
    return strcasecmp(option->group, group) == 0;
}

const struct config_option *option_find(const char *group, const char *name)
{
    for (size_t i = 0; i < option_count; i++) {
        if (strcmp(config_options[i].name, name) == 0 && is_group(&config_options[i], group))
            return &config_options[i];
    }
    return NULL;
}

size_t option_old_name_count(const struct config_option *option)
{
    size_t count = 0;
    while (count < OPTION_OLD_NAMES && option->old_names[count].name != NULL)
        count++;
    return count;
}
