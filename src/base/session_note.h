/*
 * Which session of the database a worker has: in its slot of the scoreboard, for its successor. The
 * server goes on with a statement whose client was killed, until it has an answer to send.
 *
 * db/lost_session.c writes and reads it.
 */
#ifndef BERTH_BASE_SESSION_NOTE_H
#define BERTH_BASE_SESSION_NOTE_H

#include <stdatomic.h>
#include <stdbool.h>

/* A lock of the server that the session holds, and which server it is. */
struct session_mark {
    bool tried;
    char lock[64]; /* its name; "": none */
    char server[40];
};

struct session_note {
    _Atomic bool open; /* there is a session, and the mark is whole */
    struct session_mark mark;
};

#endif
