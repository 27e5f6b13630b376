/*
 * Looking for rules in policy files, without understanding them.
 */
#include <config.h>

#include "auth/policy_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 4096 };

/* Whether a line of YAML or JSON says nothing: blank, a comment, a mark of a document, an empty map. */
static bool line_is_empty(const char *line)
{
    line += strspn(line, " \t\r\n");
    size_t length = strcspn(line, " \t\r\n");
    return length == 0 || *line == '#' || (length == 3 && strncmp(line, "---", 3) == 0) ||
           (length == 2 && strncmp(line, "{}", 2) == 0);
}

static bool file_has_no_rules(const char *path, struct config_error *error)
{
    FILE *file = fopen(path, "re");
    if (file == NULL && (errno == ENOENT || errno == ENOTDIR))
        return true;
    if (file == NULL) {
        config_error_set(error, "%s: %s", path, strerror(errno));
        return false;
    }
    char *line = NULL;
    size_t size = 0;
    bool empty = true;
    while (empty && getline(&line, &size, file) >= 0)
        empty = line_is_empty(line);
    free(line);
    fclose(file);
    if (!empty)
        config_error_set(error,
                         "%s has rules: this version only knows the default ones, and does not let "
                         "anybody in by them where others hold",
                         path);
    return empty;
}

static bool directory_has_no_rules(const char *path, struct config_error *error)
{
    DIR *directory = opendir(path);
    if (directory == NULL)
        return true;
    struct dirent *entry;
    bool empty = true;
    while (empty && (entry = readdir(directory)) != NULL) {
        char inside[PATH_SIZE];
        snprintf(inside, sizeof(inside), "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.')
            empty = file_has_no_rules(inside, error);
    }
    closedir(directory);
    return empty;
}

/* Looks at a path everywhere where it may be. */
static bool look(const struct settings *settings, const char *path,
                 bool (*has_no_rules)(const char *, struct config_error *),
                 struct config_error *error)
{
    char place[PATH_SIZE];
    if (path == NULL || *path == '\0')
        return true;
    if (*path == '/')
        return has_no_rules(path, error);
    for (size_t i = 0; i < settings->config_files.count; i++) {
        const char *file = settings->config_files.items[i], *slash = strrchr(file, '/');
        snprintf(place, sizeof(place), "%.*s/%s", slash != NULL ? (int)(slash - file) : 1,
                 slash != NULL ? file : ".", path);
        if (!has_no_rules(place, error))
            return false;
    }
    snprintf(place, sizeof(place), "/etc/placement/%s", path);
    return has_no_rules(place, error);
}

bool policy_files_have_no_rules(const struct settings *settings, struct config_error *error)
{
    if (!look(settings, settings->oslo_policy_policy_file, file_has_no_rules, error))
        return false;
    for (size_t i = 0; i < settings->oslo_policy_policy_dirs.count; i++)
        if (!look(settings, settings->oslo_policy_policy_dirs.items[i], directory_has_no_rules,
                  error))
            return false;
    return true;
}
