/*
 * Finds configuration files and reads them.
 */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/directory.h"
#include "settings/config.h"
#include "settings/config_store.h"
#include "settings/file_text.h"
#include "settings/ini.h"

static void add_entry(void *subject, const char *group, const char *name, const char *value,
                      unsigned line)
{
    config_add_entry(subject, group, name, value, line);
}

static bool read_file(struct config *config, const char *path, bool in_directory,
                      struct error_line *error)
{
    struct buffer content;
    struct ini_problem problem;
    bool good = false;
    if (!file_text_read(path, &content)) {
        error_line_set(error, "cannot read configuration file %s: %s", path, strerror(errno));
    } else {
        config_begin_source(config, path, in_directory);
        good = ini_parse(content.data, content.length - 1, add_entry, config, &problem);
        if (!good)
            error_line_set(error, "%s:%u: %s", path, problem.line, problem.reason);
    }
    file_text_free(&content);
    return good;
}

bool config_read_file(struct config *config, const char *path, struct error_line *error)
{
    return read_file(config, file_text_path(&config->memory, path), false, error);
}

bool config_read_directory(struct config *config, const char *path, struct error_line *error)
{
    struct dirent **entries = NULL;
    bool good = true;
    path = file_text_path(&config->memory, path);
    int count = directory_list(path, ".conf", &entries);
    if (count < 0) {
        error_line_set(error, "cannot read configuration directory %s: %s", path, strerror(errno));
        return false;
    }
    config_add_directory(config, path);
    for (int i = 0; i < count; i++) {
        if (good) {
            const char *file = arena_printf(&config->memory, "%s/%s", path, entries[i]->d_name);
            good = read_file(config, file, true, error);
        }
        free(entries[i]);
    }
    free(entries);
    return good;
}

/* cfg.py, _get_config_dirs. */
static const char *const usual_places[] = {"~/.placement", "~", "/etc/placement", "/etc"};

enum { USUAL_PLACES = sizeof(usual_places) / sizeof(usual_places[0]) };

/* Returns the path of name in the first of the usual places that has it, or NULL. */
static const char *find_usual(struct config *config, const char *name)
{
    for (size_t i = 0; i < USUAL_PLACES; i++) {
        const char *place = file_text_path(&config->memory, usual_places[i]);
        const char *path = arena_printf(&config->memory, "%s/%s", place, name);
        if (access(path, F_OK) == 0)
            return path;
    }
    return NULL;
}

/* Returns $OS_PLACEMENT_CONFIG_DIR without the blanks around it, or NULL. */
static const char *directory_of_environment(struct config *config)
{
    const char *directory = getenv("OS_PLACEMENT_CONFIG_DIR");
    if (directory == NULL)
        return NULL;
    directory += strspn(directory, " \t\r\n");
    size_t length = strlen(directory);
    while (length > 0 && strchr(" \t\r\n", directory[length - 1]) != NULL)
        length--;
    return length > 0 ? arena_strndup(&config->memory, directory, length) : NULL;
}

static bool read_default_file(struct config *config, struct error_line *error)
{
    const char *directory = directory_of_environment(config);
    const char *path = directory != NULL
                           ? arena_printf(&config->memory, "%s/placement.conf", directory)
                           : find_usual(config, "placement.conf");
    return path == NULL || config_read_file(config, path, error);
}

static bool read_default_directory(struct config *config, struct error_line *error)
{
    const char *path = find_usual(config, "placement.conf.d");
    return path == NULL || config_read_directory(config, path, error);
}

bool config_load(struct config *config, const struct config_place *places, size_t count,
                 struct error_line *error)
{
    bool has_file = false, has_directory = false;
    for (size_t i = 0; i < count; i++) {
        has_file = has_file || !places[i].is_directory;
        has_directory = has_directory || places[i].is_directory;
    }
    if (!has_file && !read_default_file(config, error))
        return false;
    if (!has_directory && !read_default_directory(config, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool good = places[i].is_directory ? config_read_directory(config, places[i].path, error)
                                           : config_read_file(config, places[i].path, error);
        if (!good)
            return false;
    }
    return true;
}

const char *const *config_search_directories(struct config *config, struct arena *arena)
{
    size_t room = config->directory_count + config->source_count + USUAL_PLACES + 1, count = 0;
    const char **directories = arena_array(arena, room, sizeof(*directories));
    for (size_t i = 0; i < config->directory_count; i++)
        directories[count++] = arena_strdup(arena, config->directories[i]);
    for (size_t i = config->source_count; i-- > 0;) {
        const char *file = config->sources[i].file;
        if (config->sources[i].in_directory)
            continue;
        const char *slash = strrchr(file, '/');
        directories[count++] =
            slash != NULL ? arena_strndup(arena, file, (size_t)(slash - file) + 1) : ".";
    }
    for (size_t i = 0; i < USUAL_PLACES; i++)
        directories[count++] =
            arena_strdup(arena, file_text_path(&config->memory, usual_places[i]));
    return directories;
}
