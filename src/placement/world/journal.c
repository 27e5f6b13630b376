/*
 * The halves are numbered through: number n is in place n % 2. A half whose number is 0 is being
 * written. The writer publishes by storing the number of committed bytes, then the number of the
 * half, then which one is current; readers load in the opposite order.
 */
#include <config.h>

#include "placement/world/journal.h"

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    SHORT_BASE = 1 << 20, /* bytes: changes of a shorter base may grow to this before a turn */
    COPIED = 1 << 15,     /* bytes that a reader copies at once */
    MICROSECONDS = 1000000,
};

struct half {
    _Atomic uint64_t number;    /* 0: being written */
    _Atomic uint64_t committed; /* bytes */
    _Atomic bool left;          /* the next number goes on where this one ends */
    _Atomic uint64_t base;      /* bytes of the base */
    struct journal_proof proof;
};

struct shared {
    _Atomic uint64_t current; /* the half to read; 0: there is no world */
    _Atomic uint64_t last;    /* the highest number that a writer took */
    _Atomic bool doubted;     /* by a reader */
    _Atomic uint32_t changes;
    _Atomic uint32_t reason;
    struct half halves[2];
};

struct journal {
    struct shared *shared;
    char *bytes; /* of both halves */
    size_t room; /* of one half */

    /* The writer's. */
    uint64_t number; /* of the half that it writes */
    size_t written;
    bool turning;
    struct journal_proof proof;
};

struct journal *journal_new(size_t half)
{
    struct journal *journal = calloc(1, sizeof(*journal));
    if (journal == NULL)
        return NULL;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t head = (sizeof(struct shared) + page - 1) / page * page;
    char *memory = mmap(NULL, head + 2 * half, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        free(journal);
        return NULL;
    }
    journal->shared = (struct shared *)(void *)memory;
    journal->bytes = memory + head;
    journal->room = half;
    atomic_store(&journal->shared->reason, WORLD_LOADING);
    return journal;
}

void journal_free(struct journal *journal)
{
    if (journal == NULL)
        return;
    size_t head = (size_t)(journal->bytes - (char *)journal->shared);
    munmap(journal->shared, head + 2 * journal->room);
    free(journal);
}

static struct half *half_of(const struct journal *journal, uint64_t number)
{
    return &journal->shared->halves[number % 2];
}

static char *bytes_of(const struct journal *journal, uint64_t number)
{
    return journal->bytes + (number % 2) * journal->room;
}

