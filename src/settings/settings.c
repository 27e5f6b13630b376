/*
 * Fills the settings from the configuration, option by option, and checks them.
 */
#include <config.h>

#include "settings/settings.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/log_template.h"
#include "base/text.h"
#include "settings/substitution.h"

struct loader {
    struct settings *settings;
    const struct config *config;
    struct error_line *error;
};

static void *field_of(const struct settings *settings, const struct config_option *option)
{
    return (char *)(uintptr_t)settings + option->offset;
}

/* The names under which to look for an option. */
struct lookup {
    struct config_name name;
    struct config_name old_names[OPTION_OLD_NAMES];
    size_t old_count;
};

/* Returns where to look for an option: in its group, or in the group that another option (its
   section) names. */
static struct lookup lookup_of(const struct config *config, const struct config_option *option)
{
    struct lookup lookup = {.name = {.group = option->group, .name = option->name},
                            .old_count = option_old_name_count(option)};
    struct config_value section;
    const char *group = option->group;
    if (option->section != NULL &&
        config_get(config, &(struct config_name){option->group, option->section}, NULL, 0,
                   &section) &&
        *section.text != '\0')
        group = section.text;
    lookup.name.group = group;
    for (size_t i = 0; i < lookup.old_count; i++) {
        lookup.old_names[i] = option->old_names[i];
        if (option->section != NULL)
            lookup.old_names[i].group = group;
    }
    return lookup;
}

static bool look_up(const struct config *config, const struct config_option *option,
                    struct config_value *value)
{
    struct lookup lookup = lookup_of(config, option);
    return config_get(config, &lookup.name, lookup.old_names, lookup.old_count, value);
}

void settings_refuse(const struct config *config, const struct config_option *option,
                     const char *reason, struct error_line *error)
{
    struct config_value value;
    bool found = look_up(config, option, &value);
    size_t files = config_file_count(config);
    const char *group = lookup_of(config, option).name.group;
    if (found && value.origin.file != NULL)
        error_line_set(error, "%s:%u: [%s] %s: %s", value.origin.file, value.origin.line, group,
                       option->name, reason);
    else if (found || files == 0)
        error_line_set(error, "%s[%s] %s: %s", found ? "environment: " : "", group, option->name,
                       reason);
    else
        error_line_set(error, "%s: [%s] %s: %s", config_file(config, files - 1), group,
                       option->name, reason);
}

static bool fail(const struct loader *loader, const struct config_option *option,
                 const char *reason)
{
    settings_refuse(loader->config, option, reason, loader->error);
    return false;
}

static bool is_in_range(const struct config_option *option, double value)
{
    return !(option->minimum < option->maximum) ||
           (value >= option->minimum && value <= option->maximum);
}

static bool fail_range(const struct loader *loader, const struct config_option *option)
{
    char reason[128];
    snprintf(reason, sizeof(reason), "must be between %.0f and %.0f", option->minimum,
             option->maximum);
    return fail(loader, option, reason);
}

static bool store_integer(const struct loader *loader, const struct config_option *option,
                          const char *text)
{
    long *field = field_of(loader->settings, option);
    if (option_is_blank(text))
        text = option->default_text;
    *field = SETTINGS_UNSET;
    if (text == NULL)
        return true;
    if (!option_parse_integer(text, field))
        return fail(loader, option, "is not a whole number");
    return is_in_range(option, (double)*field) || fail_range(loader, option);
}

static bool store_real(const struct loader *loader, const struct config_option *option,
                       const char *text)
{
    double *field = field_of(loader->settings, option);
    if (option_is_blank(text))
        text = option->default_text;
    *field = NAN;
    if (text == NULL)
        return true;
    if (!option_parse_real(text, field))
        return fail(loader, option, "is not a number");
    return is_in_range(option, *field) || fail_range(loader, option);
}

static bool store_boolean(const struct loader *loader, const struct config_option *option,
                          const char *text)
{
    return option_parse_boolean(text, field_of(loader->settings, option)) ||
           fail(loader, option, "is not a boolean: true, 1, on, yes or false, 0, off, no");
}

