/*
 * The inside of struct config: what the files say, in the order of reading.
 *
 * For settings/config.c, which looks values up, and settings/config_read.c, which reads the files;
 * everything else uses settings/config.h.
 */
#ifndef BERTH_SETTINGS_CONFIG_STORE_H
#define BERTH_SETTINGS_CONFIG_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* One "name = value". */
struct config_entry {
    const char *group;
    const char *name;
    const char *text;
    size_t source; /* index of its source */
    unsigned line;
};

/* A file that was read. */
struct config_source {
    const char *file;
    bool in_directory; /* read by config_read_directory() */
    size_t begin; /* index of its first entry; the last one is before the next source's first */
};

struct config {
    struct arena memory; /* of all text and lists below */
    struct config_source *sources;
    size_t source_count;
    size_t source_room;
    struct config_entry *entries;
    size_t entry_count;
    size_t entry_room;
    const char **directories; /* that config_read_directory() read */
    size_t directory_count;
    size_t directory_room;
};

/* Begins a source: entries added from here on come from file. Copies the text, as the functions
   below do. */
void config_begin_source(struct config *config, const char *file, bool in_directory);

/* Adds an entry to the last source. */
void config_add_entry(struct config *config, const char *group, const char *name, const char *text,
                      unsigned line);

/* Notes a directory that was read. */
void config_add_directory(struct config *config, const char *path);

#endif
