/*
 * Query strings and the parameters resources, required, root_required, member_of and numbers. The
 * input is the minor number of a microversion and, after a blank, the query string.
 */
#include <config.h>

#include "api/query/filters.h"
#include "api/query/python_text.h"
#include "fuzz.h"
#include "http/microversion.h"
#include "http/query.h"

static const char *encode(const char *text)
{
    char *encoded = arena_alloc(&arena, strlen(text) * 3 + 1), *to = encoded;
    for (; *text != '\0'; text++)
        to += sprintf(to, "%%%02x", (unsigned char)*text);
    return encoded;
}

/* Pairs that are encoded again must decode to the same. */
static void check_again(const struct query *query)
{
    struct query again;
    const char *text = "", *message;
    if (query->count > 64)
        return;
    for (size_t i = 0; i < query->count; i++)
        text = arena_printf(&arena, "%s&%s=%s", text, encode(query->pairs[i].name),
                            encode(query->pairs[i].value));
    require(query_parse(text, &arena, &again, &message) && again.count == query->count);
    for (size_t i = 0; i < query->count; i++)
        require(strcmp(query->pairs[i].name, again.pairs[i].name) == 0 &&
                strcmp(query->pairs[i].value, again.pairs[i].value) == 0);
}

/* A number that is written again must read as the same. */
static void check_integer(const char *text)
{
    int64_t number, again;
    const char *digits, *digits_again;
    if (!query_integer(&arena, text, &number, &digits))
        return;
    require(query_integer(&arena, digits, &again, &digits_again));
    require(number == again && strcmp(digits, digits_again) == 0);
    require(strspn(digits, "-0123456789") == strlen(digits));
    if (strlen(digits) < 19)
        require(strtoll(digits, NULL, 10) == number);
}

static void check_text(const char *text)
{
    const char *stripped = query_strip(&arena, text);
    struct name_set parts = query_split(&arena, text);
    size_t length = parts.count - 1;
    require(strcmp(query_strip(&arena, stripped), stripped) == 0);
    for (size_t i = 0; i < parts.count; i++)
        length += strlen(parts.names[i]);
    require(length == strlen(text));
}

static struct exchange exchange_at(unsigned minor)
{
    static char *const no_parameters[] = {NULL};
    return (struct exchange){
        .arena = &arena, .parameters = no_parameters, .version = {1, (unsigned char)minor}};
}

/* A reader must succeed, or fail with a reason. */
static void check_outcome(const struct exchange *exchange, bool good)
{
    require(good == (exchange->status == 0));
    if (!good)
        require(exchange->status == 400 && is_utf8(exchange->error.detail));
}

static void check_readers(unsigned minor, const struct query *query, const struct query_pair *pair)
{
    struct membership membership;
    struct resource_amounts amounts;
    struct exchange exchange = exchange_at(minor);
    check_outcome(&exchange, query_resources_read(&exchange, pair->value, &amounts));
    exchange = exchange_at(minor);
    check_outcome(&exchange, query_traits_read(&exchange, query, pair->name, &membership));
    exchange = exchange_at(minor);
    check_outcome(&exchange, query_root_traits_read(&exchange, pair->value, &membership));
    exchange = exchange_at(minor);
    check_outcome(&exchange, query_aggregates_read(&exchange, query, pair->name, &membership));
    check_integer(pair->value);
    check_text(pair->value);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct query query;
    const char *message = NULL;
    begin_input();
    char *text = text_of(bytes, size), *rest;
    unsigned minor = (unsigned)(strtoul(text, &rest, 10) % (MICROVERSION_MINOR_MAXIMUM + 1));
    if (query_parse(*rest == ' ' ? rest + 1 : rest, &arena, &query, &message)) {
        check_again(&query);
        for (size_t i = 0; i < query.count && i < 64; i++)
            check_readers(minor, &query, &query.pairs[i]);
    } else {
        require(message != NULL && is_line(message));
    }
    free(text);
    return 0;
}
