/*
 * Sends datagrams to the service manager.
 */
#include <config.h>

#include "pool/notify.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { STATUS_INTERVAL = 10000 }; /* milliseconds between beats without a watchdog */

static bool address_read(struct notifier *notifier, const char *path)
{
    size_t length = path != NULL ? strlen(path) : 0;
    if (length < 2 || (*path != '/' && *path != '@') ||
        length >= sizeof(notifier->address.sun_path))
        return false;
    notifier->address.sun_family = AF_UNIX;
    memcpy(notifier->address.sun_path, path, length);
    if (*path == '@') /* abstract: its name begins with a NUL, and has no NUL at its end */
        notifier->address.sun_path[0] = '\0';
    else
        length++;
    notifier->address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return true;
}

/* Reads how often the manager's watchdog expects a beat, unless it watches another process. */
static void watchdog_read(struct notifier *notifier)
{
    const char *microseconds = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    uint64_t limit = microseconds != NULL ? strtoull(microseconds, NULL, 10) / 1000 : 0;
    notifier->interval = STATUS_INTERVAL;
    if (limit == 0 || (pid != NULL && strtol(pid, NULL, 10) != getpid()))
        return;
    notifier->watchdog = true;
    notifier->interval = limit / 2;
}

void notify_open(struct notifier *notifier)
{
    const char *path = getenv("NOTIFY_SOCKET");
    *notifier = (struct notifier){.descriptor = -1};
    if (path == NULL || *path == '\0')
        return;
    if (address_read(notifier, path))
        notifier->descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (notifier->descriptor < 0)
        log_event(LOG_LEVEL_WARNING, "cannot notify the service manager", log_path("socket", path));
    watchdog_read(notifier);
}

void notify_close(struct notifier *notifier)
{
    if (notifier->descriptor >= 0)
        close(notifier->descriptor);
    notifier->descriptor = -1;
}

/* Sends a text, which may be empty, and the status. Returns whether the manager accepted them. */
static bool send_text(struct notifier *notifier, const char *text, const char *status)
{
    char datagram[512];
    int length = snprintf(datagram, sizeof(datagram), "%sSTATUS=%s\n", text, status);
    if ((size_t)length >= sizeof(datagram))
        length = sizeof(datagram) - 1;
    notifier->next_beat = clock_milliseconds() + notifier->interval;
    return sendto(notifier->descriptor, datagram, (size_t)length, MSG_NOSIGNAL,
                  (const struct sockaddr *)&notifier->address, notifier->address_length) >= 0;
}

void notify_state(struct notifier *notifier, enum pool_state state, const char *status)
{
    char text[64];
    if (notifier->descriptor < 0)
        return;
    switch (state) {
    case POOL_SERVING:
        snprintf(text, sizeof(text), "READY=1\n");
        break;
    case POOL_RELOADING: /* the manager compares it with the time of its signal */
        snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\n",
                 clock_microseconds());
        break;
    case POOL_STOPPING:
        snprintf(text, sizeof(text), "STOPPING=1\n");
        break;
    default:
        return;
    }
    notifier->owed = send_text(notifier, text, status) ? POOL_STARTING : state;
}

bool notify_is_due(const struct notifier *notifier)
{
    return notifier->descriptor >= 0 &&
           (notifier->owed != POOL_STARTING || clock_milliseconds() >= notifier->next_beat);
}

void notify_beat(struct notifier *notifier, const char *status)
{
    if (notifier->owed != POOL_STARTING)
        notify_state(notifier, notifier->owed, status);
    else
        send_text(notifier, notifier->watchdog ? "WATCHDOG=1\n" : "", status);
}
