/*
 * A terminal that is drawn upon as a whole: its alternate screen, its keys, and the signals that
 * come from it.
 *
 * However it is left, the terminal is as it was: by a key, by Ctrl-C, by another signal that ends
 * the program, and for as long as Ctrl-Z stops it.
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

/* Takes stdin and stdout over. False with errno set: they are no terminal. */
bool screen_open(struct screen *screen);
void screen_close(struct screen *screen);

/* Shows a page of lines that end with newlines, at most as many as there are rows. */
void screen_show(const struct buffer *page);

/* Waits so many milliseconds at most. A signal that ends the program does so in here. */
enum screen_event screen_wait(struct screen *screen, int milliseconds);

/* How many rows there are. */
unsigned screen_rows(void);

#endif