static void announce(struct journal *journal)
{
    atomic_fetch_add(&journal->shared->changes, 1);
    syscall(SYS_futex, &journal->shared->changes, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

/* Takes the half that follows, and makes it unreadable before it is written. */
static void take_half(struct journal *journal)
{
    journal->number = atomic_fetch_add(&journal->shared->last, 1) + 1;
    journal->written = 0;
    struct half *half = half_of(journal, journal->number);
    atomic_store(&half->number, 0);
    atomic_thread_fence(memory_order_seq_cst);
    atomic_store(&half->left, false);
    atomic_store(&half->committed, 0);
    atomic_store(&half->base, 0);
    half->proof = journal->proof;
}

bool journal_begin_world(struct journal *journal, const char *lock, uint64_t connection)
{
    atomic_store(&journal->shared->current, 0);
    journal->proof = (struct journal_proof){.connection = connection};
    int length = snprintf(journal->proof.lock, sizeof(journal->proof.lock), "%s", lock);
    journal->turning = false;
    atomic_store(&journal->shared->doubted, false);
    take_half(journal);
    return length >= 0 && (size_t)length < sizeof(journal->proof.lock);
}

void journal_turn(struct journal *journal)
{
    journal->turning = true;
    take_half(journal);
}

static bool add_bytes(struct journal *journal, const char *bytes, size_t length)
{
    if (length == 0 || length > journal->room - journal->written)
        return false;
    memcpy(bytes_of(journal, journal->number) + journal->written, bytes, length);
    journal->written += length;
    return true;
}

bool journal_add_record(struct journal *journal, const struct world_record *record)
{
    char bytes[RECORD_BYTES] = {0};
    return add_bytes(journal, bytes, record_write(record, bytes));
}

bool journal_commit(struct journal *journal, const struct gtid_position *position)
{
    char bytes[RECORD_BYTES] = {0};
    struct half *half = half_of(journal, journal->number);
    if (!add_bytes(journal, bytes, position_write(position, bytes)))
        return false;
    bool first = atomic_load(&half->number) == 0;
    if (first)
        atomic_store(&half->base, journal->written);
    atomic_store(&half->committed, journal->written);
    if (first) {
        atomic_store(&half->number, journal->number);
        if (journal->turning)
            atomic_store(&half_of(journal, journal->number - 1)->left, true);
        atomic_store(&journal->shared->reason, WORLD_KEPT);
        atomic_store(&journal->shared->current, journal->number);
        journal->turning = false;
    }
    announce(journal);
    return true;
}

bool journal_is_long(const struct journal *journal)
{
    size_t base = atomic_load(&half_of(journal, journal->number)->base);
    return journal->written - base > (base > SHORT_BASE ? base : SHORT_BASE);
}

bool journal_is_doubted(const struct journal *journal)
{
    return atomic_load(&journal->shared->doubted);
}

void journal_doubt(const struct journal *journal)
{
    atomic_store(&journal->shared->doubted, true);
}

void journal_give_up(struct journal *journal, enum world_reason reason)
{
    atomic_store(&journal->shared->reason, (uint32_t)reason);
    atomic_store(&journal->shared->current, 0);
    announce(journal);
}

/* Copies and reads published bytes, so long as they are there. */
static bool read_bytes(const struct journal *journal, struct journal_place *place, size_t end,
                       const struct journal_reader *reader)
{
    char copy[COPIED];
    struct half *half = half_of(journal, place->base);
    while (place->offset < end) {
        size_t count = end - place->offset < COPIED ? end - place->offset : COPIED;
        memcpy(copy, bytes_of(journal, place->base) + place->offset, count);
        atomic_thread_fence(memory_order_seq_cst);
        if (atomic_load(&half->number) != place->base)
            return false;
        struct journal_entry entry;
        size_t at = 0, length;
        while ((length = entry_read(copy + at, count - at, &entry)) > 0) {
            if (!reader->entry(reader->subject, &entry))
                return false;
            at += length;
        }
        if (at == 0)
            return false;
        place->offset += at;
    }
    return true;
}

/* Reads the rest of a half. */
static bool read_half(const struct journal *journal, struct journal_place *place,
                      const struct journal_reader *reader)
{
    struct half *half = half_of(journal, place->base);
    size_t end = atomic_load(&half->committed);
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load(&half->number) != place->base)
        return false;
    return read_bytes(journal, place, end, reader);
}

/* Reads on from where the reader is. Returns false if it must begin with a base. */
static bool read_on(const struct journal *journal, uint64_t current, struct journal_place *place,
                    const struct journal_reader *reader)
{
    if (place->base == 0 || (current != place->base && current != place->base + 1))
        return false;
    struct half *half = half_of(journal, place->base);
    bool left = current != place->base;
    if ((left && !atomic_load(&half->left)) || !read_half(journal, place, reader))
        return false;
    if (!left)
        return true;
    struct half *next = half_of(journal, current);
    size_t base = atomic_load(&next->base);
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load(&next->number) != current)
        return false;
    *place = (struct journal_place){.base = current, .offset = base};
    return read_half(journal, place, reader);
}

/* A reader that is overtaken while it reads a base tries again so often. */
enum { ATTEMPTS = 3 };

bool journal_read(const struct journal *journal, struct journal_place *place,
                  const struct journal_reader *reader)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        uint64_t current = atomic_load(&journal->shared->current);
        if (current == 0 || journal_is_doubted(journal))
            break;
        if (read_on(journal, current, place, reader))
            return true;
        reader->clear(reader->subject);
        *place = (struct journal_place){.base = current};
        if (read_half(journal, place, reader))
            return true;
    }
    reader->clear(reader->subject);
    *place = (struct journal_place){0};
    return false;
}

bool journal_prove(const struct journal *journal, const struct journal_place *place,
                   struct journal_proof *proof)
{
    const struct half *half = half_of(journal, place->base);
    *proof = half->proof;
    proof->lock[sizeof(proof->lock) - 1] = '\0';
    atomic_thread_fence(memory_order_seq_cst);
    return place->base != 0 && atomic_load(&half->number) == place->base;
}

uint32_t journal_changes(const struct journal *journal)
{
    return atomic_load(&journal->shared->changes);
}

void journal_wait(const struct journal *journal, uint32_t changes, int64_t microseconds)
{
    struct timespec time = {.tv_sec = microseconds / MICROSECONDS,
                            .tv_nsec = microseconds % MICROSECONDS * 1000};
    syscall(SYS_futex, &journal->shared->changes, FUTEX_WAIT, changes, &time, NULL, 0);
}

enum world_reason journal_reason(const struct journal *journal)
{
    return (enum world_reason)atomic_load(&journal->shared->reason);
}
