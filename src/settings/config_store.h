/*
 * The inside of struct config: for settings/config.c and settings/config_read.c alone.
 */
#ifndef BERTH_SETTINGS_CONFIG_STORE_H
#define BERTH_SETTINGS_CONFIG_STORE_H

#include "base/arena.h"
#include "settings/config.h"

struct config_entry {
    const char *group;
    const char *name;
    const char *text;
    size_t source; /* its index */
    unsigned line;
};

/* A file that was read, or (without a file) something that the command line has set. */
struct config_source {
    const char *file;
    bool in_directory; /* it was read as one of a directory's */
    size_t begin;      /* its first entry; it has those up to the next source's */
};

struct config {
    struct arena memory; /* of all below */
    struct config_source *sources;
    size_t source_count;
    struct config_entry *entries;
    size_t entry_count;
    size_t entry_room;
    const char **directories; /* that were read */
    size_t directory_count;
};

/* What is added from here on comes from file (NULL: the command line). */
void config_begin_source(struct config *config, const char *file, bool in_directory);

/* Adds an entry to the last source. Text is copied. */
void config_add_entry(struct config *config, const char *group, const char *name, const char *text,
                      unsigned line);

#endif
