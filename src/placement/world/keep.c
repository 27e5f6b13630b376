/*
 * After a commit, the changes may be long enough for a new base: then it is made from an image that
 * reads the same journal.
 */
#include <config.h>

#include "placement/world/keep.h"

static bool begin(void *subject, const char *lock, uint64_t connection)
{
    struct keeper *keeper = subject;
    return journal_begin_world(keeper->journal, lock, connection);
}

static bool add(void *subject, const struct world_record *record)
{
    struct keeper *keeper = subject;
    return journal_add_record(keeper->journal, record);
}

static bool commit(void *subject, const struct gtid_position *position)
{
    struct keeper *keeper = subject;
    if (!journal_commit(keeper->journal, position))
        return false;
    if (!journal_is_long(keeper->journal))
        return true;
    if (!image_read(&keeper->image, keeper->journal))
        return false;
    const struct world_sink sink = keeper_sink(keeper);
    journal_turn(keeper->journal);
    return image_tell(&keeper->image, &sink) && journal_commit(keeper->journal, position);
}

static bool doubted(void *subject)
{
    const struct keeper *keeper = subject;
    return journal_is_doubted(keeper->journal);
}

static void give_up(void *subject, enum world_reason reason)
{
    struct keeper *keeper = subject;
    journal_give_up(keeper->journal, reason);
}

void keeper_begin(struct keeper *keeper, struct journal *journal)
{
    keeper->journal = journal;
    image_begin(&keeper->image);
}

void keeper_end(struct keeper *keeper)
{
    image_end(&keeper->image);
}

struct world_sink keeper_sink(struct keeper *keeper)
{
    return (struct world_sink){keeper, begin, add, commit, doubted, give_up};
}
