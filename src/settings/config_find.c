/*
 * Looks for a file in one directory after another.
 */
#include <config.h>

#include "settings/config_find.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Writes the path of name in directory, and returns whether the file exists. */
static bool is_there(const char *directory, const char *name, char *path, size_t size)
{
    size_t length = strlen(directory);
    const char *slash = length > 0 && directory[length - 1] != '/' ? "/" : "";
    int written = snprintf(path, size, "%s%s%s", directory, slash, name);
    return written > 0 && (size_t)written < size && access(path, F_OK) == 0;
}

bool config_find_file(const struct settings *settings, const char *name, char *path, size_t size)
{
    if (*name == '/')
        return is_there("", name, path, size);
    for (size_t i = 0; settings->search_directories[i] != NULL; i++)
        if (is_there(settings->search_directories[i], name, path, size))
            return true;
    return false;
}
