/*
 * The progress of long work: one line on stderr, which disappears when the work is done. Does
 * nothing if stderr is not a terminal.
 */
#ifndef BERTH_MANAGE_PROGRESS_H
#define BERTH_MANAGE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool is_terminal;
    bool shown;
};

/* Finds out whether stderr is a terminal. Shows nothing yet. */
void progress_begin(struct progress *progress);

/* Shows the percentage and what is being done now. subject is the struct progress. */
void progress_tell(void *subject, const char *text, uint64_t done, uint64_t total);

/* Wipes the line. */
void progress_end(struct progress *progress);

#endif
