/*
 * Looks options up in the environment and in what was read.
 */
#include <config.h>

#include "settings/config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "settings/config_store.h"

enum { ENVIRONMENT_NAME_SIZE = 256 };

struct config *config_new(void)
{
    struct config *config = calloc(1, sizeof(*config));
    if (config == NULL)
        abort();
    arena_init(&config->memory, 0);
    return config;
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    arena_wipe(&config->memory);
    free(config);
}

/* The case of a group does not count, except for DEFAULT. */
static bool is_named(const struct config_entry *entry, const struct config_name *name)
{
    if (strcmp(entry->name, name->name) != 0)
        return false;
    if (strcmp(entry->group, "DEFAULT") == 0 || strcmp(name->group, "DEFAULT") == 0)
        return strcmp(entry->group, name->group) == 0;
    return strcasecmp(entry->group, name->group) == 0;
}

static struct config_value value_of(const struct config *config, const struct config_entry *entry)
{
    return (struct config_value){
        .text = entry->text,
        .origin = {.file = config->sources[entry->source].file, .line = entry->line},
    };
}

static size_t source_end(const struct config *config, size_t source)
{
    return source + 1 < config->source_count ? config->sources[source + 1].begin
                                             : config->entry_count;
}

/* Returns the last entry of that name in a source, or NULL. */
static const struct config_entry *find_last(const struct config *config, size_t source,
                                            const struct config_name *name)
{
    for (size_t i = source_end(config, source); i > config->sources[source].begin; i--) {
        if (is_named(&config->entries[i - 1], name))
            return &config->entries[i - 1];
    }
    return NULL;
}

static bool get_environment(const struct config_name *name, struct config_value *value)
{
    char variable[ENVIRONMENT_NAME_SIZE];
    int length = snprintf(variable, sizeof(variable), "OS_%s__%s", name->group, name->name);
    if (length < 0 || (size_t)length >= sizeof(variable))
        return false;
    for (char *c = variable; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
    const char *text = getenv(variable);
    if (text == NULL)
        return false;
    *value = (struct config_value){.text = text};
    return true;
}

bool config_get(const struct config *config, const struct config_name *name,
                const struct config_name *old_names, size_t old_count, struct config_value *value)
{
    if (get_environment(name, value))
        return true;
    for (size_t source = config->source_count; source-- > 0;) {
        const struct config_entry *entry = find_last(config, source, name);
        for (size_t i = 0; entry == NULL && i < old_count; i++)
            entry = find_last(config, source, &old_names[i]);
        if (entry != NULL) {
            *value = value_of(config, entry);
            return true;
        }
    }
    return false;
}

size_t config_get_all(const struct config *config, const struct config_name *name,
                      const struct config_name *old_names, size_t old_count,
                      struct config_value *values, size_t room)
{
    struct config_value value;
    size_t count = 0;
    if (get_environment(name, &value)) {
        if (room > 0)
            values[0] = value;
        return 1;
    }
    for (size_t i = 0; i < config->entry_count; i++) {
        const struct config_entry *entry = &config->entries[i];
        bool wanted = is_named(entry, name);
        for (size_t old = 0; !wanted && old < old_count; old++)
            wanted = is_named(entry, &old_names[old]);
        if (wanted && count < room)
            values[count] = value_of(config, entry);
        count += wanted;
    }
    return count;
}

void config_visit(const struct config *config, config_visitor visitor, void *subject)
{
    for (size_t i = 0; i < config->entry_count; i++) {
        const struct config_entry *entry = &config->entries[i];
        struct config_name name = {.group = entry->group, .name = entry->name};
        struct config_value value = value_of(config, entry);
        visitor(subject, &name, &value);
    }
}

size_t config_file_count(const struct config *config)
{
    return config->source_count;
}

const char *config_file(const struct config *config, size_t index)
{
    return index < config->source_count ? config->sources[index].file : NULL;
}
