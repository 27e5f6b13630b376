/*
 * JSON from Keystone, on the heap.
 *
 * Elsewhere JSON is in the request arena, which may longjmp when it is full. Code that talks to
 * Keystone holds locks that others wait for, so it must not be left that way.
 */
#ifndef BERTH_AUTH_KEYSTONE_JSON_H
#define BERTH_AUTH_KEYSTONE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/json_memory.h"

/* While one exists, no other JSON may be made or freed. */
struct keystone_json {
    json_t *root;
    struct arena *before; /* where jansson's memory came from */
};

/* Makes jansson use the heap until keystone_json_free(). root is NULL; the caller may set it. */
void keystone_json_begin(struct keystone_json *json);

/* Does the same, and parses text into root. Returns false when it is not JSON; call
   keystone_json_free() in any case. */
bool keystone_json_parse(struct keystone_json *json, const char *text, size_t length);

/* Frees root, and restores the memory that jansson used before. */
void keystone_json_free(struct keystone_json *json);

#endif
