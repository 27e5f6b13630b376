/*
 * Sends entries to systemd's journal by its native protocol: one datagram with fields, of which any
 * program can read each (journalctl -o json, REQUEST_ID=...).
 *
 * An entry is built in memory that the caller has already, so that a process without memory can
 * still log:
 *
 *     struct journal_entry entry;
 *     journal_begin(&entry, LOG_ERR, facility, message, length);
 *     journal_add(&entry, "REQUEST_ID", id);
 *     journal_send(&journal, &entry);
 */
#ifndef BERTH_BASE_LOG_JOURNAL_H
#define BERTH_BASE_LOG_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include "base/log_level.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

enum { JOURNAL_ENTRY_SIZE = 3 * LOG_LINE_SIZE };

struct journal_entry {
    size_t length;
    char bytes[JOURNAL_ENTRY_SIZE];
};

struct log_journal {
    int descriptor; /* -1: not open */
    struct sockaddr_un address;
};

/* Opens the way to the journal at this path of a socket. Returns false with errno set if there is
   no journal; journal is then not open. */
bool journal_open(struct log_journal *journal, const char *path);
void journal_close(struct log_journal *journal);

/* Begins an entry with its priority and facility (of <syslog.h>) and its message. */
void journal_begin(struct journal_entry *entry, int priority, int facility, const char *message,
                   size_t length);

/* Adds a field. name is of capital letters, digits and "_". Leaves out a field whose value is NULL
   or has no room. */
void journal_add(struct journal_entry *entry, const char *name, const char *value);

/* Sends the entry. Waits for a journal that is slow, but at most a second. Returns false with errno
   set if it was not taken. */
bool journal_send(const struct log_journal *journal, const struct journal_entry *entry);

#endif
