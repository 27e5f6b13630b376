/*
 * A terminal used as one page: its alternate screen, its keys and its signals.
 *
 * The terminal is restored however the program leaves: by a key, by Ctrl-C, by another signal that
 * ends it, and while Ctrl-Z stops it.
 */
#ifndef BERTH_MANAGE_TOP_SCREEN_H
#define BERTH_MANAGE_TOP_SCREEN_H

#include <signal.h>
#include <termios.h>

#include "base/buffer.h"

struct screen {
    struct termios saved;
    sigset_t old_mask;
    int signals; /* a signalfd */
};

enum screen_event {
    SCREEN_TIMEOUT, /* nothing happened */
    SCREEN_REDRAW,  /* the size has changed, or a key asks for it */
    SCREEN_END,     /* the user wants to leave */
};

/* Takes over stdin and stdout. Returns false with errno set if they are not a terminal. */
bool screen_open(struct screen *screen);

/* Restores the terminal. */
void screen_close(struct screen *screen);

/* Shows a page. Each line ends with a newline; there are at most screen_rows() lines. */
void screen_show(const struct buffer *page);

/* Waits for an event. A signal that ends the program does so here. */
enum screen_event screen_wait(struct screen *screen, int milliseconds);

/* Returns the number of rows of the terminal. */
unsigned screen_rows(void);

#endif
