/*
 * Writes the page line by line.
 */
#include <config.h>

#include "manage/top_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sorted.h"

enum {
    LINE_SIZE = 512,
    ROUTE_LEAST = 40,
    ROUTE_MOST = 56,    /* the longest template */
    ROUTE_COLUMNS = 40, /* of the table of routes, without the route */
    WORKER_COLUMNS = 26,
    REQUEST_SHORT = 12, /* "req-" and the first digits: enough to find it in the log */
    REQUEST_WHOLE = 40,
    HEAD_ROWS = 6,
    TITLE_ROWS = 2, /* an empty line and the titles */
};

static const char *const worker_states[] = {"none", "starting", "idle", "busy", "ending"};

struct page {
    struct buffer *buffer;
    const struct terminal *terminal;
    unsigned left; /* rows */
};

/* Writes a line in a style, cut where the terminal ends. False: there is no row for it. */
static bool add_line(struct page *page, enum terminal_style style, const char *line)
{
    if (page->left == 0)
        return false;
    page->left--;
    if (style != STYLE_PLAIN)
        terminal_style(page->terminal, page->buffer, style);
    terminal_text(page->terminal, page->buffer, line, page->terminal->columns);
    if (style != STYLE_PLAIN)
        terminal_style(page->terminal, page->buffer, STYLE_PLAIN);
    buffer_add(page->buffer, "\n", 1);
    return true;
}

/* Numbers as text, in the buffer of the caller. */

enum { FIGURE_SIZE = 32 };

static const char *rate_text(double rate, char text[FIGURE_SIZE])
{
    snprintf(text, FIGURE_SIZE, rate < 999.95 ? "%.1f" : "%.0f", rate);
    return text;
}

static const char *milliseconds_text(double milliseconds, char text[FIGURE_SIZE])
{
    if (milliseconds < 0)
        snprintf(text, FIGURE_SIZE, "-");
    else
        snprintf(text, FIGURE_SIZE,
                 milliseconds < 9.995   ? "%.2f"
                 : milliseconds < 99.95 ? "%.1f"
                                        : "%.0f",
                 milliseconds);
    return text;
}

/* A count in at most six characters. */
static const char *count_text(uint64_t count, char text[FIGURE_SIZE])
{
    static const char units[] = "kMGTPE";
    double value = (double)count;
    size_t unit = 0;
    if (count < 1000000) {
        snprintf(text, FIGURE_SIZE, "%llu", (unsigned long long)count);
        return text;
    }
    value /= 1000;
    while (value >= 999.95) {
        value /= 1000;
        unit++;
    }
    snprintf(text, FIGURE_SIZE, "%.1f%c", value, units[unit]);
    return text;
}

/* A duration in at most seven characters. */
static const char *age_text(uint64_t milliseconds, char text[FIGURE_SIZE])
{
    unsigned long long seconds = milliseconds / 1000;
    if (seconds < 100)
        snprintf(text, FIGURE_SIZE, "%.1fs", (double)milliseconds / 1000);
    else if (seconds < 6000)
        snprintf(text, FIGURE_SIZE, "%llum%02llus", seconds / 60, seconds % 60);
    else if (seconds < 360000)
        snprintf(text, FIGURE_SIZE, "%lluh%02llum", seconds / 3600, seconds / 60 % 60);
    else
        snprintf(text, FIGURE_SIZE, "%llud%02lluh", seconds / 86400, seconds / 3600 % 24);
    return text;
}

/* Workers. */

struct crew {
    struct slot_view *workers; /* busy ones first, those that are busy longest first */
    size_t count;
    unsigned states[WORKER_ENDING + 1];
};

static int worker_compare(const void *left, const void *right)
{
    const struct slot_view *one = left, *other = right;
    bool busy = one->state == WORKER_BUSY, other_busy = other->state == WORKER_BUSY;
    if (busy != other_busy)
        return busy ? -1 : 1;
    if (busy && one->since != other->since)
        return one->since < other->since ? -1 : 1;
    return one->pid - other->pid;
}

static void crew_gather(struct crew *crew, const struct observer *observer)
{
    *crew = (struct crew){.workers = calloc(SCOREBOARD_SLOTS, sizeof(*crew->workers))};
    if (crew->workers == NULL)
        abort();
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
        struct slot_view *view = &crew->workers[crew->count];
        observer_view(observer, i, view);
        if (view->pid <= 0)
            continue;
        crew->states[view->state]++;
        crew->count++;
    }
    sort(crew->workers, crew->count, sizeof(*crew->workers), worker_compare);
}

/* The head. */

