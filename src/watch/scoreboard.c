/*
 * Makes the shared memory, and writes and reads the slots of workers.
 */
#include <config.h>

#include "watch/scoreboard.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

/* The layout in words. It changes with the version and the tables of counters. */
static const char layout_text[] = PACKAGE_VERSION
#define COUNTER(name, ...) " " #name
#include "watch/counters.def"
#undef COUNTER
#define DISTRIBUTION(name, metric, bounds, ...) " " #name " " #bounds
#include "watch/distributions.def"
#undef DISTRIBUTION
    ;

/* An FNV-1a hash. */
uint64_t scoreboard_layout(void)
{
    uint64_t digest = 14695981039346656037u ^ sizeof(struct scoreboard);
    for (const char *text = layout_text; *text != '\0'; text++)
        digest = (digest ^ (unsigned char)*text) * 1099511628211u;
    return digest;
}

/* Maps the memory, and seals its size: readers may rely on it. */
static void *map_new(int descriptor)
{
    void *memory = MAP_FAILED;
    if (ftruncate(descriptor, sizeof(struct scoreboard)) == 0 && fchmod(descriptor, 0400) == 0 &&
        fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        memory = mmap(NULL, sizeof(struct scoreboard), PROT_READ | PROT_WRITE, MAP_SHARED,
                      descriptor, 0);
    return memory != MAP_FAILED ? memory : NULL;
}

struct scoreboard *scoreboard_new(const char *const *routes, size_t count, int *descriptor)
{
    struct timespec now;
    *descriptor = memfd_create(SCOREBOARD_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*descriptor < 0)
        return NULL;
    struct scoreboard *scoreboard = map_new(*descriptor);
    if (scoreboard == NULL) {
        close(*descriptor);
        return NULL;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    scoreboard->layout = scoreboard_layout();
    atomic_store(&scoreboard->world.reason, WORLD_OFF);
    atomic_store(&scoreboard->world.told, WORLD_OFF);
    scoreboard->size = sizeof(*scoreboard);
    scoreboard->started = clock_milliseconds();
    scoreboard->started_at = now.tv_sec;
    snprintf(scoreboard->version, sizeof(scoreboard->version), "%s", PACKAGE_VERSION);
    atomic_store(&scoreboard->master, getpid());
    for (size_t i = 0; i < count && i < TALLY_ROUTES - 1; i++)
        snprintf(scoreboard->routes[scoreboard->route_count++], SCOREBOARD_ROUTE_SIZE, "%s",
                 routes[i]);
    snprintf(scoreboard->routes[TALLY_ROUTES - 1], SCOREBOARD_ROUTE_SIZE, "other");
    memcpy(scoreboard->magic, SCOREBOARD_MAGIC, sizeof(scoreboard->magic));
    return scoreboard;
}

void scoreboard_free(struct scoreboard *scoreboard)
{
    if (scoreboard != NULL)
        munmap(scoreboard, sizeof(*scoreboard));
}

struct tally *scoreboard_tally(struct scoreboard *scoreboard, const struct slot *slot)
{
    return &scoreboard->tallies[(size_t)(slot - scoreboard->slots) % SCOREBOARD_TALLIES];
}

unsigned scoreboard_route(const struct scoreboard *scoreboard, const char *route)
{
    for (unsigned i = 0; route != NULL && i < scoreboard->route_count; i++)
        if (strcmp(scoreboard->routes[i], route) == 0)
            return i;
    return TALLY_ROUTES - 1;
}

void scoreboard_sum(const struct scoreboard *scoreboard, struct tally *sum)
{
    memset(sum, 0, sizeof(*sum));
    for (size_t i = 0; i < SCOREBOARD_TALLIES; i++)
        tally_add(sum, &scoreboard->tallies[i]);
}

/* Writes a text of a slot, with an odd sequence number while it does. */
static void slot_write(struct slot *slot, char *to, const char *text, size_t size)
{
    atomic_fetch_add(&slot->sequence, 1);
    atomic_thread_fence(memory_order_release);
    snprintf(to, size, "%s", text != NULL ? text : "");
    atomic_thread_fence(memory_order_release);
    atomic_fetch_add(&slot->sequence, 1);
}

void slot_set_request(struct slot *slot, const char *request_id)
{
    slot_write(slot, slot->request.id, request_id, sizeof(slot->request.id));
}

void slot_set_route(struct slot *slot, const char *route)
{
    slot_write(slot, slot->request.route, route, sizeof(slot->request.route));
}

void slot_set_caller(struct slot *slot, const char *user_id, const char *project_id)
{
    slot_write(slot, slot->request.user_id, user_id, sizeof(slot->request.user_id));
    slot_write(slot, slot->request.project_id, project_id, sizeof(slot->request.project_id));
}

void slot_set_microversion(struct slot *slot, const char *microversion)
{
    slot_write(slot, slot->request.microversion, microversion, sizeof(slot->request.microversion));
}

void slot_enter(struct slot *slot, enum worker_state state)
{
    if (state == WORKER_STARTING && atomic_load(&slot->sequence) % 2 != 0)
        atomic_fetch_add(&slot->sequence, 1); /* the last worker died while it wrote */
    if (state == WORKER_STARTING || state == WORKER_BUSY) {
        slot_set_request(slot, NULL);
        slot_set_route(slot, NULL);
        slot_set_caller(slot, NULL, NULL);
        slot_set_microversion(slot, NULL);
    }
    atomic_store(&slot->since, clock_milliseconds());
    atomic_store(&slot->state, (int)state);
}

void slot_view(const struct slot *slot, struct slot_view *view)
{
    enum { TRIES = 100 }; /* a worker that died while writing leaves the number odd for good */
    view->pid = atomic_load(&slot->pid);
    view->state = (enum worker_state)atomic_load(&slot->state);
    view->since = atomic_load(&slot->since);
    view->requests = atomic_load(&slot->requests);
    for (unsigned i = 0; i < TRIES; i++) {
        unsigned before = atomic_load(&slot->sequence);
        atomic_thread_fence(memory_order_acquire);
        view->request = slot->request;
        atomic_thread_fence(memory_order_acquire);
        if (before % 2 == 0 && atomic_load(&slot->sequence) == before)
            return;
    }
    view->request = (struct slot_request){.id = ""};
}
