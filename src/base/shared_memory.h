/*
 * Memory that processes share, and a lock in it.
 *
 * The memory is mapped before the first process is forked and is the same in all of them. It is
 * left out of core dumps: what lies in it is of many users.
 *
 * The lock is one that outlives its holder: when a process is killed while it holds it, the next
 * one gets it and is told, and must bring in order what the lock guards. A process that is stopped,
 * or slow, while it holds it, is waited for no longer than the caller says.
 */
#ifndef BERTH_BASE_SHARED_MEMORY_H
#define BERTH_BASE_SHARED_MEMORY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* size zeroed bytes, which take no memory before they are written. NULL with errno set. */
void *shared_memory_new(size_t size);
void shared_memory_free(void *memory, size_t size);

/* Monotonic milliseconds, the same in all processes. */
uint64_t shared_clock(void);

struct shared_lock {
    pthread_mutex_t mutex;
};

enum shared_lock_taken {
    SHARED_LOCK_LATE,      /* somebody else still has it */
    SHARED_LOCK_TAKEN,     /* the caller has it now */
    SHARED_LOCK_INHERITED, /* the same, from a process that died with it */
};

/* In memory from shared_memory_new(). Gives false with errno set. */
bool shared_lock_init(struct shared_lock *lock);

/* Waits for the lock until shared_clock() is at deadline. What a process has already it does not
   get again: LATE, at once. */
enum shared_lock_taken shared_lock_take(struct shared_lock *lock, uint64_t deadline);
void shared_lock_release(struct shared_lock *lock);

#endif
