/*
 * Draws and wipes the progress line on stderr.
 */
#include <config.h>

#include "manage/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

void progress_begin(struct progress *progress)
{
    *progress = (struct progress){.is_terminal = isatty(STDERR_FILENO) == 1};
}

void progress_tell(void *subject, const char *text, uint64_t done, uint64_t total)
{
    struct progress *progress = subject;
    if (!progress->is_terminal)
        return;
    progress->shown = true;
    fprintf(stderr, "\r\033[K%3" PRIu64 "%%  %.70s", total > 0 ? done * 100 / total : 0, text);
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
