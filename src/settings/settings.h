/*
 * The settings that a process runs with: one field for each option in settings/options.def.
 *
 * A field is named after group and option: settings->api_auth_strategy, settings->berth_workers,
 * settings->placement_database_connection; for [DEFAULT], settings->default_debug.
 *   TEXT      const char *      NULL when the option is not set and has no default
 *   BOOLEAN   bool
 *   INTEGER   long              SETTINGS_UNSET when the option is not set and has no default
 *   REAL      double            NAN when the option is not set and has no default
 *   LIST, MULTI  struct text_list
 *
 * "$option", "${option}" and "$group.option" in a value stand for the value of that option (of the
 * same group, or else of DEFAULT) as in oslo.config; "$$" and "\$" are a dollar sign.
 */
#ifndef BERTH_SETTINGS_SETTINGS_H
#define BERTH_SETTINGS_SETTINGS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/log.h"
#include "settings/config.h"
#include "settings/database_url.h"
#include "settings/option.h"
#include "settings/option_value.h"

#define SETTINGS_UNSET LONG_MIN

/* clang-format off */
#define SETTINGS_TYPE_TEXT    const char *
#define SETTINGS_TYPE_BOOLEAN bool
#define SETTINGS_TYPE_INTEGER long
#define SETTINGS_TYPE_REAL    double
#define SETTINGS_TYPE_LIST    struct text_list
#define SETTINGS_TYPE_MULTI   struct text_list
#define OPTION(group, name, type, default_text, constraint, help) \
    SETTINGS_TYPE_##type group##_##name;
/* clang-format on */

struct settings {
#include "settings/options.def"
#undef OPTION

    const char *const *search_directories; /* config_search_directories() */
    struct arena memory;                   /* of the text above */
};

/* Fills the settings from what config has read. Returns false and sets error when an option is
   missing, is not of its type, is out of its limits, or refers to an option that does not exist;
   the settings are then empty and need not be freed. The settings own their memory: the config may
   be freed. */
bool settings_load(struct settings *settings, struct config *config, struct error_line *error);

/* Sets error for an option whose value was read but is of no use: names the option, says where it
   was set, and adds reason. Shows no value. */
void settings_refuse(const struct config *config, const struct config_option *option,
                     const char *reason, struct error_line *error);

/* Frees the memory after wiping it, since some options are secret. */
void settings_free(struct settings *settings);

/* Logs the unknown options of the files (at debug level) and those under an old name (at warning
   level); then, if [DEFAULT] log_options is set, the value of each option at debug level. Call it
   after log_open(). */
void settings_report(const struct settings *settings, const struct config *config);

/* Calls visitor with the value of each option as text, in the order of the table: "****" for a
   secret, NULL for an option that is not set. The text is valid during the call only. */
typedef void (*settings_visitor)(void *subject, const struct config_option *option,
                                 const char *text);
void settings_visit(const struct settings *settings, settings_visitor visitor, void *subject);

/* Parses [placement_database] connection with connection_parameters. settings_load() has checked
   that this works. The caller frees url with database_url_free(). */
bool settings_database_url(const struct settings *settings, struct database_url *url,
                           struct error_line *error);

/* Returns how to write the log, from [berth] and [DEFAULT]. The text belongs to the settings. */
struct log_settings settings_log(const struct settings *settings);

#endif
