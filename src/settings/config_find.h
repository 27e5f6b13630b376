/*
 * Finds files that the configuration names, such as [oslo_policy] policy_file.
 */
#ifndef BERTH_SETTINGS_CONFIG_FIND_H
#define BERTH_SETTINGS_CONFIG_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "settings/settings.h"

/* Writes the path of a file or directory into path: name itself if it is absolute, otherwise the
   first that exists in the settings' search_directories, as oslo.config's find_file() does. Returns
   false if it does not exist, or its path does not fit in size bytes. */
bool config_find_file(const struct settings *settings, const char *name, char *path, size_t size);

#endif
