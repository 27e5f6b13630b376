/*
 * Parses JSON on the heap.
 */
#include <config.h>

#include "auth/keystone/json.h"

void keystone_json_begin(struct keystone_json *json)
{
    json->root = NULL;
    json->before = json_memory_set(NULL);
}

bool keystone_json_parse(struct keystone_json *json, const char *text, size_t length)
{
    keystone_json_begin(json);
    json->root = json_loadb(text, length, 0, NULL);
    return json->root != NULL;
}

void keystone_json_free(struct keystone_json *json)
{
    json_decref(json->root);
    json_memory_set(json->before);
}
