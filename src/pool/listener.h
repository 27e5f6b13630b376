/*
 * The socket that nginx connects to.
 *
 * It is inherited as descriptor 0, from spawn-fcgi -n or from systemd (StandardInput=socket), or
 * opened here, or was handed over by the program that this one replaces. Only unix sockets are
 * taken: FastCGI has no authentication, so that the file's permissions are what guards it.
 */
#ifndef BERTH_POOL_LISTENER_H
#define BERTH_POOL_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error_line.h"
#include "pool/handover.h"

struct listener {
    int descriptor;
    char *path; /* of a socket that was opened here; NULL: inherited */
    dev_t device;
    ino_t inode;
};

/* Takes descriptor 0 if address is NULL, or opens "unix:PATH", mode 0660; a socket file on which
   nobody listens any more is replaced. The socket is non-blocking and closed on exec. Gives false
   and an error. */
bool listener_open(struct listener *listener, const char *address, int backlog,
                   struct error_line *error);

/* Takes the socket of a handover over, with its file if the master has made that: address is then
   where. Gives false and an error if it is not a listening socket. */
bool listener_take(struct listener *listener, const char *address, const struct handover *handover,
                   struct error_line *error);

/* Closes it, and removes the file of a socket that was opened here, if it is still that one. */
void listener_close(struct listener *listener);

#endif
