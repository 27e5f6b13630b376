/*
 * One HTTP request to Keystone after the other, over a connection that is kept.
 *
 * TLS, times and retries are as [keystone_authtoken] says: cafile, certfile, keyfile, insecure,
 * http_connect_timeout, http_request_max_retries. Redirects are followed, but not from https to
 * http. Answers are bounded. Nothing here uses the request's arena: who asks holds locks.
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

/* Settings and what is shared must outlive it. Gives NULL when there is no memory. */
struct keystone_http *keystone_http_new(const struct settings *settings,
                                        struct keystone_shared *shared);
void keystone_http_free(struct keystone_http *http);

/* Asks. When Keystone cannot be reached the first worker that notices tries again, as often as it
   may; the others, and those that come while it is known to be down, give up at once. Gives false
   without an answer. */
bool keystone_http_ask(struct keystone_http *http, const struct keystone_request *request,
                       struct keystone_answer *answer);

/* Whether Keystone answers at a URL, by then, with anything but a complaint of its own (5xx). It is
   asked once, even while it is known to be down; that it does not answer is told to nobody, since
   others may have more patience. */
bool keystone_http_answers(struct keystone_http *http, const char *url, uint64_t deadline);

#endif
