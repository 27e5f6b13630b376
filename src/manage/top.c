/*
 * berth-manage top: shows what a running pool is doing.
 */
#include <config.h>

#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "manage/command.h"
#include "manage/top_page.h"
#include "manage/top_screen.h"
#include "settings/option_value.h"

enum {
    POOLS = 64,
    PATIENCE = 3000, /* milliseconds that a pool may be gone while its program is replaced */
    INTERVAL = 2000, /* milliseconds, as are all of these */
    INTERVAL_ONCE = 1000,
    INTERVAL_LEAST = 100,
    INTERVAL_MOST = 3600000,
};

struct top {
    struct terminal terminal;
    struct observer observer;
    struct top_sample *before, *after;
    struct top_figures figures;
    struct buffer page;
    pid_t pid; /* 0: any */
    bool once;
    int interval; /* milliseconds; 0: not given */
};

static bool arguments_read(struct top *top, const struct command_call *call)
{
    static const struct option options[] = {{"pid", required_argument, NULL, 'p'},
                                            {"interval", required_argument, NULL, 'i'},
                                            {"once", no_argument, NULL, 'o'},
                                            {NULL, 0, NULL, 0}};
    int option;
    long pid;
    double seconds;
    while ((option = getopt_long(call->argc, call->argv, "", options, NULL)) != -1) {
        if (option == 'o') {
            top->once = true;
            continue;
        }
        if (option == '?')
            return false;
        if (option == 'p') {
            if (!option_parse_integer(optarg, &pid) || pid < 1 || pid > INT_MAX)
                return false;
            top->pid = (pid_t)pid;
            continue;
        }
        if (!option_parse_real(optarg, &seconds) || !(seconds * 1000 >= INTERVAL_LEAST) ||
            seconds * 1000 > INTERVAL_MOST)
            return false;
        top->interval = (int)(seconds * 1000);
    }
    return optind == call->argc;
}

/* Attaches to the only pool that is not about to end. Complains if there is none, or several. */
static bool choose(struct top *top)
{
    pid_t pids[POOLS];
    struct observer other;
    const char *reason = NULL;
    size_t found = 0, count = observer_find(pids, POOLS);
    for (size_t i = 0; i < count; i++) {
        if (!observer_attach(&other, pids[i], &reason))
            continue;
        if (atomic_load(&other.scoreboard->state) != POOL_STOPPING && found++ == 0)
            top->observer = other;
        else
            observer_detach(&other);
    }
    if (found == 1)
        return true;
    observer_detach(&top->observer);
    if (count == 0)
        command_complain("there is no pool that this user may see");
    else if (found == 0)
        command_complain("the pool of pid %d: %s", (int)pids[0],
                         reason != NULL ? reason : "it is about to end");
    else
        command_complain("there are several pools: choose one with --pid");
    for (size_t i = 0; found > 1 && i < count; i++)
        fprintf(stderr, "  %d\n", (int)pids[i]);
    return false;
}

static bool attach(struct top *top)
{
    const char *reason;
    if (top->pid == 0)
        return choose(top);
    if (observer_attach(&top->observer, top->pid, &reason))
        return true;
    command_complain("the pool of pid %d: %s", (int)top->pid, reason);
    return false;
}

/* Takes a new sample; the last one becomes the one before. */
static void sample(struct top *top)
{
    struct top_sample *oldest = top->before;
    top->before = top->after;
    top->after = oldest;
    top_sample_take(top->after, top->observer.scoreboard);
    top_figures_make(&top->figures, top->before, top->after);
}

static void draw(struct top *top, unsigned rows)
{
    buffer_reset(&top->page);
    top_page_write(&top->page, &top->terminal, rows, &top->observer, &top->figures);
}

static int show_once(struct top *top)
{
    top_sample_take(top->after, top->observer.scoreboard);
    usleep((useconds_t)(top->interval != 0 ? top->interval : INTERVAL_ONCE) * 1000);
    sample(top);
    draw(top, 0);
    return command_flush(&top->page) ? 0 : EX_IOERR;
}

/* Returns whether the pool is still there, perhaps with a new program. */
static bool follow(struct top *top, struct screen *screen)
{
    const char *reason;
    pid_t pid = top->observer.pid;
    uint64_t until = clock_milliseconds() + PATIENCE;
    if (observer_is_current(&top->observer))
        return true;
    observer_detach(&top->observer);
    while (!observer_attach(&top->observer, pid, &reason)) {
        if (clock_milliseconds() > until || screen_wait(screen, INTERVAL_LEAST) == SCREEN_END)
            return false;
    }
    top_sample_take(top->after, top->observer.scoreboard);
    return true;
}

/* Draws the page again and again, until the user or the pool ends. Returns the exit status. */
static int show_live(struct top *top)
{
    struct screen screen;
    int interval = top->interval != 0 ? top->interval : INTERVAL;
    enum screen_event event = SCREEN_TIMEOUT;
    pid_t pid = top->observer.pid;
    if (!screen_open(&screen))
        return command_complain("standard input is not a terminal: use --once");
    /* the first page covers everything since the start */
    top->after->at = top->observer.scoreboard->started;
    bool there = true;
    while (event != SCREEN_END && (there = follow(top, &screen))) {
        if (event == SCREEN_TIMEOUT)
            sample(top);
        top->terminal = terminal_of(stdout);
        draw(top, screen_rows());
        screen_show(&top->page);
        event = screen_wait(&screen, interval);
    }
    screen_close(&screen);
    return there ? 0 : command_complain("the pool of pid %d has ended", (int)pid);
}

int command_top(struct command_call *call)
{
    struct top top = {.terminal = terminal_of(stdout)};
    if (!arguments_read(&top, call))
        return command_usage(call);
    if (!attach(&top))
        return 1;
    top.before = arena_alloc(&call->arena, sizeof(*top.before));
    top.after = arena_alloc(&call->arena, sizeof(*top.after));
    buffer_init(&top.page, 0);
    int status = top.once || !top.terminal.is_terminal ? show_once(&top) : show_live(&top);
    buffer_free(&top.page);
    observer_detach(&top.observer);
    return status;
}
