/*
 * Options that have no effect.
 */
#ifndef BERTH_SETTINGS_IGNORED_OPTIONS_H
#define BERTH_SETTINGS_IGNORED_OPTIONS_H

#include "settings/config.h"
#include "settings/settings.h"

/* Logs, at level info, each option that is set and has no effect although an operator may count on
   it: those of settings/ignored_options.def, options of [berth] that do not exist, and the formats
   of oslo.log if the log has another format. Shows no value. */
void ignored_options_report(const struct settings *settings, const struct config *config);

#endif
