/*
 * Reading the query parameter "resources".
 */
#include <config.h>

#include "api/query/resources.h"

#include <string.h>

#include "api/query/python_text.h"

#define BADLY_FORMED                                                                               \
    "Badly formed resources parameter. Expected resources query string parameter in form: "        \
    "?resources=VCPU:2,MEMORY_MB:1024. Got: "

static void amounts_set(struct resource_amounts *amounts, const char *class_name, int64_t amount)
{
    size_t i = 0;
    while (i < amounts->count && strcmp(amounts->items[i].class_name, class_name) != 0)
        i++;
    if (i == amounts->count)
        amounts->items[amounts->count++].class_name = class_name;
    amounts->items[i].amount = amount;
}

/* Reads one "CLASS:amount". */
static bool read_item(struct exchange *exchange, const char *item, struct resource_amounts *amounts)
{
    const char *colon = strchr(item, ':');
    if (colon == NULL || strchr(colon + 1, ':') != NULL) {
        exchange_fail(exchange, 400, NULL, BADLY_FORMED "%s.", item);
        return false;
    }
    const char *class_name = arena_strndup(exchange->arena, item, (size_t)(colon - item));
    const char *digits;
    int64_t amount;
    if (!query_integer(exchange->arena, colon + 1, &amount, &digits)) {
        exchange_fail(exchange, 400, NULL,
                      "Requested resource %s expected positive integer amount. Got: %s.",
                      class_name, colon + 1);
        return false;
    }
    if (amount < 1) {
        exchange_fail(exchange, 400, NULL, "Requested resource %s requires amount >= 1. Got: %s.",
                      class_name, digits);
        return false;
    }
    amounts_set(amounts, class_name, amount);
    return true;
}

bool query_resources_read(struct exchange *exchange, const char *value,
                          struct resource_amounts *amounts)
{
    if (*query_strip(exchange->arena, value) == '\0') {
        exchange_fail(exchange, 400, NULL, BADLY_FORMED "empty string.");
        return false;
    }
    struct name_set items = query_split(exchange->arena, value);
    amounts->count = 0;
    amounts->items = arena_array(exchange->arena, items.count, sizeof(*amounts->items));
    for (size_t i = 0; i < items.count; i++)
        if (!read_item(exchange, items.names[i], amounts))
            return false;
    return true;
}
