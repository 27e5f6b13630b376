/*
 * The native protocol of systemd-journald: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
 */
#include <config.h>

#include "base/log_journal.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

bool journal_open(struct log_journal *journal, const char *path)
{
    const struct timeval patience = {.tv_sec = 1};
    *journal = (struct log_journal){.descriptor = -1, .address = {.sun_family = AF_UNIX}};
    size_t room = sizeof(journal->address.sun_path);
    if ((size_t)snprintf(journal->address.sun_path, room, "%s", path) >= room) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (access(path, W_OK) != 0)
        return false;
    journal->descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (journal->descriptor >= 0)
        setsockopt(journal->descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    return journal->descriptor >= 0;
}

void journal_close(struct log_journal *journal)
{
    if (journal->descriptor >= 0)
        close(journal->descriptor);
    journal->descriptor = -1;
}

/* Adds "NAME=value" and a newline; a value with a newline in the binary form: name, newline, length
   in 8 bytes, value, newline. */
static void add(struct journal_entry *entry, const char *name, const char *value, size_t length)
{
    bool binary = memchr(value, '\n', length) != NULL;
    uint64_t size = htole64(length);
    size_t name_length = strlen(name);
    if (name_length + 1 + sizeof(size) + length + 1 > sizeof(entry->bytes) - entry->length)
        return;
    char *end = entry->bytes + entry->length;
    end = (char *)mempcpy(end, name, name_length);
    *end++ = binary ? '\n' : '=';
    if (binary)
        end = (char *)memcpy(end, &size, sizeof(size)) + sizeof(size);
    end = (char *)memcpy(end, value, length) + length;
    *end++ = '\n';
    entry->length = (size_t)(end - entry->bytes);
}

void journal_add(struct journal_entry *entry, const char *name, const char *value)
{
    if (value != NULL)
        add(entry, name, value, strlen(value));
}

void journal_begin(struct journal_entry *entry, int priority, int facility, const char *message,
                   size_t length)
{
    char number[16];
    entry->length = 0;
    add(entry, "MESSAGE", message, length);
    snprintf(number, sizeof(number), "%d", priority);
    journal_add(entry, "PRIORITY", number);
    snprintf(number, sizeof(number), "%d", facility >> 3);
    journal_add(entry, "SYSLOG_FACILITY", number);
    journal_add(entry, "SYSLOG_IDENTIFIER", "berth");
}

bool journal_send(const struct log_journal *journal, const struct journal_entry *entry)
{
    ssize_t sent;
    do
        sent = sendto(journal->descriptor, entry->bytes, entry->length, MSG_NOSIGNAL,
                      (const struct sockaddr *)&journal->address, sizeof(journal->address));
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}
