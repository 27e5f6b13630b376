/*
 * One request and its response.
 *
 * An exchange is filled from FastCGI parameters (http/fastcgi.h), walks through authentication, the
 * microversion, the router and a handler, and is sent back. Everything it points at lives in the
 * request's arena, but for the response body, which is a buffer that the worker keeps.
 *
 * Whoever answers either writes a body and gives a status, or fails: exchange_fail() notes status,
 * code and detail once, and the error document is made of them at the end, in one place
 * (http/error_document.h).
 */
#ifndef BERTH_HTTP_EXCHANGE_H
#define BERTH_HTTP_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"

enum { EXCHANGE_HEADERS = 16 };

struct header {
    const char *name; /* lower case */
    const char *value;
};

/* What a proxy says about the request that it forwards. Texts in the request's arena; NULL: the
   proxy does not say. */
struct forwarded {
    const char *scheme;
    const char *host;    /* with its port */
    const char *address; /* of the client */
    const char *prefix;  /* comes before the service's own prefix */
};

struct microversion {
    unsigned char major; /* 0: not known */
    unsigned char minor;
};

/* What an error looks like as JSON. */
enum error_form {
    ERROR_PLACEMENT, /* the API-WG's, in which Placement sends what goes wrong in it */
    ERROR_WEBOB,     /* webob's own: of what went wrong in front of Placement's formatting */
    ERROR_KEYSTONE,  /* the Identity API's, whatever the client accepts: keystonemiddleware's 401 */
};

/* Why a request failed. */
struct http_error {
    enum error_form form;
    const char *code;   /* upstream's error code; NULL: placement.undefined_code */
    const char *detail; /* plain text; NULL: it has not failed */
};

struct exchange {
    struct arena *arena;

    /* The request. No text is NULL unless it says so. */
    char *const *parameters; /* the FastCGI parameters, "NAME=value", ends with NULL */
    const char *method;
    const char *prefix; /* where the service is mounted (SCRIPT_NAME): "" or as "/placement" */
    const char *path;   /* below the prefix, percent-decoded; "" or begins with "/" */
    const char *query;  /* without "?", not decoded; "" if there is none */
    const char *body;
    size_t body_length;
    const char *remote_address;
    bool behind_proxy; /* set before it is received: what a proxy says is believed */
    struct forwarded forwarded;
    const char *request_id;        /* "req-<uuid>", made here */
    const char *global_request_id; /* the caller's, or NULL */

    /* The microversion that was asked for; microversion_none until it is known. */
    struct microversion version;

    /* The response. */
    int status;               /* 0: not known yet */
    const char *content_type; /* of output; NULL: none */
    struct header headers[EXCHANGE_HEADERS];
    size_t header_count;
    struct buffer *output;
    struct http_error error;
};

/* A FastCGI parameter by its name (as "HTTP_X_AUTH_TOKEN", "CONTENT_TYPE"), or NULL. */
const char *exchange_parameter(const struct exchange *exchange, const char *name);

/* Adds a header to the response; name (lower case) and value must outlive the exchange. A value
   with a control character would split the response: it is cut off there. */
void exchange_add_header(struct exchange *exchange, const char *name, const char *value);

/* Adds a "location" header: where the service was asked for, by scheme and host, with this path
   (which begins with the prefix). If a proxy says that the scheme is none of HTTP, it is the path
   alone. */
void exchange_add_location(struct exchange *exchange, const char *path);

/* Fails: sets the status, and the code and detail of the error document. Does nothing if the
   exchange has failed already: the first failure counts. The text is upstream's, and the client
   sees it. code may be NULL. */
void exchange_fail(struct exchange *exchange, int status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Whether exchange_fail() was called. */
bool exchange_failed(const struct exchange *exchange);

#endif
