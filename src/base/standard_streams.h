/*
 * Descriptors 0, 1 and 2.
 *
 * A program may be started without them (">&-", "2>&-"). The next file or connection that it opens
 * then takes their place, and what is meant for the terminal would be sent to the database.
 */
#ifndef BERTH_BASE_STANDARD_STREAMS_H
#define BERTH_BASE_STANDARD_STREAMS_H

/* Opens /dev/null in place of each of them that is closed. Call it before anything is opened. */
void standard_streams_fill(void);

#endif
