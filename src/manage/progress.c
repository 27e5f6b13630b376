/*
 * Draws and wipes the progress line on stderr.
 */
#include <config.h>

#include "manage/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/utf8.h"

enum { TEXT_SIZE = 71 };

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
    char shown[TEXT_SIZE];
    utf8_show(shown, sizeof(shown), text);
    fprintf(stderr, "\r\033[K%3" PRIu64 "%%  %s", total > 0 ? done * 100 / total : 0, shown);
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
