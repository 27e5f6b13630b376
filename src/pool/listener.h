/*
 * The listening socket, which nginx connects to.
 *
 * It is inherited as descriptor 0 from spawn-fcgi -n or systemd (StandardInput=socket), or opened
 * here, or comes from the program that this one replaces. Only unix sockets are accepted: FastCGI
 * has no authentication, so the permissions of the file must protect it.
 */
#ifndef BERTH_POOL_LISTENER_H
#define BERTH_POOL_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error_line.h"
#include "pool/handover.h"

struct listener {
    int descriptor;
    char *path;   /* if this pool made the socket; NULL if it was inherited */
    dev_t device; /* of the file at path */
    ino_t inode;
};

/* Takes descriptor 0 if address is NULL; otherwise opens the socket "unix:PATH" with mode 0660 and
   replaces a socket file on which no process listens any more. The socket is non-blocking and
   close-on-exec. Returns false and sets error on failure. */
bool listener_open(struct listener *listener, const char *address, int backlog,
                   struct error_line *error);

/* Takes the socket of a handover. If address is "unix:PATH", the pool made the file there and owns
   it. Returns false and sets error if the descriptor is no listening socket. */
bool listener_take(struct listener *listener, const char *address, const struct handover *handover,
                   struct error_line *error);

/* Closes the socket. Removes its file if the pool made it and no other file took its place. */
void listener_close(struct listener *listener);

#endif
