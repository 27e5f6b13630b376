/*
 * Uuids as text, judged the way OpenStack judges them.
 */
#ifndef BERTH_BASE_UUID_H
#define BERTH_BASE_UUID_H

#include <stdbool.h>

enum { UUID_TEXT = 36 };

/* A uuid in its canonical form: lower case, with dashes. */
struct uuid_text {
    char text[UUID_TEXT + 1];
};

/* Whether text is a uuid by oslo_utils.uuidutils.is_uuid_like(): 32 hexadecimal digits, dashes
   anywhere, in braces or not, after "urn:" and "uuid:" or not. NULL is none. */
bool uuid_is_like(const char *text);

/* The canonical form of a text that uuid_is_like(); false (and nothing) of another. */
bool uuid_canonical(const char *text, struct uuid_text *canonical);

/* A new random uuid (version 4). */
void uuid_new(struct uuid_text *uuid);

#endif
