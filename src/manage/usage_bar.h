/*
 * One line about a resource class: its name, a bar, how much is used of how much, and the part.
 *
 *     VCPU          ████████████░░░░░░░░    96 /   120   80%
 *
 * A bar gets shorter, and goes, where the terminal is narrow.
 */
#ifndef BERTH_MANAGE_USAGE_BAR_H
#define BERTH_MANAGE_USAGE_BAR_H

#include "manage/terminal.h"

/* The columns of the lines below each other. Begin with all 0. */
struct usage_bar_columns {
    unsigned label, used, capacity;
};

/* Returns what may be allocated: (total - reserved) * allocation_ratio, between -10**18 and
   10**18. */
int64_t usage_bar_capacity(int64_t total, int64_t reserved, double allocation_ratio);

/* Widens the columns so that a line fits. A very long label does not count. */
void usage_bar_measure(struct usage_bar_columns *columns, const struct terminal *terminal,
                       const char *label, int64_t used, int64_t capacity);

/* Draws a line without its end. The caller has written indent columns of it. Returns how many
   columns are taken then. */
unsigned usage_bar_draw(struct buffer *buffer, const struct terminal *terminal,
                        const struct usage_bar_columns *columns, unsigned indent, const char *label,
                        int64_t used, int64_t capacity);

#endif
