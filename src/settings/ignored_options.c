/*
 * Tells which options have no effect.
 */
#include <config.h>

#include "settings/ignored_options.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/log.h"
#include "base/log_template.h"
#include "base/spelling.h"
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

/* The options of this group are Berth's alone, so one that it does not know is a mistake. */
#define OWN_GROUP "berth"

enum { NAME_SIZE = 64, REASON_SIZE = 128 };

/* Returns the one option of [berth] whose name is most like this one, or NULL. */
static const char *most_like(const char *name)
{
    size_t least = SPELLING_UNLIKE;
    const char *found = NULL;
    for (size_t i = 0; i < option_count; i++) {
        if (strcmp(config_options[i].group, OWN_GROUP) != 0)
            continue;
        size_t edits = spelling_edits(name, strlen(name), config_options[i].name);
        if (edits > least || edits == SPELLING_UNLIKE)
            continue;
        found = edits < least ? config_options[i].name : NULL;
        least = edits;
    }
    return found;
}

static void report_unknown(void *subject, const struct config_name *name,
                           const struct config_value *value)
{
    char because[REASON_SIZE];
    (void)subject;
    if (strcasecmp(name->group, OWN_GROUP) != 0 || option_find(OWN_GROUP, name->name) != NULL)
        return;
    const char *meant = most_like(name->name);
    snprintf(because, sizeof(because), "Berth has no such option%s%s%s",
             meant != NULL ? ": do you mean " : "", meant != NULL ? meant : "",
             meant != NULL ? "?" : "");
    log_event(LOG_LEVEL_INFO, "option without effect", log_text("group", name->group),
              log_text("name", name->name), log_path("file", value->origin.file),
              log_integer("line", value->origin.line), log_text("because", because));
}

static void report_unknown_variables(void)
{
    static const char prefix[] = "OS_BERTH__";
    static const struct config_value nowhere = {0};
    for (char **variable = environ; *variable != NULL; variable++) {
        char name[NAME_SIZE];
        size_t length = strcspn(*variable, "=");
        if (strncmp(*variable, prefix, sizeof(prefix) - 1) != 0 || length >= sizeof(name))
            continue;
        size_t used = 0;
        for (size_t i = sizeof(prefix) - 1; i < length; i++)
            name[used++] = (char)tolower((unsigned char)(*variable)[i]);
        name[used] = '\0';
        report_unknown(NULL, &(struct config_name){.group = OWN_GROUP, .name = name}, &nowhere);
    }
}

void ignored_options_report(const struct settings *settings, const struct config *config)
{
    for (size_t i = 0; i < sizeof(always_ignored) / sizeof(always_ignored[0]); i++)
        report(config, &always_ignored[i]);
    config_visit(config, report_unknown, NULL);
    report_unknown_variables();
    if (settings_log(settings).format == LOG_FORMAT_OSLO)
        return;
    for (size_t i = 0; i < sizeof(of_oslo_format) / sizeof(of_oslo_format[0]); i++)
        report(config, &of_oslo_format[i]);
}
