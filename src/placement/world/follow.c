/*
 * One run of the follower.
 */
#include <config.h>

#include "placement/world/follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/clock.h"
#include "placement/world/group.h"
#include "placement/world/load.h"
#include "placement/world/server.h"

enum {
    LOCK_NAME = 64, /* bytes with NUL */
    PATIENCE = 10,  /* seconds without any answer until the server counts as lost */
    /* Milliseconds. After RESET MASTER the server may not end the log that it sends: only the
       position tells, so long as it has not come again to where it was. */
    LOOKING = 100,   /* between two looks at the position; after as many a quiet log wakes us */
    CHECKING = 1000, /* between two looks at all else */
};

static const struct sql take_lock = {"SELECT GET_LOCK(?, 0), CONNECTION_ID()", "ii"};
static const struct sql find_lock = {
    "SELECT COALESCE(IS_USED_LOCK(?), 0), CONNECTION_ID(), @@gtid_binlog_pos", "iis"};

struct run {
    struct world_follow *follow;
    char lock[LOCK_NAME];
    int64_t connection; /* that holds the lock */
    struct database *log_database;
    struct binary_log *log;
    struct world_layout layout;
    struct world_groups groups;
    struct follow_report report;
    uint64_t looked, checked; /* clock_milliseconds() */
};

static bool name_lock(char lock[LOCK_NAME])
{
    uint64_t nonce[2];
    if (getrandom(nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce))
        return false;
    snprintf(lock, LOCK_NAME, "berth_world_%016" PRIx64 "%016" PRIx64, nonce[0], nonce[1]);
    return true;
}

/* Asks who holds the lock, and for the newest position of the log. */
static enum world_reason ask_lock(struct run *run, struct database *database, int64_t *own,
                                  struct gtid_position *newest)
{
    struct rows rows;
    if (database_select(database, &find_lock, VALUES(value_text(run->lock)), &rows) != OUTCOME_OK)
        return WORLD_UNREACHABLE;
    *own = row_value(&rows, 0, 1)->integer;
    if (row_value(&rows, 0, 0)->integer != run->connection)
        return WORLD_OTHER_SERVER;
    const struct value *position = row_value(&rows, 0, 2);
    bool read = position->kind == VALUE_TEXT && gtid_position_parse(position->text, newest);
    return read ? WORLD_KEPT : WORLD_LOG_LOST;
}

/* Checks that the first connection still holds the lock, and that the log has not been reset. */
static enum world_reason look_at_log(struct run *run, struct gtid_position *newest)
{
    struct database *database = run->follow->database;
    int64_t own;
    arena_reset(run->follow->arena);
    database_begin_request(database, run->follow->arena);
    enum world_reason reason = ask_lock(run, database, &own, newest);
    if (reason == WORLD_KEPT && own != run->connection)
        reason = WORLD_OTHER_SERVER;
    if (reason == WORLD_KEPT && !gtid_position_reaches(newest, &run->groups.position))
        reason = WORLD_LOG_LOST;
    run->looked = clock_milliseconds();
    return reason;
}

/* Checks also that the log still tells everything. */
static enum world_reason check_server(struct run *run)
{
    struct gtid_position newest;
    enum world_reason reason = look_at_log(run, &newest);
    if (reason == WORLD_KEPT)
        reason = world_server_check_again(run->follow->database);
    run->report.behind = 0;
    for (uint32_t i = 0; reason == WORLD_KEPT && i < newest.count; i++) {
        const struct gtid *last = gtid_position_find(&run->groups.position, newest.last[i].domain);
        run->report.behind += newest.last[i].sequence - (last != NULL ? last->sequence : 0);
    }
    run->checked = run->looked;
    return reason;
}

/* Connects to the server. A node of a Galera cluster need not wait for the others here: whatever
   it has is in its log, and requests do wait. */
static enum world_reason connect_now(struct database *database, struct arena *arena)
{
    database_begin_request(database, arena);
    bool connected = database_connect(database) == OUTCOME_OK &&
                     (!database_is_node(database) ||
                      database_run(database, "SET SESSION wsrep_sync_wait = 0") == OUTCOME_OK);
    return connected ? WORLD_KEPT : WORLD_UNREACHABLE;
}

