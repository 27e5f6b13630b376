/*
 * What all workers know together about Keystone: the service's own token, so that one of them logs
 * in for all, and whether Keystone can be reached, so that not all of them wait for one that
 * cannot.
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

/* The service's own token. Who reads or writes it has the lock; who logs in keeps it meanwhile. */
struct service_login {
    struct shared_lock lock;
    struct token_digest settings; /* the ones that it was made with */
    uint64_t serial;              /* grows with each login; 0: there was none yet */
    int64_t expires_at;           /* token_time_now() */
    int64_t renew_at;             /* some time before */
    uint64_t failed_at; /* when a login failed last, clock_milliseconds(); 0: it did not */
    struct token_digest failed_settings;
    struct keystone_url url; /* where tokens are asked about */
    char token[SERVICE_TOKEN_SIZE];
};

struct keystone_shared {
    struct service_login login;
    _Atomic uint64_t down_since;  /* clock_milliseconds(); 0: as far as anybody knows it is up */
    _Atomic uint64_t probe_until; /* as long somebody asks whether it is up again */
};

/* NULL with errno set. */
struct keystone_shared *keystone_shared_new(void);
void keystone_shared_free(struct keystone_shared *shared);

/* Whether the caller may ask Keystone: while it is down only one at a time may, for at most that
   many milliseconds. */
bool keystone_may_ask(struct keystone_shared *shared, uint64_t patience);

/* Keystone has answered something: it is up. True: it was down before. */
bool keystone_note_answer(struct keystone_shared *shared);

/* Keystone could not be reached. True: it was up before, and the caller is the first to notice. */
bool keystone_note_silence(struct keystone_shared *shared);

#endif
