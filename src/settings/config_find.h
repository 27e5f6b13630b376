/*
 * Files that the configuration names, as [oslo_policy] policy_file.
 */
#ifndef BERTH_SETTINGS_CONFIG_FIND_H
#define BERTH_SETTINGS_CONFIG_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "settings/settings.h"

/*
 * Writes where a file or directory is to be found: an absolute name there, and another one in the
 * first of the settings' search_directories that has it, as oslo.config's find_file() does. Gives
 * false if it is nowhere, or its path is longer than size.
 */
bool config_find_file(const struct settings *settings, const char *name, char *path, size_t size);

#endif
