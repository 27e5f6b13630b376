/*
 * Looking for files beside the configuration files and where configuration usually is.
 */
#include <config.h>

#include "base/config_find.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether there is a file of that path, which is written whether or not. */
static bool there(char *path, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool there(char *path, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(path, size, format, arguments);
    va_end(arguments);
    return length > 0 && (size_t)length < size && access(path, F_OK) == 0;
}

bool config_find_file(const struct settings *settings, const char *name, char *path, size_t size)
{
    static const char *const of_home[] = {".placement/", ""}, *const of_system[] = {"placement/",
                                                                                    ""};
    const char *home = getenv("HOME");
    if (*name == '/')
        return there(path, size, "%s", name);
    for (size_t i = settings->config_files.count; i-- > 0;) {
        const char *file = settings->config_files.items[i], *slash = strrchr(file, '/');
        if (there(path, size, "%.*s%s", slash != NULL ? (int)(slash - file + 1) : 0, file, name))
            return true;
    }
    for (size_t i = 0; home != NULL && i < 2; i++)
        if (there(path, size, "%s/%s%s", home, of_home[i], name))
            return true;
    for (size_t i = 0; i < 2; i++)
        if (there(path, size, "/etc/%s%s", of_system[i], name))
            return true;
    return false;
}
