/*
 * Tells which options have no effect.
 */
#include <config.h>

#include "settings/ignored_options.h"

#include <strings.h>

#include "base/log.h"
#include "base/log_template.h"
#include "settings/option_value.h"

struct ignored_option {
    struct config_name name;
    const char *harmless;
    const char *why;
};

#define IGNORED(group_, name_, harmless_, why_)                                                    \
    {.name = {.group = (group_), .name = (name_)}, .harmless = (harmless_), .why = (why_)},

static const struct ignored_option always_ignored[] = {
#include "settings/ignored_options.def"
};

/* Those that only the format of oslo.log uses. */
static const char elsewhere[] = "it is for [berth] log_format = oslo";
static const struct ignored_option of_oslo_format[] = {
    {{"DEFAULT", "log_date_format"}, LOG_OSLO_DATE_FORMAT, elsewhere},
    {{"DEFAULT", "logging_context_format_string"}, LOG_OSLO_CONTEXT_FORMAT, elsewhere},
    {{"DEFAULT", "logging_default_format_string"}, LOG_OSLO_DEFAULT_FORMAT, elsewhere},
    {{"DEFAULT", "logging_user_identity_format"}, LOG_OSLO_IDENTITY_FORMAT, elsewhere},
};

/* Whether the value means the same as the harmless one. */
static bool is_harmless(const char *text, const char *harmless)
{
    bool value, other;
    if (option_is_blank(text) || strcasecmp(text, harmless) == 0)
        return true;
    return option_parse_boolean(text, &value) && option_parse_boolean(harmless, &other) &&
           value == other;
}

static void report(const struct config *config, const struct ignored_option *option)
{
    struct config_value value;
    if (!config_get(config, &option->name, NULL, 0, &value) ||
        is_harmless(value.text, option->harmless))
        return;
    log_event(LOG_LEVEL_INFO, "option without effect", log_text("group", option->name.group),
              log_text("name", option->name.name), log_path("file", value.origin.file),
              log_integer("line", value.origin.line), log_text("because", option->why));
}

void ignored_options_report(const struct settings *settings, const struct config *config)
{
    for (size_t i = 0; i < sizeof(always_ignored) / sizeof(always_ignored[0]); i++)
        report(config, &always_ignored[i]);
    if (settings_log(settings).format == LOG_FORMAT_OSLO)
        return;
    for (size_t i = 0; i < sizeof(of_oslo_format) / sizeof(of_oslo_format[0]); i++)
        report(config, &of_oslo_format[i]);
}
