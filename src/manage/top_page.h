/*
 * The page of berth-manage top: figures of the pool, its busiest routes, its workers.
 */
#ifndef BERTH_MANAGE_TOP_PAGE_H
#define BERTH_MANAGE_TOP_PAGE_H

#include "manage/terminal.h"
#include "manage/top_figures.h"

/* Writes the page, for the columns of the terminal; with rows (0: as many as it takes) what is busy
   comes first and the rest is left out. Each line ends with a newline. */
void top_page_write(struct buffer *buffer, const struct terminal *terminal, unsigned rows,
                    const struct observer *observer, const struct top_figures *figures);

#endif
