/*
 * Runs the follower again and again, and tells what it does.
 */
#include <config.h>

#include "pool/follower.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "db/database_from_settings.h"
#include "placement/world/follow.h"
#include "placement/world/keep.h"

enum {
    PAUSE_FIRST = 100,     /* milliseconds */
    PAUSE_LONGEST = 10000, /* milliseconds */
    STEADY = 10000,        /* milliseconds of a kept world after which the pauses begin again */
};

struct follower {
    struct world_watch *watch;
    uint64_t kept_since; /* clock_milliseconds(); 0: it was not kept in this run */
    struct follow_report counted;
};

static void note_kept(void *subject)
{
    struct follower *follower = subject;
    follower->kept_since = clock_milliseconds();
    follower->counted = (struct follow_report){0};
    world_watch_keep(follower->watch);
    tally_count(COUNTER_WORLD_LOADS, 1);
    log_event(LOG_LEVEL_INFO, "the world is kept: requests read it instead of the database");
}

static void note_beat(void *subject, const struct follow_report *report)
{
    struct follower *follower = subject;
    atomic_store(&follower->watch->beat, clock_milliseconds());
    atomic_store(&follower->watch->behind, report->behind);
    tally_count(COUNTER_WORLD_TRANSACTIONS, report->groups - follower->counted.groups);
    tally_count(COUNTER_WORLD_ROWS, report->rows - follower->counted.rows);
    follower->counted = *report;
}

static void note_lost(const struct follower *follower, enum world_reason reason, const char *detail)
{
    if (world_watch_lose(follower->watch, reason))
        log_event(LOG_LEVEL_WARNING, "the world is not kept: requests read the database",
                  log_text("reason", world_reason_text(reason)),
                  log_text("detail", text_filled_or(detail, NULL)));
}

int follower_run(const struct settings *settings, struct scoreboard *scoreboard,
                 struct journal *journal)
{
    struct error_line error;
    struct arena arena;
    struct keeper keeper;
    keeper_begin(&keeper, journal);
    const struct world_sink sink = keeper_sink(&keeper);
    struct follower follower = {.watch = &scoreboard->world};
    struct world_follow follow = {.database = database_for_maintenance(settings, &error),
                                  .arena = &arena,
                                  .sink = &sink,
                                  .subject = &follower,
                                  .kept = note_kept,
                                  .beat = note_beat};
    if (follow.database == NULL) {
        log_event(LOG_LEVEL_ERROR, "the follower cannot begin", log_text("reason", error.text));
        return 1;
    }
    arena_init(&arena, 0);
    for (unsigned pause = PAUSE_FIRST;;) {
        follower.kept_since = 0;
        enum world_reason reason = world_follow_run(&follow);
        note_lost(&follower, reason, follow.detail);
        uint64_t since = follower.kept_since;
        if (since != 0 && clock_milliseconds() - since > STEADY)
            pause = PAUSE_FIRST;
        usleep(pause * 1000);
        pause = pause * 2 < PAUSE_LONGEST ? pause * 2 : PAUSE_LONGEST;
    }
}
