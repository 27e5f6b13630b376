/*
 * Reads files, and leaves no copy of their text behind.
 */
#include <config.h>

#include "settings/file_text.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_LIMIT = 16 * 1024 * 1024 };

const char *file_text_path(struct arena *arena, const char *path)
{
    if (path[0] != '~' || (path[1] != '/' && path[1] != '\0'))
        return path;
    const char *home = getenv("HOME");
    if (home == NULL || *home == '\0') {
        const struct passwd *user = getpwuid(getuid());
        if (user == NULL)
            return path;
        home = user->pw_dir;
    }
    return arena_printf(arena, "%s%s", home, path + 1);
}

bool file_text_read(const char *path, struct buffer *text)
{
    char piece[4096];
    size_t length;
    struct stat status;
    buffer_init(text, FILE_LIMIT);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    /* No copy of a password stays behind: neither in stdio's buffer nor where a buffer grew. */
    setvbuf(file, NULL, _IONBF, 0);
    if (fstat(fileno(file), &status) == 0 && status.st_size < FILE_LIMIT)
        buffer_reserve(text, (size_t)status.st_size + 1);
    while ((length = fread(piece, 1, sizeof(piece), file)) > 0)
        buffer_add(text, piece, length);
    int error = ferror(file) ? errno : text->failed ? EFBIG : 0;
    explicit_bzero(piece, sizeof(piece));
    fclose(file);
    buffer_add(text, "", 1);
    errno = error != 0 ? error : text->failed ? EFBIG : 0;
    return errno == 0;
}

void file_text_free(struct buffer *text)
{
    if (text->data != NULL)
        explicit_bzero(text->data, text->length);
    buffer_free(text);
}