/* Connects, and takes the lock. */
static enum world_reason prepare(struct run *run)
{
    struct rows rows;
    struct database *database = run->follow->database;
    arena_reset(run->follow->arena);
    enum world_reason reason = connect_now(database, run->follow->arena);
    if (!name_lock(run->lock))
        return WORLD_UNREACHABLE;
    if (reason == WORLD_KEPT)
        reason = world_server_check(database);
    /* With wsrep_gtid_mode, DDL that finds nothing to do takes a number, but is not logged. */
    run->groups.sparse = database_is_node(database);
    if (reason == WORLD_KEPT)
        reason = world_layout_load(database, &run->layout);
    if (reason != WORLD_KEPT)
        return reason;
    if (database_select(database, &take_lock, VALUES(value_text(run->lock)), &rows) != OUTCOME_OK)
        return WORLD_UNREACHABLE;
    run->connection = row_value(&rows, 0, 1)->integer;
    return row_value(&rows, 0, 0)->integer == 1 ? WORLD_KEPT : WORLD_UNREACHABLE;
}

/* Opens the log on the server that holds the lock. */
static enum world_reason open_log(struct run *run)
{
    struct world_follow *follow = run->follow;
    struct gtid_position newest;
    int64_t own;
    run->log_database = database_twin(follow->database, PATIENCE);
    enum world_reason reason = connect_now(run->log_database, follow->arena);
    if (reason == WORLD_KEPT)
        reason = ask_lock(run, run->log_database, &own, &newest);
    if (reason != WORLD_KEPT)
        return reason;
    run->log = binary_log_open(run->log_database, &run->groups.position, LOOKING, follow->detail);
    return run->log != NULL ? WORLD_KEPT : WORLD_LOG_LOST;
}

static enum world_reason load(struct run *run)
{
    const struct world_sink *sink = run->follow->sink;
    if (!sink->begin(sink->subject, run->lock, (uint64_t)run->connection))
        return WORLD_NO_ROOM;
    return records_load(run->follow->database, sink, &run->groups.position);
}

/* Reads the next event, and looks at the server now and then. */
static enum world_reason read_event(struct run *run)
{
    struct log_event event;
    if (!binary_log_next(run->log, &event, run->follow->detail))
        return WORLD_LOG_LOST;
    enum world_reason reason = world_groups_read(&run->groups, &event);
    uint64_t now = clock_milliseconds();
    if (run->follow->sink->doubted(run->follow->sink->subject))
        reason = WORLD_LOG_LOST;
    if (reason != WORLD_KEPT || now - run->looked < LOOKING)
        return reason;
    if (now - run->checked < CHECKING) {
        struct gtid_position newest;
        return look_at_log(run, &newest);
    }
    reason = check_server(run);
    run->report.groups = run->groups.groups;
    run->report.rows = run->groups.rows;
    if (reason == WORLD_KEPT)
        run->follow->beat(run->follow->subject, &run->report);
    return reason;
}

/* Returns why it ended. */
static enum world_reason run_once(struct run *run)
{
    const struct world_sink *sink = run->follow->sink;
    enum world_reason reason = prepare(run);
    if (reason == WORLD_KEPT)
        reason = load(run);
    if (reason == WORLD_KEPT)
        reason = open_log(run);
    if (reason == WORLD_KEPT)
        reason = check_server(run); /* also that the snapshot was of the connection with the lock */
    if (reason == WORLD_KEPT && !sink->commit(sink->subject, &run->groups.position))
        reason = WORLD_NO_ROOM;
    if (reason == WORLD_KEPT)
        run->follow->kept(run->follow->subject);
    while (reason == WORLD_KEPT)
        reason = read_event(run);
    return reason;
}

enum world_reason world_follow_run(struct world_follow *follow)
{
    struct run run = {.follow = follow};
    run.groups.layout = &run.layout;
    run.groups.sink = follow->sink;
    follow->detail[0] = '\0';
    enum world_reason reason = run_once(&run);
    follow->sink->give_up(follow->sink->subject, reason);
    binary_log_close(run.log);
    database_free(run.log_database);
    database_abandon(follow->database);
    return reason;
}

enum world_reason world_follow_check(struct database *database)
{
    struct world_layout layout;
    enum world_reason reason = world_server_check(database);
    return reason == WORLD_KEPT ? world_layout_load(database, &layout) : reason;
}
