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

/* Writes between two steps of the sequence number. */
static void slot_write(struct slot *slot, char *to, const char *text, size_t size)
{
    atomic_fetch_add(&slot->sequence, 1);
    atomic_thread_fence(memory_order_release);
    snprintf(to, size, "%s", text);
    atomic_thread_fence(memory_order_release);
    atomic_fetch_add(&slot->sequence, 1);
}

void slot_set_request(struct slot *slot, const char *request_id)
{
    slot_write(slot, slot->request_id, request_id, sizeof(slot->request_id));
}

void slot_set_route(struct slot *slot, const char *route)
{
    slot_write(slot, slot->route, route, sizeof(slot->route));
}

void slot_enter(struct slot *slot, enum worker_state state)
{
    if (state == WORKER_BUSY) {
        slot_set_request(slot, "");
        slot_set_route(slot, "");
    }
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
