/*
 * The headers Accept and Content-Type, each in a line of the input.
 */
#include <config.h>

#include "http/accept.h"

#include "fuzz.h"
#include "http/error_document.h"
#include "http/exchange.h"

static const char *const offers[] = {"text/html", "application/json", "text/plain"};
enum { OFFERS = sizeof(offers) / sizeof(offers[0]) };

/* accept_best() and accept_allows() must agree. */
static void check_choice(const char *accept)
{
    int best = accept_best(accept, offers, OFFERS);
    bool any = false;
    for (size_t i = 0; i < OFFERS; i++)
        any = any || accept_allows(accept, offers[i]);
    require(best >= -1 && best < (int)OFFERS);
    require(*accept == '\0' || (best >= 0) == any);
    require(best < 0 || accept_allows(accept, offers[best]));
    for (size_t i = 0; i < OFFERS; i++)
        require(accept_best(accept, &offers[i], 1) == (accept_allows(accept, offers[i]) ? 0 : -1) ||
                *accept == '\0');
}

/* A refusal must lead to an error document. */
static void check_requirement(char *accept, char *type)
{
    static struct buffer output;
    char *parameters[] = {arena_printf(&arena, "HTTP_ACCEPT=%s", accept),
                          arena_printf(&arena, "CONTENT_TYPE=%s", type), "REQUEST_METHOD=PUT",
                          NULL};
    struct exchange exchange = {.arena = &arena,
                                .parameters = parameters,
                                .output = &output,
                                .method = "PUT",
                                .request_id = "req-1"};
    buffer_reset(&output);
    if (accept_require_json(&exchange) && content_require_json(&exchange)) {
        require(exchange.status == 0);
        return;
    }
    require(exchange.status == (accept_allows(accept, "application/json") ? 415 : 406));
    error_document_write(&exchange);
    require(exchange.content_type != NULL && !output.failed && output.length > 0);
    require(exchange.status >= 400);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    begin_input();
    char *accept = text_of(bytes, size);
    char *type = strchr(accept, '\n');
    if (type != NULL)
        *type++ = '\0';
    check_choice(accept);
    check_requirement(accept, type != NULL ? type : accept);
    free(accept);
    return 0;
}
