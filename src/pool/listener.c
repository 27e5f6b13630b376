/*
 * Inherits, opens and closes the listening socket.
 */
#include <config.h>

#include "pool/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool make_ready(int descriptor, struct error_line *error)
{
    int flags = fcntl(descriptor, F_GETFL);
    if (flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
        fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0)
        return true;
    error_line_set(error, "listening socket: %s", strerror(errno));
    return false;
}

/* Returns whether a descriptor is a unix socket that listens. Sets error if not. */
static bool is_listening(int descriptor, struct error_line *error)
{
    int listening = 0;
    socklen_t length = sizeof(listening);
    struct sockaddr_storage address = {0};
    socklen_t address_length = sizeof(address);
    if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0 || !listening) {
        error_line_set(error, "there is no socket to listen on: start berth under spawn-fcgi -n "
                              "or systemd, or with --listen unix:PATH");
        return false;
    }
    if (getsockname(descriptor, (struct sockaddr *)&address, &address_length) != 0 ||
        address.ss_family != AF_UNIX) {
        error_line_set(error,
                       "descriptor %d is not a unix socket: FastCGI over TCP has no protection",
                       descriptor);
        return false;
    }
    return true;
}

/* Takes a copy of descriptor 0, and makes descriptor 0 /dev/null, so that nothing else uses the
   socket by mistake. */
static bool inherit(struct listener *listener, struct error_line *error)
{
    if (!is_listening(0, error))
        return false;
    listener->descriptor = fcntl(0, F_DUPFD_CLOEXEC, 3);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (listener->descriptor < 0 || null < 0 || dup2(null, 0) < 0) {
        error_line_set(error, "listening socket: %s", strerror(errno));
        return false;
    }
    close(null);
    return make_ready(listener->descriptor, error);
}

/* Removes a socket file on which no process listens. Returns false and sets error if a process
   does, or if it is no socket. */
static bool remove_stale(const struct sockaddr_un *address, struct error_line *error)
{
    struct stat status;
    if (lstat(address->sun_path, &status) != 0)
        return true;
    bool alive = true;
    if (S_ISSOCK(status.st_mode)) {
        int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (probe < 0) {
            error_line_set(error, "listening socket: %s", strerror(errno));
            return false;
        }
        alive = connect(probe, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
                errno != ECONNREFUSED;
        close(probe);
    }
    if (!alive && unlink(address->sun_path) == 0)
        return true;
    error_line_set(error, "%s: %s", address->sun_path,
                   S_ISSOCK(status.st_mode) ? "another process listens there"
                                            : "is there, and is not a socket");
    return false;
}

static bool open_unix(struct listener *listener, const char *path, int backlog,
                      struct error_line *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (*path == '\0' || strlen(path) >= sizeof(address.sun_path)) {
        error_line_set(error, "--listen: the path of the socket is %s",
                       *path == '\0' ? "empty" : "too long");
        return false;
    }
    memcpy(address.sun_path, path, strlen(path));
    if (!remove_stale(&address, error))
        return false;
    listener->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    mode_t mask = umask(0117);
    bool bound = listener->descriptor >= 0 &&
                 bind(listener->descriptor, (struct sockaddr *)&address, sizeof(address)) == 0;
    umask(mask);
    struct stat status;
    if (!bound || listen(listener->descriptor, backlog) != 0 || stat(path, &status) != 0) {
        error_line_set(error, "%s: %s", path, strerror(errno));
        return false;
    }
    listener->path = strdup(path);
    listener->device = status.st_dev;
    listener->inode = status.st_ino;
    return make_ready(listener->descriptor, error);
}

bool listener_open(struct listener *listener, const char *address, int backlog,
                   struct error_line *error)
{
    *listener = (struct listener){.descriptor = -1};
    if (address == NULL)
        return inherit(listener, error);
    if (strncmp(address, "unix:", 5) == 0)
        return open_unix(listener, address + 5, backlog, error);
    error_line_set(error, "--listen: unix:PATH is the only kind of address");
    return false;
}

bool listener_take(struct listener *listener, const char *address, const struct handover *handover,
                   struct error_line *error)
{
    *listener = (struct listener){
        .descriptor = handover->descriptor, .device = handover->device, .inode = handover->inode};
    if (address != NULL && strncmp(address, "unix:", 5) == 0)
        listener->path = strdup(address + 5);
    return is_listening(handover->descriptor, error) && make_ready(handover->descriptor, error);
}

void listener_close(struct listener *listener)
{
    struct stat status;
    if (listener->descriptor >= 0)
        close(listener->descriptor);
    if (listener->path != NULL && lstat(listener->path, &status) == 0 &&
        status.st_dev == listener->device && status.st_ino == listener->inode)
        unlink(listener->path);
    free(listener->path);
    *listener = (struct listener){.descriptor = -1};
}
