/*
 * Drives the alternate screen with the sequences that all terminals of today know.
 */
#include <config.h>

#include "manage/top_screen.h"

#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Alternate screen, no cursor, no line wrap; and the reverse. */
static const char begin_sequence[] = "\033[?1049h\033[?25l\033[?7l";
static const char end_sequence[] = "\033[?7h\033[?25h\033[?1049l";

static void send(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, text, length);
        if (written <= 0)
            return;
        text += written;
        length -= (size_t)written;
    }
}

/* Reads keys one by one without echo. Ctrl-C and Ctrl-Z still send signals. */
static void enter(const struct screen *screen)
{
    struct termios raw = screen->saved;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    send(begin_sequence, sizeof(begin_sequence) - 1);
}

static void leave(const struct screen *screen)
{
    send(end_sequence, sizeof(end_sequence) - 1);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &screen->saved);
}

bool screen_open(struct screen *screen)
{
    static const int taken[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};
    sigset_t signals;
    if (tcgetattr(STDIN_FILENO, &screen->saved) != 0)
        return false;
    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        sigaddset(&signals, taken[i]);
    screen->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (screen->signals < 0)
        return false;
    sigprocmask(SIG_BLOCK, &signals, &screen->old_mask);
    enter(screen);
    return true;
}

void screen_close(struct screen *screen)
{
    leave(screen);
    close(screen->signals);
    sigprocmask(SIG_SETMASK, &screen->old_mask, NULL);
}

unsigned screen_rows(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

/* Draws from the top over the old page, and clears each line before it writes it: at the end of a
   full line the cursor may still be on the last character. The last row has no newline, which
   would scroll. */
void screen_show(const struct buffer *page)
{
    static const char begin[] = "\033[H\033[K", next[] = "\n\033[K", rest[] = "\n\033[J";
    const char *at = page->data, *end = page->data + page->length;
    struct buffer frame;
    buffer_init(&frame, 0);
    buffer_add_text(&frame, begin);
    for (unsigned left = screen_rows(); at < end; left--) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        buffer_add(&frame, at, (size_t)(newline - at));
        at = newline + 1;
        if (at < end)
            buffer_add_text(&frame, next);
        else if (left > 1)
            buffer_add_text(&frame, rest);
    }
    if (!frame.failed)
        send(frame.data, frame.length);
    buffer_free(&frame);
}

/* Restores the terminal and does what the signal does by default: ends or stops the program. */
static void obey(struct screen *screen, int number)
{
    sigset_t one;
    leave(screen);
    sigemptyset(&one);
    sigaddset(&one, number);
    signal(number, SIG_DFL);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &one, NULL); /* delivers it now */
    sigprocmask(SIG_BLOCK, &one, NULL);
    enter(screen);
}

static enum screen_event take_signal(struct screen *screen)
{
    struct signalfd_siginfo info;
    enum screen_event event = SCREEN_TIMEOUT;
    while (event != SCREEN_END &&
           read(screen->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        event = SCREEN_REDRAW;
        if (info.ssi_signo == SIGINT)
            event = SCREEN_END;
        else if (info.ssi_signo != SIGWINCH)
            obey(screen, (int)info.ssi_signo);
    }
    return event;
}

enum screen_event screen_wait(struct screen *screen, int milliseconds)
{
    struct pollfd polled[] = {{.fd = screen->signals, .events = POLLIN},
                              {.fd = STDIN_FILENO, .events = POLLIN}};
    if (poll(polled, 2, milliseconds) <= 0)
        return SCREEN_TIMEOUT;
    if (polled[0].revents != 0)
        return take_signal(screen);
    char key;
    if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q')
        return SCREEN_END;
    return SCREEN_REDRAW;
}
