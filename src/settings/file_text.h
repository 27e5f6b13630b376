/*
 * The text of files, which may hold secrets: placement.conf, option files of MariaDB, policy files.
 */
#ifndef BERTH_SETTINGS_FILE_TEXT_H
#define BERTH_SETTINGS_FILE_TEXT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"

/* Returns the path with "~" at its beginning replaced by the home directory; in the arena, or path
   itself. */
const char *file_text_path(struct arena *arena, const char *path);

/* Reads a whole file, and puts a NUL behind it, which counts in the length. Initializes text; the
   caller frees it with file_text_free(), also after a failure. Returns false with errno set; EFBIG
   if it has more than 16 MiB. */
bool file_text_read(const char *path, struct buffer *text);

/* Frees the text after wiping it. */
void file_text_free(struct buffer *text);

#endif
