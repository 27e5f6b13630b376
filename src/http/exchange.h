/*
 * One request and its response.
 *
 * An exchange is filled from FastCGI parameters (http/fastcgi.h), passes authentication, the
 * microversion, the router and a handler, and is sent back. Everything it points at lives in the
 * request's arena, except the response body, which is a buffer of the worker.
 *
 * A handler either sets the status and writes a body, or calls exchange_fail() with status, code
 * and detail. The error document is written from them at the end, in one place
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
    ERROR_PLACEMENT, /* the API working group's: Placement's own errors */
    ERROR_WEBOB,     /* webob's: errors before Placement formats them */
    ERROR_KEYSTONE,  /* the Identity API's, always JSON: keystonemiddleware's 401 */
};

/* Why a request failed. */
struct http_error {
    enum error_form form;
    const char *code;   /* upstream's error code; NULL: placement.undefined_code */
    const char *detail; /* plain text; NULL: it has not failed */
};

struct exchange {
    struct arena *arena;

    /* The request. Texts are not NULL unless the comment says so. */
    char *const *parameters; /* the FastCGI parameters, "NAME=value", ends with NULL */
    const char *method;
    const char *prefix; /* where the service is mounted (SCRIPT_NAME): "" or "/placement" */
    const char *path;   /* below the prefix, percent-decoded; "" or begins with "/" */
    const char *query;  /* without "?", not decoded; "" if there is none */
    const char *body;
    size_t body_length;
    const char *remote_address;
    bool behind_proxy; /* set before receiving: trust the headers of a proxy */
    struct forwarded forwarded;
    const char *request_id;        /* "req-<uuid>", ours */
    const char *global_request_id; /* the caller's, or NULL */
    const char *traceparent;       /* the caller's (http/trace_context.h), or NULL */

    /* The requested microversion; major is 0 until it is known. */
    struct microversion version;

    /* The response. */
    int status;               /* 0: not known yet */
    const char *content_type; /* of output; NULL: none */
    struct header headers[EXCHANGE_HEADERS];
    size_t header_count;
    struct buffer *output;
    struct http_error error;
};

/* Returns a FastCGI parameter by its name (such as "HTTP_X_AUTH_TOKEN", "CONTENT_TYPE"), or NULL.
   Header lines of the same name are joined with commas, as WSGI servers do (newer nginx joins them
   itself). Any other parameter may come twice if a line of the site follows nginx's included ones;
   then the last one counts. */
const char *exchange_parameter(const struct exchange *exchange, const char *name);

/* Adds a header to the response. name (lower case) and value must outlive the exchange. Cuts the
   value before a control character, which could split the response. */
void exchange_add_header(struct exchange *exchange, const char *name, const char *value);

/* Adds a "location" header: scheme and host as the client sees them, and this path, which begins
   with the prefix. If a proxy names a scheme other than HTTP or HTTPS, or if the host is longer
   than any host, or if neither the request nor the web server names one, the header is only the
   path. */
void exchange_add_location(struct exchange *exchange, const char *path);

/* Fails: sets the status, and the code and detail of the error document. Does nothing if the
   exchange has failed already: the first failure counts. The text is upstream's, and the client
   sees it. code may be NULL. */
void exchange_fail(struct exchange *exchange, int status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Fails as exchange_fail() does, for upstream's middlewares in front of Placement, whose errors
   have their own form. detail may be "", and must outlive the exchange. */
void exchange_fail_early(struct exchange *exchange, int status, enum error_form form,
                         const char *detail);

/* Whether one of them was called. */
bool exchange_failed(const struct exchange *exchange);

#endif
