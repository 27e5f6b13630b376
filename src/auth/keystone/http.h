/*
 * Sends HTTP requests to Keystone, one at a time, over a persistent connection.
 *
 * TLS, times and retries are as [keystone_authtoken] says: cafile, certfile, keyfile, insecure,
 * http_connect_timeout, http_request_max_retries. Redirects are followed, but not from https to
 * http. Answers are bounded. Does not use the request arena: the caller holds locks, and the arena
 * may longjmp.
 */
#ifndef BERTH_AUTH_KEYSTONE_HTTP_H
#define BERTH_AUTH_KEYSTONE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/keystone/shared.h"
#include "settings/settings.h"

struct keystone_http;

struct keystone_request {
    const char *url;
    const char *body;          /* JSON, of a POST; NULL: a GET */
    const char *token;         /* the service's own; NULL: none */
    const char *subject_token; /* the one it is about; NULL: none */
    uint64_t deadline;         /* clock_milliseconds() */
};

struct keystone_answer {
    long status;      /* 0: there is none */
    const char *body; /* valid until the next request */
    size_t length;
    char token[SERVICE_TOKEN_SIZE]; /* X-Subject-Token; "": none, or too long */
};

/* The settings and the shared memory must outlive it. Returns NULL when there is no memory. */
struct keystone_http *keystone_http_new(const struct settings *settings,
                                        struct keystone_shared *shared);
void keystone_http_free(struct keystone_http *http);

/* Sends a request. When Keystone cannot be reached, the first worker that notices retries, as often
   as the settings allow; other workers give up at once while Keystone is known to be down. Returns
   false without an answer. */
bool keystone_http_ask(struct keystone_http *http, const struct keystone_request *request,
                       struct keystone_answer *answer);

/* Whether Keystone answers at a URL before the deadline, with any status but 5xx. Asks once, even
   while Keystone is known to be down, and does not note silence for other workers, which may have
   more patience. */
bool keystone_http_answers(struct keystone_http *http, const char *url, uint64_t deadline);

#endif
