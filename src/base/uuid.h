/*
 * Uuids as text, by the rules of OpenStack.
 */
#ifndef BERTH_BASE_UUID_H
#define BERTH_BASE_UUID_H

#include <stdbool.h>

enum { UUID_TEXT = 36 };

/* A uuid in canonical form: lower case, with dashes. */
struct uuid_text {
    char text[UUID_TEXT + 1];
};

/* Returns whether oslo_utils.uuidutils.is_uuid_like() takes text for a uuid: 32 hexadecimal digits,
   with dashes anywhere, and perhaps braces around it, "urn:" and "uuid:" before it. False for
   NULL. */
bool uuid_is_like(const char *text);

/* Returns whether a text that is uuid_is_like() has dashes where the canonical form has them. */
bool uuid_has_dashes(const char *text);

/* Writes the canonical form of a uuid. Returns false, and writes nothing, if text is not
   uuid_is_like(). */
bool uuid_canonical(const char *text, struct uuid_text *canonical);

/* Writes a new random uuid (version 4), in a child of fork() another one than in its parent. Random
   bytes come from the kernel, for several uuids at once. */
void uuid_new(struct uuid_text *uuid);

#endif
