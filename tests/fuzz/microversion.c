/*
 * The microversion header, and the value of Content-Length, each in a line of the input.
 */
#include <config.h>

#include "http/microversion.h"

#include "fuzz.h"
#include "http/accept.h"
#include "http/exchange.h"

static void check_version(struct exchange *exchange)
{
    bool good = microversion_negotiate(exchange);
    require(good == (exchange->status == 0));
    require(good == (exchange->version.major == MICROVERSION_MAJOR));
    if (!good) {
        require(exchange->status == 400 || exchange->status == 406);
        require(*exchange->error.detail != '\0');
        return;
    }
    require(exchange->version.minor <= MICROVERSION_MINOR_MAXIMUM);
    microversion_add_headers(exchange);
    /* the version in the answer is a valid request */
    const char *answered = exchange->headers[0].value;
    struct exchange again = {
        .arena = &arena,
        .parameters =
            (char *[]){arena_printf(&arena, "HTTP_OPENSTACK_API_VERSION=%s", answered), NULL}};
    require(microversion_negotiate(&again) && again.version.minor == exchange->version.minor);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    begin_input();
    char *version = text_of(bytes, size);
    char *length = strchr(version, '\n');
    if (length != NULL)
        *length++ = '\0';
    char *parameters[] = {
        arena_printf(&arena, "HTTP_OPENSTACK_API_VERSION=%s", version),
        arena_printf(&arena, "CONTENT_LENGTH=%s", length != NULL ? length : version), NULL};
    struct exchange exchange = {.arena = &arena, .parameters = parameters};
    check_version(&exchange);
    struct exchange other = {.arena = &arena, .parameters = parameters};
    require(content_check(&other) == (other.status == 0));
    require(other.status == 0 || other.status == 400);
    free(version);
    return 0;
}
