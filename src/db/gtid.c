/*
 * Parses, prints and compares positions in the binary log.
 */
#include <config.h>

#include "db/gtid.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Reads a decimal number up to a limit and moves text behind it. */
static bool take_number(const char **text, uint64_t limit, uint64_t *number)
{
    const char *at = *text;
    *number = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (*number > (limit - digit) / 10)
            return false;
        *number = *number * 10 + digit;
    }
    bool some = at != *text;
    *text = at;
    return some;
}

static bool take_separator(const char **text, char separator)
{
    if (**text != separator)
        return false;
    ++*text;
    return true;
}

static bool take_id(const char **text, struct gtid *id)
{
    uint64_t domain, server;
    if (!take_number(text, UINT32_MAX, &domain) || !take_separator(text, '-') ||
        !take_number(text, UINT32_MAX, &server) || !take_separator(text, '-') ||
        !take_number(text, UINT64_MAX, &id->sequence))
        return false;
    id->domain = (uint32_t)domain;
    id->server = (uint32_t)server;
    return true;
}

bool gtid_position_parse(const char *text, struct gtid_position *position)
{
    *position = (struct gtid_position){0};
    if (*text == '\0')
        return true;
    for (;;) {
        struct gtid id;
        if (!take_id(&text, &id) || gtid_position_find(position, id.domain) != NULL ||
            !gtid_position_advance(position, &id))
            return false;
        if (*text == '\0')
            return true;
        if (!take_separator(&text, ','))
            return false;
    }
}

struct gtid_text gtid_position_text(const struct gtid_position *position)
{
    struct gtid_text text = {""};
    size_t length = 0;
    for (uint32_t i = 0; i < position->count; i++) {
        const struct gtid *id = &position->last[i];
        length += (size_t)snprintf(text.text + length, sizeof(text.text) - length,
                                   "%s%" PRIu32 "-%" PRIu32 "-%" PRIu64, i > 0 ? "," : "",
                                   id->domain, id->server, id->sequence);
    }
    return text;
}

/* Returns the place of a domain, or where it would be. */
static uint32_t place_of(const struct gtid_position *position, uint32_t domain)
{
    uint32_t place = 0;
    while (place < position->count && position->last[place].domain < domain)
        place++;
    return place;
}

const struct gtid *gtid_position_find(const struct gtid_position *position, uint32_t domain)
{
    uint32_t place = place_of(position, domain);
    bool found = place < position->count && position->last[place].domain == domain;
    return found ? &position->last[place] : NULL;
}

bool gtid_position_advance(struct gtid_position *position, const struct gtid *id)
{
    uint32_t place = place_of(position, id->domain);
    if (place == position->count || position->last[place].domain != id->domain) {
        if (position->count == GTID_DOMAINS)
            return false;
        memmove(&position->last[place + 1], &position->last[place],
                (position->count - place) * sizeof(*position->last));
        position->count++;
    }
    position->last[place] = *id;
    return true;
}

bool gtid_position_reaches(const struct gtid_position *position, const struct gtid_position *wanted)
{
    for (uint32_t i = 0; i < wanted->count; i++) {
        const struct gtid *last = gtid_position_find(position, wanted->last[i].domain);
        if (last == NULL || last->sequence < wanted->last[i].sequence)
            return false;
    }
    return true;
}
