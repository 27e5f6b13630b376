/*
 * What the workers share about Keystone: the service's own token, so that one worker logs in for
 * all, and whether Keystone can be reached, so that not every worker waits for one that is down.
 */
#ifndef BERTH_AUTH_KEYSTONE_SHARED_H
#define BERTH_AUTH_KEYSTONE_SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "auth/keystone/token_cache.h"
#include "auth/keystone/url.h"
#include "base/shared_memory.h"

enum { SERVICE_TOKEN_SIZE = 8192 };

/* The service's own token. Hold the lock to read or write it, and while logging in. */
struct service_login {
    struct shared_lock lock;
    struct token_digest settings; /* with which it was obtained */
    uint64_t serial;              /* grows with each login; 0: none yet */
    int64_t expires_at;           /* token_time_now() */
    int64_t renew_at;             /* before it expires */
    /* when a login last failed, clock_milliseconds(); 0: the last one worked */
    uint64_t failed_at;
    struct token_digest failed_settings;
    struct keystone_url url; /* to ask about tokens */
    char token[SERVICE_TOKEN_SIZE];
};

struct keystone_shared {
    struct service_login login;
    _Atomic uint64_t down_since;  /* clock_milliseconds(); 0: it is up, as far as known */
    _Atomic uint64_t probe_until; /* until then one worker tries whether it is up again */
};

/* Returns NULL with errno set. */
struct keystone_shared *keystone_shared_new(void);
void keystone_shared_free(struct keystone_shared *shared);

/* Returns whether the caller may ask Keystone. While it is down only one worker at a time may, for
   at most that many milliseconds (patience). */
bool keystone_shared_may_ask(struct keystone_shared *shared, uint64_t patience);

/* Notes that Keystone answered. Returns true if it was down before. */
bool keystone_shared_note_answer(struct keystone_shared *shared);

/* Notes that Keystone could not be reached. Returns true if it was up before: the caller is the
   first to notice. */
bool keystone_shared_note_silence(struct keystone_shared *shared);

#endif
