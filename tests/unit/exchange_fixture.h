/*
 * An exchange for tests: a GET of / without parameters.
 */
#ifndef BERTH_TESTS_UNIT_EXCHANGE_FIXTURE_H
#define BERTH_TESTS_UNIT_EXCHANGE_FIXTURE_H

#include <string.h>

#include "http/exchange.h"

static struct arena arena;
static struct buffer output;
static struct exchange exchange;
static char *parameters[8];

static void setup(void)
{
    arena_init(&arena, 0);
    buffer_init(&output, 0);
    memset(parameters, 0, sizeof(parameters));
    exchange = (struct exchange){.arena = &arena,
                                 .output = &output,
                                 .parameters = parameters,
                                 .method = "GET",
                                 .prefix = "",
                                 .path = "/",
                                 .request_id = "req-1"};
}

static void teardown(void)
{
    arena_free(&arena);
    buffer_free(&output);
}

/* Adds a FastCGI parameter, "NAME=value". */
static inline void give(const char *parameter)
{
    size_t count = 0;
    while (parameters[count] != NULL)
        count++;
    parameters[count] = arena_strdup(&arena, parameter);
}

#endif