static bool store_text(const struct loader *loader, const struct config_option *option,
                       const char *text)
{
    const char **field = field_of(loader->settings, option);
    char reason[256];
    char *copy = arena_strdup(&loader->settings->memory, text);
    for (char *c = copy; option->any_case && *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    *field = copy;
    if (option->choices == NULL || option_is_choice(option->choices, copy))
        return true;
    snprintf(reason, sizeof(reason), "must be one of: %s", option->choices);
    return fail(loader, option, reason);
}

/* Stores the value that means "not set". */
static void store_nothing(const struct settings *settings, const struct config_option *option)
{
    if (option->type == OPTION_INTEGER)
        *(long *)field_of(settings, option) = SETTINGS_UNSET;
    else if (option->type == OPTION_REAL)
        *(double *)field_of(settings, option) = NAN;
}

static bool store(const struct loader *loader, const struct config_option *option, const char *text)
{
    switch (option->type) {
    case OPTION_TEXT:
        return store_text(loader, option, text);
    case OPTION_BOOLEAN:
        return store_boolean(loader, option, text);
    case OPTION_INTEGER:
        return store_integer(loader, option, text);
    case OPTION_REAL:
        return store_real(loader, option, text);
    case OPTION_LIST:
        *(struct text_list *)field_of(loader->settings, option) =
            option_parse_list(&loader->settings->memory, text);
        return true;
    case OPTION_MULTI:
        break;
    }
    return false;
}

/* Returns the text with references to other options replaced, or NULL after a failure. */
static const char *expand(const struct loader *loader, const struct config_option *option,
                          const char *text)
{
    struct substitution substitution = {
        .config = loader->config,
        .arena = &loader->settings->memory,
    };
    const char *expanded = substitute(&substitution, option, text);
    if (expanded == NULL)
        fail(loader, option, substitution.reason);
    return expanded;
}

/* Loads an option of many values: all values from the files, or the default as the only one. */
static bool load_multi(const struct loader *loader, const struct config_option *option)
{
    struct lookup lookup = lookup_of(loader->config, option);
    struct arena *memory = &loader->settings->memory;
    size_t count =
        config_get_all(loader->config, &lookup.name, lookup.old_names, lookup.old_count, NULL, 0);
    struct config_value *values = arena_array(memory, count + 1, sizeof(*values));
    config_get_all(loader->config, &lookup.name, lookup.old_names, lookup.old_count, values, count);
    if (count == 0 && option->default_text != NULL)
        values[count++].text = option->default_text;
    const char **items = arena_array(memory, count + 1, sizeof(*items));
    for (size_t i = 0; i < count; i++) {
        items[i] = expand(loader, option, values[i].text);
        if (items[i] == NULL)
            return false;
    }
    *(struct text_list *)field_of(loader->settings, option) =
        (struct text_list){.items = items, .count = count};
    return true;
}

static bool load_option(const struct loader *loader, const struct config_option *option)
{
    struct config_value value = {.text = option->default_text};
    if (option->type == OPTION_MULTI)
        return load_multi(loader, option);
    look_up(loader->config, option, &value);
    if (value.text == NULL) {
        store_nothing(loader->settings, option);
        if (!option->required)
            return true;
        error_line_set(loader->error, "value required for option %s in group [%s]", option->name,
                       option->group);
        return false;
    }
    const char *text = expand(loader, option, value.text);
    return text != NULL && store(loader, option, text);
}

/* Checks that a format of the log can be used. */
static bool check_format(const struct loader *loader, const char *name, const char *format)
{
    const char *reason;
    struct log_template *template = log_template_new(format, &reason);
    if (template == NULL)
        return fail(loader, option_find("DEFAULT", name), reason);
    log_template_free(template);
    return true;
}

/* Checks the formats and the rotation of the log. */
static bool check_log(const struct loader *loader)
{
    const struct settings *settings = loader->settings;
    bool weekly = strcmp(settings->default_log_rotate_interval_type, "weekday") == 0;
    if (!log_is_facility(settings->default_syslog_log_facility))
        return fail(loader, option_find("DEFAULT", "syslog_log_facility"),
                    "is not a facility of syslog, as LOG_USER or LOG_LOCAL0");
    if (settings->berth_audit_log_syslog_facility != NULL &&
        *settings->berth_audit_log_syslog_facility != '\0' &&
        !log_is_facility(settings->berth_audit_log_syslog_facility))
        return fail(loader, option_find("berth", "audit_log_syslog_facility"),
                    "is not a facility of syslog, as LOG_USER or LOG_LOCAL0");
    if (settings->berth_audit_log && text_filled_or(settings->berth_audit_log_file, NULL) == NULL &&
        text_filled_or(settings->berth_audit_log_syslog_facility, NULL) == NULL)
        return fail(loader, option_find("berth", "audit_log"),
                    "needs audit_log_file or audit_log_syslog_facility");
    if (strcmp(settings->default_log_rotation_type, "interval") == 0 &&
        (weekly ? settings->default_log_rotate_interval > 6
                : settings->default_log_rotate_interval == 0))
        return fail(loader, option_find("DEFAULT", "log_rotate_interval"),
                    weekly ? "is not a day of the week: 0 to 6" : "is zero");
    return check_format(loader, "logging_context_format_string",
                        settings->default_logging_context_format_string) &&
           check_format(loader, "logging_default_format_string",
                        settings->default_logging_default_format_string) &&
           check_format(loader, "logging_user_identity_format",
                        settings->default_logging_user_identity_format);
}

/* Checks what the type of an option does not tell. */
static bool check(const struct loader *loader)
{
    struct database_url url;
    struct error_line reason;
    if (!settings_database_url(loader->settings, &url, &reason))
        return fail(loader, option_find("placement_database", "connection"), reason.text);
    database_url_free(&url);
    return check_log(loader);
}

bool settings_load(struct settings *settings, struct config *config, struct error_line *error)
{
    struct loader loader = {.settings = settings, .config = config, .error = error};
    bool good = true;
    memset(settings, 0, sizeof(*settings));
    arena_init(&settings->memory, 0);
    for (size_t i = 0; good && i < option_count; i++)
        good = load_option(&loader, &config_options[i]);
    good = good && check(&loader);
    if (good)
        settings->search_directories = config_search_directories(config, &settings->memory);
    else
        settings_free(settings);
    return good;
}

void settings_free(struct settings *settings)
{
    arena_wipe(&settings->memory);
    memset(settings, 0, sizeof(*settings));
    arena_init(&settings->memory, 0);
}

bool settings_database_url(const struct settings *settings, struct database_url *url,
                           struct error_line *error)
{
    return database_url_parse(url, settings->placement_database_connection,
                              settings->placement_database_connection_parameters, error);
}

/* Returns the index of the word in a list that has it. */
static unsigned index_of(const char *word, const char *const *words, size_t count)
{
    unsigned index = 0;
    while (index + 1 < count && strcmp(words[index], word) != 0)
        index++;
    return index;
}

#define INDEX_OF(word, words) index_of((word), (words), sizeof(words) / sizeof(*(words)))

static struct log_rotation rotation_of(const struct settings *settings)
{
    static const char *const kinds[] = {"none", "size", "interval"};
    static const char *const names[] = {"seconds", "minutes", "hours",
                                        "days",    "weekday", "midnight"};
    struct log_rotation rotation = {
        .kind = INDEX_OF(settings->default_log_rotation_type, kinds),
        .size = (uint64_t)settings->default_max_logfile_size_mb << 20,
        .count = (unsigned)settings->default_max_logfile_count,
        .unit = INDEX_OF(settings->default_log_rotate_interval_type, names),
        .interval = (unsigned)settings->default_log_rotate_interval,
    };
    if (rotation.kind == LOG_ROTATION_SIZE && rotation.size == 0)
        rotation.kind = LOG_ROTATION_NONE;
    return rotation;
}

struct log_settings settings_log(const struct settings *settings)
{
    static const char *const levels[] = {"debug", "info", "warning", "error"};
    static const char *const formats[] = {"text", "json", "oslo"};
    const char *own_file = text_filled_or(settings->berth_log_file, NULL);
    return (struct log_settings){
        .level =
            settings->default_debug ? LOG_LEVEL_DEBUG : INDEX_OF(settings->berth_log_level, levels),
        .format = settings->default_use_json ? LOG_FORMAT_JSON
                                             : INDEX_OF(settings->berth_log_format, formats),
        .directory = own_file != NULL ? NULL : text_filled_or(settings->default_log_dir, NULL),
        .file = text_or(own_file, text_filled_or(settings->default_log_file, NULL)),
        .rotation = rotation_of(settings),
        .use_stderr = settings->default_use_stderr,
        .use_syslog = settings->default_use_syslog,
        .use_journal = settings->default_use_journal,
        .syslog_facility = settings->default_syslog_log_facility,
        .context_format = settings->default_logging_context_format_string,
        .default_format = settings->default_logging_default_format_string,
        .user_identity_format = settings->default_logging_user_identity_format,
        .date_format = settings->default_log_date_format,
    };
}
