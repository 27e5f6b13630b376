/*
 * Adds to what was read.
 */
#include <config.h>

#include "settings/config_store.h"

void config_begin_source(struct config *config, const char *file, bool in_directory)
{
    config->sources = arena_grow(&config->memory, config->sources, config->source_count,
                                 &config->source_room, sizeof(*config->sources));
    config->sources[config->source_count++] = (struct config_source){
        .file = arena_strdup(&config->memory, file),
        .in_directory = in_directory,
        .begin = config->entry_count,
    };
}

void config_add_entry(struct config *config, const char *group, const char *name, const char *text,
                      unsigned line)
{
    config->entries = arena_grow(&config->memory, config->entries, config->entry_count,
                                 &config->entry_room, sizeof(*config->entries));
    config->entries[config->entry_count++] = (struct config_entry){
        .group = arena_strdup(&config->memory, group),
        .name = arena_strdup(&config->memory, name),
        .text = arena_strdup(&config->memory, text),
        .source = config->source_count - 1,
        .line = line,
    };
}

void config_add_directory(struct config *config, const char *path)
{
    config->directories = arena_grow(&config->memory, config->directories, config->directory_count,
                                     &config->directory_room, sizeof(*config->directories));
    config->directories[config->directory_count++] = arena_strdup(&config->memory, path);
}
