/*
 * The text of options, from the configuration files and the environment.
 *
 * The files are oslo.config's INI, read as oslo.config reads it (oslo_config/iniparser.py, cfg.py):
 *   [group]             the name ends at the bracket that ends the line; its case does not count,
 *                       except for DEFAULT
 *   name = value        or "name: value", whichever sign comes first; blanks around name and value
 *                       are dropped, and one pair of quotes around the value
 *      more             a line that begins with a blank continues the value, after a newline; an
 *                       empty line or a comment ends the value
 *   # comment           or "; comment", only at the beginning of a line
 * An option may be given several times: the last one counts, in the last file that has it. An
 * option of many values has all of them, from all files. The environment overrides the files
 * (OS_<GROUP>__<OPTION>, such as OS_PLACEMENT_DATABASE__CONNECTION).
 *
 * This module knows nothing about which options exist and of what type they are: see
 * settings/option.h and settings/settings.h.
 */
#ifndef BERTH_SETTINGS_CONFIG_H
#define BERTH_SETTINGS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error_line.h"

struct config;

/* Where a value comes from. */
struct config_origin {
    const char *file; /* NULL: the environment */
    unsigned line;    /* in file, from 1 */
};

struct config_value {
    const char *text;
    struct config_origin origin;
};

/* Returns an empty configuration. */
struct config *config_new(void);

/* Frees it after wiping all text, since some of it is secret. NULL is ignored. */
void config_free(struct config *config);

/* Read a file, or the files *.conf of a directory in the order of their names. What is read later
   overrides what was read before. A path may begin with "~/". Return false and set error when it
   does not exist, cannot be read or is not well-formed. */
bool config_read_file(struct config *config, const char *path, struct error_line *error);
bool config_read_directory(struct config *config, const char *path, struct error_line *error);

/* A --config-file or --config-dir of the command line. */
struct config_place {
    bool is_directory;
    const char *path;
};

/*
 * Reads the files and directories that the command line names, in its order. Returns false and sets
 * error as the functions above do. As upstream does:
 * - If the command line names no file, first reads $OS_PLACEMENT_CONFIG_DIR/placement.conf, which
 *   must exist, or, without that variable, the first placement.conf in ~/.placement, ~,
 *   /etc/placement and /etc, if any.
 * - If it names no directory, then reads placement.conf.d in the first of these places that has
 * one.
 */
bool config_load(struct config *config, const struct config_place *places, size_t count,
                 struct error_line *error);

/*
 * Returns the directories in which to look for a file that the configuration names by a relative
 * path, in the order of oslo.config's find_file(): the directories that were read; the directories
 * of the files that were read, the last file first; ~/.placement, ~, /etc/placement and /etc. The
 * list ends with NULL and is in the arena, text included.
 */
const char *const *config_search_directories(struct config *config, struct arena *arena);

struct config_name {
    const char *group;
    const char *name;
};

/* Looks up an option. Returns false and leaves *value alone if it is not set anywhere. old_names
   (old_count of them) are names that the option had before; they count only in files: less than the
   present name in the same file, more than anything in files read before. The text lives as long as
   the config. */
bool config_get(const struct config *config, const struct config_name *name,
                const struct config_name *old_names, size_t old_count, struct config_value *value);

/* Looks up an option of many values. Stores the first room of them in values (may be NULL if room
   is 0), in the order of the files, and returns how many there are. */
size_t config_get_all(const struct config *config, const struct config_name *name,
                      const struct config_name *old_names, size_t old_count,
                      struct config_value *values, size_t room);

/* Calls visitor for each entry of the files, in their order. */
typedef void (*config_visitor)(void *subject, const struct config_name *name,
                               const struct config_value *value);
void config_visit(const struct config *config, config_visitor visitor, void *subject);

/* Return how many files were read, and the path of one of them (NULL if index is too large). */
size_t config_file_count(const struct config *config);
const char *config_file(const struct config *config, size_t index);

#endif
