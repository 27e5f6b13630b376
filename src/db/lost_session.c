/*
 * Marks sessions, and ends those whose connection broke.
 */
#include <config.h>

#include "db/lost_session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/connection.h"
#include "db/database.h"

enum {
    PATIENCE = 2000, /* milliseconds for a session to end after it was killed */
    PAUSE = 2000,    /* microseconds between two looks at it */
};

#define SERVER "MD5(CONCAT_WS(' ', @@hostname, @@port, @@datadir, @@server_id))"

static const struct sql take_lock = {"SELECT GET_LOCK(?, 0), " SERVER, "is"};
static const struct sql find_holder = {"SELECT COALESCE(IS_USED_LOCK(?), 0), " SERVER, "is"};
/* It may have ended by itself. */
static const struct sql kill_session = {
    "BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; KILL CONNECTION ?; END", NULL};

enum outcome session_mark(struct database *database)
{
    struct session_mark mark = {.tried = true};
    uint64_t nonce[2];
    struct rows rows;
    database->lost = (struct session_mark){0};
    if (database->mark.tried || database->node || !database->bulk ||
        getrandom(nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce))
        return OUTCOME_OK;
    if (database->note != NULL)
        atomic_store(&database->note->open, false);
    database->mark = mark;
    snprintf(mark.lock, sizeof(mark.lock), "berth_session_%016" PRIx64 "%016" PRIx64, nonce[0],
             nonce[1]);
    enum outcome outcome =
        database_select(database, &take_lock, VALUES(value_text(mark.lock)), &rows);
    if (outcome != OUTCOME_OK)
        return database->mysql != NULL ? OUTCOME_OK : outcome;
    if (row_is_null(&rows, 0, 0) || row_is_null(&rows, 0, 1))
        return OUTCOME_OK;
    snprintf(mark.server, sizeof(mark.server), "%s", row_text(&rows, 0, 1));
    database->mark = mark;
    if (database->note != NULL) {
        database->note->mark = mark;
        atomic_store(&database->note->open, true);
    }
    return OUTCOME_OK;
}

void database_note_sessions(struct database *database, struct session_note *note)
{
    database->note = note;
}

enum outcome session_release_locks(struct database *database)
{
    char text[128] = "DO RELEASE_ALL_LOCKS()";
    if (database->mark.lock[0] != '\0')
        snprintf(text, sizeof(text), "DO RELEASE_ALL_LOCKS(), GET_LOCK('%s', 0)",
                 database->mark.lock);
    return connection_send(database, text);
}

/* Sets holder to the connection that holds the lock of a session, or to 0. Returns false if that
   cannot be found out. */
static bool find(struct database *database, const struct session_mark *lost, int64_t *holder)
{
    struct rows rows;
    if (database_select(database, &find_holder, VALUES(value_text(lost->lock)), &rows) !=
            OUTCOME_OK ||
        row_is_null(&rows, 0, 1) || strcmp(row_text(&rows, 0, 1), lost->server) != 0)
        return false;
    *holder = row_integer(&rows, 0, 0);
    return true;
}

bool session_end_lost(struct database *database)
{
    if (database->in_transaction || database_connect(database) != OUTCOME_OK)
        return false;
    const struct session_mark lost = database->lost;
    uint64_t deadline = clock_milliseconds() + PATIENCE;
    bool killed = false;
    while (lost.lock[0] != '\0') {
        int64_t holder;
        if (!find(database, &lost, &holder))
            break;
        if (holder == 0)
            return true;
        if (clock_milliseconds() > deadline ||
            (!killed && database_execute(database, &kill_session, VALUES(value_integer(holder)),
                                         NULL) != OUTCOME_OK))
            break;
        killed = true;
        usleep(PAUSE);
    }
    return false;
}

void database_end_noted(struct database *database, struct session_note *note,
                        const struct session_mark *mark)
{
    if (database_connect(database) != OUTCOME_OK)
        return;
    database->lost = *mark;
    session_end_lost(database);
    atomic_store(&note->open, false);
}
