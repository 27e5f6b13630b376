/*
 * Anonymous shared mappings, and robust process-shared mutexes.
 */
#include <config.h>

#include "base/shared_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

void *shared_memory_new(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    if (madvise(memory, size, MADV_DONTDUMP) != 0) {
        munmap(memory, size);
        return NULL;
    }
    return memory;
}

void shared_memory_free(void *memory, size_t size)
{
    if (memory != NULL)
        munmap(memory, size);
}

bool shared_lock_init(struct shared_lock *lock)
{
    pthread_mutexattr_t attributes;
    int error = pthread_mutexattr_init(&attributes);
    if (error == 0)
        error = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (error == 0)
        error = pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    if (error == 0)
        error = pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    if (error == 0)
        error = pthread_mutex_init(&lock->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    errno = error;
    return error == 0;
}

enum shared_lock_taken shared_lock_take(struct shared_lock *lock, uint64_t deadline)
{
    struct timespec until = {.tv_sec = (time_t)(deadline / 1000),
                             .tv_nsec = (long)(deadline % 1000) * 1000000};
    switch (pthread_mutex_clocklock(&lock->mutex, CLOCK_MONOTONIC, &until)) {
    case 0:
        return SHARED_LOCK_TAKEN;
    case EOWNERDEAD:
        if (pthread_mutex_consistent(&lock->mutex) != 0)
            abort();
        return SHARED_LOCK_INHERITED;
    default:
        return SHARED_LOCK_LATE;
    }
}

void shared_lock_release(struct shared_lock *lock)
{
    /* otherwise another process might still be changing what the lock guards */
    if (pthread_mutex_unlock(&lock->mutex) != 0)
        abort();
}
