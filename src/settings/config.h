/*
 * What the configuration files, the environment and the command line say, as text.
 *
 * The files are oslo.config's INI, read as oslo.config reads it (oslo_config/iniparser.py, cfg.py):
 *   [group]             the name up to the bracket that ends the line; case does not count in it,
 *                       but for DEFAULT
 *   name = value        or "name: value", whichever of the two signs comes first; blanks around
 *                       name and value are dropped, and one pair of quotes around the value
 *      more             a line that begins with a blank goes on with the value, after a newline; an
 *                       empty line or a comment ends the value
 *   # comment           or "; comment", at the beginning of a line only
 * An option may be given several times: the last one counts, in the last file that has it; an
 * option of many values has all of them, of all files. Above the files stands the environment
 * (OS_<GROUP>__<OPTION>, as OS_PLACEMENT_DATABASE__CONNECTION), and above it the command line.
 *
 * What options there are and what type they have is known to settings/option.h and base/settings.h.
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
    const char *file; /* NULL: the environment or the command line */
    unsigned line;    /* in file, from 1 */
};

struct config_value {
    const char *text;
    struct config_origin origin;
};

/* Nothing is read yet. */
struct config *config_new(void);
void config_free(struct config *config);

/* Reads a file, or the files *.conf of a directory in the order of their names. What is read later
   counts more. A path may begin with "~/". Gives false and an error when it is not there, cannot be
   read or is not well-formed. */
bool config_read_file(struct config *config, const char *path, struct error_line *error);
bool config_read_directory(struct config *config, const char *path, struct error_line *error);

/* A --config-file or --config-dir of the command line. */
struct config_place {
    bool is_directory;
    const char *path;
};

/*
 * Reads what the command line names, in its order. If it names no file: before that
 * $OS_PLACEMENT_CONFIG_DIR/placement.conf, which must be there, or, without that variable, the
 * first placement.conf of ~/.placement, ~, /etc/placement and /etc, if any. If it names no
 * directory: the first placement.conf.d of the same places, if any, after the file. All as
 * upstream.
 */
bool config_load(struct config *config, const struct config_place *places, size_t count,
                 struct error_line *error);

/*
 * Where a file is looked for that the configuration names by a relative path, as oslo.config's
 * find_file() does: the directories that were read, those of the other files (of the last one
 * first),
 * ~/.placement, ~, /etc/placement and /etc. Ends with NULL; all of it is the arena's.
 */
const char *const *config_search_directories(struct config *config, struct arena *arena);

/* Sets an option as the command line does: above all else. Name and value are copied. */
void config_override(struct config *config, const char *group, const char *name, const char *value);

/* The value of an option, or false if it is not set anywhere. The environment counts; other names
   that the option has had (old_names, of old_count) only in files, and less than the name of today
   in the same file, but more than files read before. The text lives as long as the config. */
struct config_name {
    const char *group;
    const char *name;
};
bool config_get(const struct config *config, const struct config_name *name,
                const struct config_name *old_names, size_t old_count, struct config_value *value);

/* The values of an option that has many, in the order of the files, at most room of them (values
   may be NULL if room is 0); returns how many there are. */
size_t config_get_all(const struct config *config, const struct config_name *name,
                      const struct config_name *old_names, size_t old_count,
                      struct config_value *values, size_t room);

/* Hands over each entry of the files, in their order. */
typedef void (*config_visitor)(void *subject, const struct config_name *name,
                               const struct config_value *value);
void config_visit(const struct config *config, config_visitor visitor, void *subject);

/* How many files were read, and the path of each. */
size_t config_file_count(const struct config *config);
const char *config_file(const struct config *config, size_t index);

#endif
