/*
 * Finds options in the table, and writes the sample file from it.
 */
#include <config.h>

#include "settings/option.h"

#include <string.h>
#include <strings.h>

/* The case of a group's name does not count, but for DEFAULT (cfg.py, _normalize_group_name). */
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

const char *option_type_name(enum option_type type)
{
    static const char *const names[] = {
        [OPTION_TEXT] = "string value",     [OPTION_BOOLEAN] = "boolean value",
        [OPTION_INTEGER] = "integer value", [OPTION_REAL] = "floating point value",
        [OPTION_LIST] = "list value",       [OPTION_MULTI] = "multi valued",
    };
    return names[type];
}

/* Writes text as comment lines of at most 79 columns. */
static void write_comment(struct buffer *buffer, const char *text)
{
    enum { WIDTH = 77 };
    while (*text != '\0') {
        size_t length = strlen(text);
        if (length > WIDTH) {
            length = WIDTH;
            while (length > 0 && text[length] != ' ')
                length--;
            if (length == 0)
                length = strcspn(text, " ");
        }
        buffer_printf(buffer, "# %.*s\n", (int)length, text);
        text += length;
        text += strspn(text, " ");
    }
}

static void write_option(struct buffer *buffer, const struct config_option *option)
{
    buffer_add_text(buffer, "\n");
    write_comment(buffer, option->help);
    buffer_printf(buffer, "# (%s%s)\n", option_type_name(option->type),
                  option->required ? ", required" : "");
    if (option->choices != NULL)
        buffer_printf(buffer, "# Possible values: %s\n", option->choices);
    if (option->minimum < option->maximum)
        buffer_printf(buffer, "# Minimum value: %.0f\n# Maximum value: %.0f\n", option->minimum,
                      option->maximum);
    for (size_t i = 0; i < option_old_name_count(option); i++)
        buffer_printf(buffer, "# Deprecated group/name - [%s]/%s\n", option->old_names[i].group,
                      option->old_names[i].name);
    buffer_printf(buffer, "#%s =%s%s\n", option->name,
                  option->default_text != NULL && *option->default_text == '\0' ? "" : " ",
                  option->default_text != NULL ? option->default_text : "<None>");
}

void option_write_sample(struct buffer *buffer)
{
    const char *group = NULL;
    for (size_t i = 0; i < option_count; i++) {
        if (group == NULL || strcmp(group, config_options[i].group) != 0) {
            group = config_options[i].group;
            buffer_printf(buffer, "%s[%s]\n", i > 0 ? "\n" : "", group);
        }
        write_option(buffer, &config_options[i]);
    }
}