static void write_pool(struct page *page, const struct observer *observer)
{
    static const char *const states[] = {"starting", "serving", "reloading", "stopping"};
    const struct scoreboard *scoreboard = observer->scoreboard;
    unsigned state = (unsigned)atomic_load(&scoreboard->state);
    uint64_t up = (clock_milliseconds() - scoreboard->started) / 1000;
    unsigned long long days = up / 86400;
    char line[LINE_SIZE];
    int length = snprintf(line, sizeof(line), "berth %.*s, pid %d, %s, up ",
                          (int)sizeof(scoreboard->version) - 1, scoreboard->version,
                          (int)observer->pid, state <= POOL_STOPPING ? states[state] : "?");
    if (days > 0)
        length += snprintf(line + length, sizeof(line) - (size_t)length, "%llu day%s ", days,
                           days > 1 ? "s" : "");
    snprintf(line + length, sizeof(line) - (size_t)length, "%llu:%02llu:%02llu",
             (unsigned long long)up / 3600 % 24, (unsigned long long)up / 60 % 60,
             (unsigned long long)up % 60);
    add_line(page, STYLE_BOLD, line);
}

static void write_requests(struct page *page, const struct top_figures *figures)
{
    char line[LINE_SIZE], all[FIGURE_SIZE], good[FIGURE_SIZE], refused[FIGURE_SIZE];
    char broken[FIGURE_SIZE], half[FIGURE_SIZE], most[FIGURE_SIZE];
    snprintf(line, sizeof(line),
             "Requests  %s/s   2xx %s   4xx %s   5xx %s   p50 %s ms   p95 %s ms",
             rate_text(figures->requests, all), rate_text(figures->statuses[2], good),
             rate_text(figures->statuses[4], refused), rate_text(figures->statuses[5], broken),
             milliseconds_text(figures->half, half), milliseconds_text(figures->most, most));
    add_line(page, figures->statuses[5] > 0 ? STYLE_RED : STYLE_PLAIN, line);
}

static void write_workers_line(struct page *page, const struct observer *observer,
                               const struct top_figures *figures, const struct crew *crew)
{
    char line[LINE_SIZE], started[FIGURE_SIZE], died[FIGURE_SIZE], timeouts[FIGURE_SIZE];
    unsigned wanted = atomic_load(&observer->scoreboard->wanted);
    snprintf(line, sizeof(line),
             "Workers   %zu of %u   busy %u (mean %.1f)   started %s   died %s   timeouts %s",
             crew->count, wanted, crew->states[WORKER_BUSY], figures->busy,
             count_text(figures->started, started), count_text(figures->died, died),
             count_text(figures->timeouts, timeouts));
    add_line(page, crew->count < wanted ? STYLE_YELLOW : STYLE_PLAIN, line);
}

static void write_database(struct page *page, const struct top_figures *figures)
{
    char line[LINE_SIZE], time[FIGURE_SIZE], conflicts[FIGURE_SIZE], errors[FIGURE_SIZE];
    snprintf(line, sizeof(line),
             "Database  %.1f statements, %s ms a request   conflicts %s/s   errors %s/s",
             figures->statements, milliseconds_text(figures->sql_milliseconds, time),
             rate_text(figures->conflicts, conflicts), rate_text(figures->sql_errors, errors));
    add_line(page, figures->sql_errors > 0 ? STYLE_RED : STYLE_PLAIN, line);
}

static void write_tokens(struct page *page, const struct top_figures *figures)
{
    char line[LINE_SIZE], keystone[FIGURE_SIZE], errors[FIGURE_SIZE], limited[FIGURE_SIZE];
    char hits[FIGURE_SIZE] = "-";
    if (figures->token_hits >= 0)
        snprintf(hits, sizeof(hits), "%.1f %%", figures->token_hits * 100);
    snprintf(line, sizeof(line),
             "Tokens    cached %s   Keystone %s/s   its errors %s/s   rate-limited %s/s", hits,
             rate_text(figures->keystone, keystone), rate_text(figures->keystone_errors, errors),
             rate_text(figures->limited, limited));
    add_line(page, figures->keystone_errors > 0 ? STYLE_RED : STYLE_PLAIN, line);
}

static void write_domain(struct page *page, const struct top_figures *figures)
{
    char line[LINE_SIZE], claims[FIGURE_SIZE], searches[FIGURE_SIZE], retries[FIGURE_SIZE];
    snprintf(line, sizeof(line), "Claims    %s/s   candidate searches %s/s   retries %s/s",
             rate_text(figures->claims, claims), rate_text(figures->searches, searches),
             rate_text(figures->retries, retries));
    add_line(page, STYLE_PLAIN, line);
}

/* The tables. */

/* Appends a text to a line, cut or padded to a number of columns. */
static void put(char *line, size_t *length, const struct terminal *terminal, const char *text,
                unsigned columns)
{
    struct buffer cell;
    buffer_init(&cell, 0);
    terminal_text(terminal, &cell, text, columns);
    unsigned width = terminal_width(terminal, text);
    terminal_pad(&cell, width < columns ? columns - width : 0);
    if (!cell.failed && *length + cell.length < LINE_SIZE) {
        memcpy(line + *length, cell.data, cell.length);
        *length += cell.length;
    }
    line[*length] = '\0';
    buffer_free(&cell);
}

