/*
 * The journal of the kept world: memory that the processes of a pool share, in which one of them,
 * the follower, writes records, and from which the others make their own worlds (image.h).
 *
 * It has two halves. Each begins with a base, from which a world can be made, and goes on with the
 * changes since. When the changes of one half are as long as its base, the follower writes a new
 * base into the other half and goes on there (journal_turn()). A reader that has read all of the
 * first half goes on with the changes of the second; one that lags begins with its base.
 *
 * No lock, and nothing that a living process has to finish: what a writer has not published is
 * never read, and a reader checks after it has copied bytes that they were not overwritten. So any
 * process may be killed at any moment. There must be no more than one writer at a time.
 */
#ifndef BERTH_PLACEMENT_WORLD_JOURNAL_H
#define BERTH_PLACEMENT_WORLD_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/world_reason.h"
#include "placement/world/record_bytes.h"

enum { JOURNAL_LOCK = 64 }; /* bytes of the name of a lock, with NUL */

struct journal;

/* Maps a journal of two halves of that many bytes: before fork(). They cost no memory until they
   are written. Returns NULL if that is not possible. */
struct journal *journal_new(size_t half);
void journal_free(struct journal *journal);

/*
 * For the writer. Functions return false if there is no room: then give up.
 */

/* Begins a new world. Readers have none until the first commit. lock: the name of a lock that the
   connection with this id holds in the server as long as the world is kept. */
bool journal_begin_world(struct journal *journal, const char *lock, uint64_t connection);

/* Writes a record behind the last one. Readers see it after journal_commit(). */
bool journal_add_record(struct journal *journal, const struct world_record *record);

/* Publishes what was added since the last commit, as the state at this position, and wakes those
   who wait. */
bool journal_commit(struct journal *journal, const struct gtid_position *position);

/* Returns whether the changes are long enough for a new base. */
bool journal_is_long(const struct journal *journal);

/* Goes to the other half. All of the world must be added there, and committed at the position of
   the last commit. */
void journal_turn(struct journal *journal);

/* Returns whether a reader has called journal_doubt() since the world began. */
bool journal_is_doubted(const struct journal *journal);

/* Takes the world away from readers. */
void journal_give_up(struct journal *journal, enum world_reason reason);

/*
 * For readers.
 */

/* Where a reader is. {0}: it has read nothing. */
struct journal_place {
    uint64_t base; /* the number of the half that it reads */
    size_t offset;
};

/* What a reader does with what it reads. */
struct journal_reader {
    void *subject;
    void (*clear)(void *subject); /* a base follows: forget all */
    bool (*entry)(void *subject, const struct journal_entry *entry); /* false: stop */
};

/* Takes the world away from all readers: the log that it follows has ended before it, so that its
   positions mean nothing any more. */
void journal_doubt(const struct journal *journal);

/* The proof that a server is the one that is followed. */
struct journal_proof {
    char lock[JOURNAL_LOCK];
    uint64_t connection;
};

/* Reads all that is published and was not read. Returns false if there is no world, or the reader
   stopped; then the place is that of a reader that has read nothing. */
bool journal_read(const struct journal *journal, struct journal_place *place,
                  const struct journal_reader *reader);

/* Copies the proof for the world at a place. Returns false if it is not kept any more. */
bool journal_prove(const struct journal *journal, const struct journal_place *place,
                   struct journal_proof *proof);

/* Returns the number of changes, for journal_wait(). */
uint32_t journal_changes(const struct journal *journal);

/* Waits until the number of changes is another one, or for some microseconds. */
void journal_wait(const struct journal *journal, uint32_t changes, int64_t microseconds);

/* Returns WORLD_KEPT, or why there is no world. */
enum world_reason journal_reason(const struct journal *journal);

#endif
