/*
 * The page of berth-manage top: figures of the pool, its busiest routes, and its workers.
 */
#ifndef BERTH_MANAGE_TOP_PAGE_H
#define BERTH_MANAGE_TOP_PAGE_H

#include "manage/terminal.h"
#include "manage/top_figures.h"

/* Writes the page, as wide as the terminal. With rows other than 0 it has at most this many lines,
   and leaves out idle routes and workers first. Each line ends with a newline. */
void top_page_write(struct buffer *buffer, const struct terminal *terminal, unsigned rows,
                    const struct observer *observer, const struct top_figures *figures);

#endif
