/*
 * Memory that processes share, and a lock for it.
 *
 * Map the memory before the first fork(): it is then at the same address in all processes. It is
 * left out of core dumps, since it has data of many users.
 *
 * The lock survives its holder. If a process is killed while it holds the lock, the next process
 * that takes it is told so, and must repair what the lock guards. If the holder is stopped or slow,
 * the others wait until their own deadline.
 */
#ifndef BERTH_BASE_SHARED_MEMORY_H
#define BERTH_BASE_SHARED_MEMORY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns size zeroed bytes. Pages take no memory before they are written. Returns NULL with errno
   set. */
void *shared_memory_new(size_t size);

/* Unmaps the memory in this process. NULL is ignored. */
void shared_memory_free(void *memory, size_t size);

struct shared_lock {
    pthread_mutex_t mutex;
};

enum shared_lock_taken {
    SHARED_LOCK_LATE,      /* not taken: the deadline has passed */
    SHARED_LOCK_TAKEN,     /* taken */
    SHARED_LOCK_INHERITED, /* taken, from a process that died while it held the lock */
};

/* Makes a lock, which must be in memory from shared_memory_new(). Returns false with errno set. */
bool shared_lock_init(struct shared_lock *lock);

/* Waits for the lock until clock_milliseconds() (base/clock.h) reaches deadline. If this process
   already holds it, returns SHARED_LOCK_LATE at once. */
enum shared_lock_taken shared_lock_take(struct shared_lock *lock, uint64_t deadline);

/* Releases the lock. Aborts if this process does not hold it. */
void shared_lock_release(struct shared_lock *lock);

#endif
