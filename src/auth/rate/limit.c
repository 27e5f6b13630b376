/*
 * Applies rate limits to projects and users.
 */
#include <config.h>

#include "auth/rate/limit.h"

#include <inttypes.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "auth/rate/bucket.h"
#include "watch/tally.h"

enum { HASH_KEY_SIZE = 16, MICROSECONDS = 1000000 };

struct rate_limits {
    struct rate_buckets *buckets;
    unsigned char
        key[HASH_KEY_SIZE]; /* of the hash of owners, so that clients cannot choose their bucket */
};

/* Whose limit it is. */
enum owner { OWNER_USER, OWNER_PROJECT, OWNER_USER_AS_PROJECT };

struct rate_limiter {
    struct rate_limits *limits;
    EVP_MAC_CTX *hash;
    struct rate users[RATE_KINDS];
    struct rate projects[RATE_KINDS];
};

static const struct {
    const char *requests;
    enum counter refused;
} kinds[RATE_KINDS] = {
    [RATE_READS] = {"requests that read", COUNTER_RATE_LIMITED_READS},
    [RATE_WRITES] = {"requests that write", COUNTER_RATE_LIMITED_WRITES},
    [RATE_CANDIDATES] = {"searches for allocation candidates", COUNTER_RATE_LIMITED_CANDIDATES},
};

struct rate_limits *rate_limits_new(void)
{
    struct rate_limits *limits = calloc(1, sizeof(*limits));
    if (limits == NULL)
        return NULL;
    limits->buckets = rate_buckets_new();
    if (limits->buckets != NULL && getentropy(limits->key, sizeof(limits->key)) == 0)
        return limits;
    rate_limits_free(limits);
    return NULL;
}

void rate_limits_free(struct rate_limits *limits)
{
    if (limits == NULL)
        return;
    rate_buckets_free(limits->buckets);
    free(limits);
}

/* Prepares SipHash, which is made for tables whose keys strangers choose. */
static EVP_MAC_CTX *hash_new(const unsigned char *key)
{
    size_t size = sizeof(uint64_t);
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                     OSSL_PARAM_construct_end()};
    EVP_MAC *method = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    EVP_MAC_CTX *hash = EVP_MAC_CTX_new(method);
    EVP_MAC_free(method);
    if (hash == NULL || EVP_MAC_init(hash, key, HASH_KEY_SIZE, parameters) != 1)
        abort();
    return hash;
}

struct rate_limiter *rate_limiter_new(const struct settings *settings, struct rate_limits *limits)
{
    const double users[RATE_KINDS] = {
        [RATE_READS] = settings->berth_rate_limit_user_reads,
        [RATE_WRITES] = settings->berth_rate_limit_user_writes,
        [RATE_CANDIDATES] = settings->berth_rate_limit_user_candidates,
    };
    const double projects[RATE_KINDS] = {
        [RATE_READS] = settings->berth_rate_limit_project_reads,
        [RATE_WRITES] = settings->berth_rate_limit_project_writes,
        [RATE_CANDIDATES] = settings->berth_rate_limit_project_candidates,
    };
    struct rate_limiter *limiter = calloc(1, sizeof(*limiter));
    bool any = false;
    if (limiter == NULL)
        abort();
    limiter->limits = limits;
    for (size_t i = 0; i < RATE_KINDS; i++) {
        limiter->users[i] = rate_of(users[i], settings->berth_rate_limit_burst);
        limiter->projects[i] = rate_of(projects[i], settings->berth_rate_limit_burst);
        any = any || users[i] > 0 || projects[i] > 0;
    }
    if (any) {
        limiter->hash = hash_new(limits->key);
        return limiter;
    }
    free(limiter);
    return NULL;
}

void rate_limiter_free(struct rate_limiter *limiter)
{
    if (limiter == NULL)
        return;
    EVP_MAC_CTX_free(limiter->hash);
    free(limiter);
}

static uint64_t hash_owner(const struct rate_limiter *limiter, enum owner owner, const char *id,
                           enum rate_kind kind)
{
    const unsigned char what[] = {(unsigned char)owner, (unsigned char)kind};
    uint64_t hash = 0;
    size_t size;
    EVP_MAC_init(limiter->hash, NULL, 0, NULL);
    EVP_MAC_update(limiter->hash, what, sizeof(what));
    EVP_MAC_update(limiter->hash, (const unsigned char *)id, strlen(id));
    EVP_MAC_final(limiter->hash, (unsigned char *)&hash, &size, sizeof(hash));
    return hash;
}

static bool refuse(struct exchange *exchange, enum owner owner, enum rate_kind kind, uint64_t wait)
{
    uint64_t seconds = (wait + MICROSECONDS - 1) / MICROSECONDS;
    tally_count(kinds[kind].refused, 1);
    exchange_add_header(exchange, "retry-after",
                        arena_printf(exchange->arena, "%" PRIu64, seconds));
    exchange_fail(exchange, 429, NULL, "Too many %s by this %s. Try again in %" PRIu64 " s.",
                  kinds[kind].requests, owner == OWNER_PROJECT ? "project" : "user", seconds);
    return false;
}

bool rate_limiter_admits(struct rate_limiter *limiter, struct exchange *exchange,
                         const struct identity *identity, enum rate_kind kind, uint64_t now)
{
    if (limiter == NULL || identity->user_id == NULL)
        return true;
    struct rate_buckets *buckets = limiter->limits->buckets;
    const struct rate *user_rate = &limiter->users[kind], *project_rate = &limiter->projects[kind];
    enum owner owner = identity->project_id != NULL ? OWNER_PROJECT : OWNER_USER_AS_PROJECT;
    const char *owner_id = owner == OWNER_PROJECT ? identity->project_id : identity->user_id;
    uint64_t user = 0, wait;
    if (user_rate->interval > 0) {
        user = hash_owner(limiter, OWNER_USER, identity->user_id, kind);
        wait = rate_buckets_take(buckets, user, user_rate, now);
        if (wait > 0)
            return refuse(exchange, OWNER_USER, kind, wait);
    }
    if (project_rate->interval > 0) {
        uint64_t project = hash_owner(limiter, owner, owner_id, kind);
        wait = rate_buckets_take(buckets, project, project_rate, now);
        if (wait > 0 && user_rate->interval > 0)
            rate_buckets_give_back(buckets, user, user_rate);
        if (wait > 0)
            return refuse(exchange, owner, kind, wait);
    }
    return true;
}
