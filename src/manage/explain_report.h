/*
 * An explanation for people: the cause first, then how it was found, in the columns of the
 * terminal.
 */
#ifndef BERTH_MANAGE_EXPLAIN_REPORT_H
#define BERTH_MANAGE_EXPLAIN_REPORT_H

#include "manage/terminal.h"
#include "placement/explain/explanation.h"

/* Writes the report. Memory for it is the arena's. */
void explain_report(struct buffer *buffer, const struct terminal *terminal, struct arena *arena,
                    const struct explanation *explanation);

/* Writes that the API refuses the request: first what is wrong with its parameters (NULL: it is not
   they), then the lines of the detail. */
void explain_report_refusal(struct buffer *buffer, const struct terminal *terminal,
                            struct arena *arena, int status, const char *first, const char *detail);

#endif
