/*
 * How far a long work has come: a line at the bottom of the terminal, on stderr, which is gone when
 * the work is done. Nothing if stderr is no terminal.
 */
#ifndef BERTH_MANAGE_PROGRESS_H
#define BERTH_MANAGE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool is_terminal;
    bool shown;
};

void progress_begin(struct progress *progress);

/* Tells what is begun now; subject is the struct progress. */
void progress_tell(void *subject, const char *text, uint64_t done, uint64_t total);

/* Wipes the line. */
void progress_end(struct progress *progress);

#endif
