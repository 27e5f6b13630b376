/*
 * Bounds of processor time that hold on any machine.
 *
 * The kernel charges a process for what the machine does on its behalf: for a page of memory that
 * it has to find first, for instance. On a machine that is short of memory, that can be a second
 * once. Code that is slow is slow each time. So a piece of work that has exceeded its bound is
 * tried again, and the least time counts.
 */
#ifndef BERTH_TESTS_UNIT_PROCESSOR_TIME_H
#define BERTH_TESTS_UNIT_PROCESSOR_TIME_H

#include <time.h>

enum { PROCESSOR_ATTEMPTS = 5 };

/* What work with a deadline may run beyond it. A loop that nobody charges takes far longer in the
   worlds of the tests. Sanitizers make memory many times dearer. */
#ifdef BERTH_ASAN
#define OVERRUN_SECONDS 3.0
#else
#define OVERRUN_SECONDS 0.5
#endif

/* Returns the seconds that this process has run until now. */
static inline double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Returns the least seconds of up to PROCESSOR_ATTEMPTS attempts: the first that is below the bound
   is the last. attempt prepares the work on subject, does it, and returns what it took. */
static inline double least_processor_seconds(double (*attempt)(void *subject), void *subject,
                                             double bound)
{
    double least = attempt(subject);
    for (int i = 1; i < PROCESSOR_ATTEMPTS && least >= bound; i++) {
        double seconds = attempt(subject);
        least = seconds < least ? seconds : least;
    }
    return least;
}

#endif
