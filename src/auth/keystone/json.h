/*
 * JSON that Keystone has sent, in memory of its own.
 *
 * Elsewhere JSON lies in the request's arena, which can be left by its escape when it is full; who
 * talks to Keystone holds locks that others wait for, and must not be left so.
 */
#ifndef BERTH_AUTH_KEYSTONE_JSON_H
#define BERTH_AUTH_KEYSTONE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/json_memory.h"

/* While there is one no other JSON can be made or read. */
struct keystone_json {
    json_t *root;
    struct arena *before; /* where jansson's memory came from */
};

/* Begins: JSON is made from the heap until keystone_json_free(). root is NULL, and may be set. */
void keystone_json_begin(struct keystone_json *json);

/* The same, and parses. Gives false when it is not JSON; it must be freed then, too. */
bool keystone_json_parse(struct keystone_json *json, const char *text, size_t length);

/* Frees root, and everything is as before. */
void keystone_json_free(struct keystone_json *json);

#endif
