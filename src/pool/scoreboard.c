/*
 * The scoreboard.
 */
#include <config.h>

#include "pool/scoreboard.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

struct scoreboard *scoreboard_new(void)
{
    void *memory = mmap(NULL, sizeof(struct scoreboard), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory != MAP_FAILED ? memory : NULL;
}

void scoreboard_free(struct scoreboard *scoreboard)
{
    if (scoreboard != NULL)
        munmap(scoreboard, sizeof(*scoreboard));
}

uint64_t scoreboard_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void copy_text(char *to, const char *text, size_t size)
{
    snprintf(to, size, "%s", text != NULL ? text : "");
}

void slot_describe(struct slot *slot, const char *request_id, const char *route)
{
    atomic_fetch_add(&slot->sequence, 1);
    atomic_thread_fence(memory_order_release);
    copy_text(slot->request_id, request_id, sizeof(slot->request_id));
    copy_text(slot->route, route, sizeof(slot->route));
    atomic_thread_fence(memory_order_release);
    atomic_fetch_add(&slot->sequence, 1);
}

void slot_enter(struct slot *slot, enum worker_state state)
{
    if (state == WORKER_BUSY)
        slot_describe(slot, NULL, NULL);
    atomic_store(&slot->since, scoreboard_clock());
    atomic_store(&slot->state, (int)state);
}

void slot_view(const struct slot *slot, struct slot_view *view)
{
    enum { TRIES = 100 }; /* a worker that died while it wrote leaves the number odd */
    view->pid = atomic_load(&slot->pid);
    view->state = (enum worker_state)atomic_load(&slot->state);
    view->since = atomic_load(&slot->since);
    view->requests = atomic_load(&slot->requests);
    for (unsigned i = 0; i < TRIES; i++) {
        unsigned before = atomic_load(&slot->sequence);
        atomic_thread_fence(memory_order_acquire);
        memcpy(view->request_id, slot->request_id, sizeof(view->request_id));
        memcpy(view->route, slot->route, sizeof(view->route));
        atomic_thread_fence(memory_order_acquire);
        if (before % 2 == 0 && atomic_load(&slot->sequence) == before)
            return;
    }
    view->request_id[0] = view->route[0] = '\0';
}