/* Returns how wide the column of routes may be beside the other columns. */
static unsigned route_width(const struct page *page, unsigned others)
{
    unsigned columns = page->terminal->columns;
    unsigned width = columns > others + ROUTE_LEAST ? columns - others : ROUTE_LEAST;
    return width < ROUTE_MOST ? width : ROUTE_MOST;
}

static void write_routes(struct page *page, unsigned most, const struct observer *observer,
                         const struct top_figures *figures)
{
    unsigned width = route_width(page, ROUTE_COLUMNS);
    char line[LINE_SIZE], rate[FIGURE_SIZE], half[FIGURE_SIZE], late[FIGURE_SIZE];
    char total[FIGURE_SIZE], name[SCOREBOARD_ROUTE_SIZE];
    size_t length = 0;
    add_line(page, STYLE_PLAIN, "");
    put(line, &length, page->terminal, "Route", width);
    snprintf(line + length, sizeof(line) - length, " %-7s %7s %7s %7s %7s", "Method", "/s",
             "p50 ms", "p95 ms", "total");
    add_line(page, STYLE_BOLD, line);
    for (size_t i = 0; i < figures->route_count && most > 0; i++, most--) {
        const struct top_route *route = &figures->routes[i];
        observer_route(observer, route->route, name);
        length = 0;
        put(line, &length, page->terminal, name, width);
        snprintf(line + length, sizeof(line) - length, " %-7s %7s %7s %7s %7s",
                 tally_method_name(route->method), rate_text(route->rate, rate),
                 milliseconds_text(route->half, half), milliseconds_text(route->most, late),
                 count_text(route->total, total));
        add_line(page, route->rate > 0 ? STYLE_PLAIN : STYLE_DIM, line);
    }
}

static void write_worker(struct page *page, const struct slot_view *worker, unsigned width,
                         bool whole)
{
    enum { WARN = 5000 }; /* milliseconds; a request seldom takes longer */
    uint64_t now = clock_milliseconds();
    bool busy = worker->state == WORKER_BUSY;
    char line[LINE_SIZE], age[FIGURE_SIZE];
    uint64_t lasted = now > worker->since ? now - worker->since : 0;
    size_t length = (size_t)snprintf(line, sizeof(line), "%7d %-8s %7s ", (int)worker->pid,
                                     worker_states[worker->state], age_text(lasted, age));
    put(line, &length, page->terminal, busy ? worker->request.route : "", width);
    if (busy)
        snprintf(line + length, sizeof(line) - length, " %.*s",
                 whole ? REQUEST_WHOLE : REQUEST_SHORT, worker->request.id);
    while (length > 0 && !busy && line[length - 1] == ' ')
        line[--length] = '\0';
    add_line(page, !busy ? STYLE_DIM : lasted >= WARN ? STYLE_YELLOW : STYLE_PLAIN, line);
}

static void write_workers(struct page *page, const struct crew *crew)
{
    bool whole = page->terminal->columns >= WORKER_COLUMNS + ROUTE_LEAST + REQUEST_WHOLE;
    unsigned width = route_width(page, WORKER_COLUMNS + (whole ? REQUEST_WHOLE : REQUEST_SHORT));
    char line[LINE_SIZE];
    add_line(page, STYLE_PLAIN, "");
    size_t length = (size_t)snprintf(line, sizeof(line), "%7s %-8s %7s ", "pid", "State", "for");
    put(line, &length, page->terminal, "Route", width);
    snprintf(line + length, sizeof(line) - length, " Request");
    add_line(page, STYLE_BOLD, line);
    for (size_t i = 0; i < crew->count; i++) {
        if (page->left == 1 && i + 1 < crew->count) {
            snprintf(line, sizeof(line), "%7s and %zu more", "", crew->count - i);
            add_line(page, STYLE_DIM, line);
            return;
        }
        write_worker(page, &crew->workers[i], width, whole);
    }
}

/* Returns the rows for routes: half of all, or what the workers do not need. */
static unsigned route_rows(unsigned rows, size_t workers)
{
    unsigned both = rows > HEAD_ROWS + 2 * TITLE_ROWS ? rows - HEAD_ROWS - 2 * TITLE_ROWS : 0;
    return workers < both / 2 ? both - (unsigned)workers : both - both / 2;
}

void top_page_write(struct buffer *buffer, const struct terminal *terminal, unsigned rows,
                    const struct observer *observer, const struct top_figures *figures)
{
    struct page page = {buffer, terminal, rows > 0 ? rows : UINT32_MAX};
    struct crew crew;
    crew_gather(&crew, observer);
    write_pool(&page, observer);
    write_requests(&page, figures);
    write_workers_line(&page, observer, figures, &crew);
    write_database(&page, figures);
    write_tokens(&page, figures);
    write_domain(&page, figures);
    write_routes(&page, rows > 0 ? route_rows(rows, crew.count) : UINT32_MAX, observer, figures);
    write_workers(&page, &crew);
    free(crew.workers);
}
