/*
 * The monotonic clock.
 *
 * It counts from an arbitrary point in the past, is the same in all processes of the machine, and
 * never steps back. Use it for deadlines and durations. The wall clock (time(), CLOCK_REALTIME) is
 * for what people read and for times that another machine set.
 */
#ifndef BERTH_BASE_CLOCK_H
#define BERTH_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static inline uint64_t clock_milliseconds(void)
{
    return clock_microseconds() / 1000;
}

#endif
