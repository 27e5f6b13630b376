/*
 * Positions in the binary log, as global transaction ids.
 *
 * Each transaction in MariaDB's binary log has an id "domain-server-sequence". Within a domain the
 * sequence rises by one with each transaction; a server that nothing replicates to has one domain.
 * A position is the last id of each domain, as in "0-1-4711,7-2-33": all transactions up to these.
 */
#ifndef BERTH_DB_GTID_H
#define BERTH_DB_GTID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gtid {
    uint32_t domain, server;
    uint64_t sequence;
};

enum {
    GTID_DOMAINS = 16, /* that a position can have */
    GTID_TEXT = 43,    /* bytes of one id as text, with a comma or NUL */
};

struct gtid_position {
    uint32_t count;
    struct gtid last[GTID_DOMAINS]; /* by rising domain */
};

struct gtid_text {
    char text[GTID_DOMAINS * GTID_TEXT];
};

/* Reads the text of a position; "" is the position before the first transaction. Returns false if
   the text is not a position, names a domain twice, or has more than GTID_DOMAINS. */
bool gtid_position_parse(const char *text, struct gtid_position *position);

/* Returns the text of a position. */
struct gtid_text gtid_position_text(const struct gtid_position *position);

/* Returns the last id of a domain; NULL if the position has none. */
const struct gtid *gtid_position_find(const struct gtid_position *position, uint32_t domain);

/* Makes id the last one of its domain, whatever was the last one before. Returns false if the
   domain is new and there is no room for it. */
bool gtid_position_advance(struct gtid_position *position, const struct gtid *id);

/* Returns whether a log that has been read up to position contains all that is up to wanted. */
bool gtid_position_reaches(const struct gtid_position *position,
                           const struct gtid_position *wanted);

#endif
