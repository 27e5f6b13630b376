/*
 * Keeps a page in one of two memfds. A number in shared memory names the one that counts.
 */
#include <config.h>

#include "watch/shared_page.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/shared_memory.h"

enum {
    SIDES = 2,
    PATIENCE = 60000, /* milliseconds that a page may take to be made */
    LOCK_WAIT = 1000, /* milliseconds to wait for another writer, which only copies */
    TRIES = 3,        /* of a reader whose page is overwritten */
};

struct side {
    _Atomic uint64_t made; /* when */
    _Atomic size_t length;
};

struct shared_state {
    struct shared_lock lock;       /* for those that write */
    _Atomic uint64_t making_since; /* 0: nobody makes a page */
    _Atomic uint64_t sequence;     /* of pages; its side is sequence % SIDES. 0: there is none */
    struct side sides[SIDES];
};

struct shared_page {
    struct shared_state *state;
    int descriptors[SIDES];
};

struct shared_page *shared_page_new(void)
{
    struct shared_page *page = calloc(1, sizeof(*page));
    if (page == NULL)
        return NULL;
    page->state = shared_memory_new(sizeof(*page->state));
    for (unsigned i = 0; i < SIDES; i++)
        page->descriptors[i] = memfd_create("berth-page", MFD_CLOEXEC);
    if (page->state != NULL && page->descriptors[0] >= 0 && page->descriptors[1] >= 0 &&
        shared_lock_init(&page->state->lock))
        return page;
    int error = errno;
    shared_page_free(page);
    errno = error;
    return NULL;
}

void shared_page_free(struct shared_page *page)
{
    if (page == NULL)
        return;
    for (unsigned i = 0; i < SIDES; i++)
        if (page->descriptors[i] >= 0)
            close(page->descriptors[i]);
    shared_memory_free(page->state, sizeof(*page->state));
    free(page);
}

/* Reads length bytes of a side behind those in the buffer. */
static bool read_side(int descriptor, size_t length, struct buffer *buffer)
{
    size_t done = 0;
    if (!buffer_reserve(buffer, length))
        return false;
    while (done < length) {
        ssize_t got =
            pread(descriptor, buffer->data + buffer->length + done, length - done, (off_t)done);
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

bool shared_page_read(struct shared_page *page, uint64_t now, uint64_t fresh, struct buffer *buffer)
{
    struct shared_state *state = page->state;
    for (unsigned i = 0; i < TRIES; i++) {
        uint64_t sequence = atomic_load(&state->sequence);
        struct side *side = &state->sides[sequence % SIDES];
        uint64_t made = atomic_load(&side->made);
        size_t length = atomic_load(&side->length);
        if (sequence == 0 || (now > made && now - made > fresh))
            return false;
        /* The side is only written again when the sequence has gone on. */
        if (!read_side(page->descriptors[sequence % SIDES], length, buffer) ||
            atomic_load(&state->sequence) != sequence)
            continue;
        buffer->length += length;
        return true;
    }
    return false;
}

bool shared_page_is_made(struct shared_page *page, uint64_t now, struct buffer *buffer)
{
    uint64_t since = atomic_load(&page->state->making_since);
    bool busy = since != 0 && now < since + PATIENCE;
    if (!busy && atomic_compare_exchange_strong(&page->state->making_since, &since, now))
        return false;
    return shared_page_read(page, now, UINT64_MAX, buffer);
}

void shared_page_give_up(struct shared_page *page)
{
    atomic_store(&page->state->making_since, 0);
}

static bool write_side(int descriptor, const char *bytes, size_t length)
{
    size_t done = 0;
    if (ftruncate(descriptor, (off_t)length) != 0)
        return false;
    while (done < length) {
        ssize_t put = pwrite(descriptor, bytes + done, length - done, (off_t)done);
        if (put <= 0)
            return false;
        done += (size_t)put;
    }
    return true;
}

void shared_page_write(struct shared_page *page, uint64_t now, const void *bytes, size_t length)
{
    struct shared_state *state = page->state;
    if (shared_lock_take(&state->lock, clock_milliseconds() + LOCK_WAIT) != SHARED_LOCK_LATE) {
        uint64_t sequence = atomic_load(&state->sequence) + 1;
        struct side *side = &state->sides[sequence % SIDES];
        if (write_side(page->descriptors[sequence % SIDES], bytes, length)) {
            atomic_store(&side->length, length);
            atomic_store(&side->made, now);
            atomic_store(&state->sequence, sequence);
        }
        shared_lock_release(&state->lock);
    }
    shared_page_give_up(page);
}
