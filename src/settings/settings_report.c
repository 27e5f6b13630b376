/*
 * Shows the settings as text, and logs them.
 */
#include <config.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "settings/settings.h"

static const char *show_list(const struct text_list *list, struct arena *arena)
{
    struct text_builder text = text_begin(arena);
    for (size_t i = 0; i < list->count; i++)
        text_add_item(&text, ",", list->items[i]);
    return text_end(&text);
}

/* Returns the value of an option as text, in the arena or the settings; NULL if it is not set. */
static const char *show(const struct settings *settings, const struct config_option *option,
                        struct arena *arena)
{
    const void *field = (const char *)settings + option->offset;
    switch (option->type) {
    case OPTION_TEXT:
        return *(const char *const *)field;
    case OPTION_BOOLEAN:
        return *(const bool *)field ? "true" : "false";
    case OPTION_INTEGER:
        if (*(const long *)field == SETTINGS_UNSET)
            return NULL;
        return arena_printf(arena, "%ld", *(const long *)field);
    case OPTION_REAL:
        if (isnan(*(const double *)field))
            return NULL;
        return arena_printf(arena, "%g", *(const double *)field);
    case OPTION_LIST:
    case OPTION_MULTI:
        return show_list(field, arena);
    }
    return NULL;
}

void settings_visit(const struct settings *settings, settings_visitor visitor, void *subject)
{
    struct arena arena;
    arena_init(&arena, 0);
    for (size_t i = 0; i < option_count; i++) {
        const char *text = show(settings, &config_options[i], &arena);
        visitor(subject, &config_options[i],
                text != NULL && config_options[i].secret ? "****" : text);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void log_value(void *subject, const struct config_option *option, const char *text)
{
    (void)subject;
    log_event(LOG_LEVEL_DEBUG, "option", log_text("group", option->group),
              log_text("name", option->name), log_text("value", text));
}

/* Returns whether an option of the table had this name before. */
static bool is_old_name(const struct config_name *name)
{
    for (size_t i = 0; i < option_count; i++) {
        for (size_t old = 0; old < option_old_name_count(&config_options[i]); old++) {
            if (strcmp(config_options[i].old_names[old].name, name->name) == 0 &&
                strcmp(config_options[i].old_names[old].group, name->group) == 0)
                return true;
        }
    }
    return false;
}

/* Returns whether this is an option of [keystone_authtoken] in the group that auth_section names.
 */
static bool is_in_section(const struct settings *settings, const struct config_name *name)
{
    const char *section = settings->keystone_authtoken_auth_section;
    const struct config_option *option = option_find("keystone_authtoken", name->name);
    return section != NULL && strcmp(section, name->group) == 0 && option != NULL &&
           option->section != NULL;
}

static void log_entry(void *subject, const struct config_name *name,
                      const struct config_value *value)
{
    if (option_find(name->group, name->name) != NULL || is_in_section(subject, name))
        return;
    if (is_old_name(name))
        log_event(LOG_LEVEL_WARNING, "deprecated name of an option", log_text("group", name->group),
                  log_text("name", name->name), log_path("file", value->origin.file),
                  log_integer("line", value->origin.line));
    else
        log_event(LOG_LEVEL_DEBUG, "unknown option ignored", log_text("group", name->group),
                  log_text("name", name->name), log_path("file", value->origin.file),
                  log_integer("line", value->origin.line));
}

/* Says what of the database's URL has no effect. */
static void report_database_url(const struct settings *settings)
{
    struct database_url url;
    struct error_line error;
    if (!settings_database_url(settings, &url, &error))
        return;
    if (url.passed_over != NULL)
        log_event(LOG_LEVEL_WARNING, "parameters of the database URL without effect here",
                  log_text("names", url.passed_over));
    if (url.option_file_missing)
        log_event(LOG_LEVEL_WARNING, "the read_default_file of the database URL does not exist",
                  log_path("file", url.option_file));
    database_url_free(&url);
}

void settings_report(const struct settings *settings, const struct config *config)
{
    config_visit(config, log_entry, (void *)(uintptr_t)settings);
    report_database_url(settings);
    if (settings->default_log_options && log_enabled(LOG_LEVEL_DEBUG))
        settings_visit(settings, log_value, NULL);
}
