/*
 * A page that is expensive to make and that all workers show for a while.
 *
 * The bytes are in two files of memory that take turns, so that a reader never sees a page that is
 * half written, even if its writer was killed. The master makes them before it forks.
 *
 *     if (!shared_page_read(page, now, fresh, output) && !shared_page_is_made(page, now, output)) {
 *         make the page in output;
 *         shared_page_write(page, now, output->data, output->length);
 *     }
 *
 * Times are clock_milliseconds().
 */
#ifndef BERTH_WATCH_SHARED_PAGE_H
#define BERTH_WATCH_SHARED_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

struct shared_page;

/* Returns an empty page, or NULL with errno set. */
struct shared_page *shared_page_new(void);
void shared_page_free(struct shared_page *page);

/* Appends the page to the buffer if it was made at most fresh milliseconds ago. Returns whether it
   was. */
bool shared_page_read(struct shared_page *page, uint64_t now, uint64_t fresh,
                      struct buffer *buffer);

/* Returns true, with the last page in the buffer, if another worker is making a new one. Otherwise
   the caller should make it: the others show the last one until then. A maker that takes longer
   than a minute no longer counts. If there is no page at all, everybody makes one. */
bool shared_page_is_made(struct shared_page *page, uint64_t now, struct buffer *buffer);

/* Tells the others that the caller makes no page after all. */
void shared_page_give_up(struct shared_page *page);

/* Stores a new page. now is when it was begun. Keeps the old one if memory runs out. */
void shared_page_write(struct shared_page *page, uint64_t now, const void *bytes, size_t length);

#endif
