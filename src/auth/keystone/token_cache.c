/*
 * Keeps tokens in sets of a few entries, each set with its lock, and flights in a table.
 */
#include <config.h>

#include "auth/keystone/token_cache.h"

#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/shared_memory.h"

enum {
    WAYS = 8,           /* entries of a set: the places where a token may be */
    FLIGHTS = 1024,     /* tokens with the same flight wait for each other */
    LOCK_PATIENCE = 20, /* milliseconds to wait for the lock of a set */
};

struct entry {
    struct token_digest digest;
    uint64_t keep_until; /* clock_milliseconds(); 0: the entry is free */
    uint64_t used_at;
    uint32_t length;
    unsigned char record[TOKEN_CACHE_RECORD];
};

struct set {
    struct shared_lock lock;
    struct entry entries[WAYS];
};

struct flight {
    struct shared_lock lock;    /* held by the leader */
    _Atomic uint64_t landings;  /* grows with each */
    struct token_digest digest; /* of the last one that landed */
    enum token_verdict verdict;
};

struct token_cache {
    size_t size; /* of the whole memory */
    size_t set_count;
    struct flight flights[FLIGHTS];
    struct set sets[];
};

struct token_cache *token_cache_new(size_t entries)
{
    size_t set_count = (entries + WAYS - 1) / WAYS;
    size_t size = sizeof(struct token_cache) + set_count * sizeof(struct set);
    struct token_cache *cache = shared_memory_new(size);
    if (cache == NULL)
        return NULL;
    cache->size = size;
    cache->set_count = set_count;
    bool good = true;
    for (size_t i = 0; good && i < FLIGHTS; i++)
        good = shared_lock_init(&cache->flights[i].lock);
    for (size_t i = 0; good && i < set_count; i++)
        good = shared_lock_init(&cache->sets[i].lock);
    if (good)
        return cache;
    token_cache_free(cache);
    return NULL;
}

void token_cache_free(struct token_cache *cache)
{
    if (cache != NULL)
        shared_memory_free(cache, cache->size);
}

bool token_digest_make(const struct token_digest *salt, const char *token,
                       struct token_digest *digest)
{
    struct token_digest made;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                EVP_DigestUpdate(context, salt->bytes, sizeof(salt->bytes)) == 1 &&
                EVP_DigestUpdate(context, token, strlen(token)) == 1 &&
                EVP_DigestFinal_ex(context, made.bytes, NULL) == 1;
    EVP_MD_CTX_free(context);
    if (good)
        *digest = made; /* which may be the same memory as the salt */
    return good;
}

static bool digest_equal(const struct token_digest *one, const struct token_digest *other)
{
    return memcmp(one->bytes, other->bytes, sizeof(one->bytes)) == 0;
}

/* Returns eight bytes of the digest as a number; part chooses which. */
static size_t digest_number(const struct token_digest *digest, size_t part)
{
    uint64_t number;
    memcpy(&number, digest->bytes + part * sizeof(number), sizeof(number));
    return (size_t)number;
}

/* Locks and returns the set of a token; NULL if the lock is not free in time. */
static struct set *set_take(struct token_cache *cache, const struct token_digest *digest)
{
    struct set *set = &cache->sets[digest_number(digest, 0) % cache->set_count];
    switch (shared_lock_take(&set->lock, clock_milliseconds() + LOCK_PATIENCE)) {
    case SHARED_LOCK_INHERITED:
        /* any entry may be half written */
        memset(set->entries, 0, sizeof(set->entries));
        return set;
    case SHARED_LOCK_TAKEN:
        return set;
    default:
        return NULL;
    }
}

size_t token_cache_get(struct token_cache *cache, const struct token_digest *digest, void *record,
                       size_t size)
{
    size_t length = 0;
    struct set *set = set_take(cache, digest);
    if (set == NULL)
        return 0;
    uint64_t now = clock_milliseconds();
    for (size_t i = 0; i < WAYS; i++) {
        struct entry *entry = &set->entries[i];
        if (entry->keep_until <= now || !digest_equal(&entry->digest, digest))
            continue;
        if (entry->length <= size) {
            memcpy(record, entry->record, entry->length);
            length = entry->length;
            entry->used_at = now;
        }
        break;
    }
    shared_lock_release(&set->lock);
    return length;
}

/* Returns the entry to write a token to: its own, or a free one, or else the least recently used.
 */
static struct entry *choose(struct set *set, const struct token_digest *digest, uint64_t now)
{
    struct entry *chosen = &set->entries[0];
    for (size_t i = 0; i < WAYS; i++) {
        struct entry *entry = &set->entries[i];
        if (entry->keep_until != 0 && digest_equal(&entry->digest, digest))
            return entry;
        if (chosen->keep_until > now &&
            (entry->keep_until <= now || entry->used_at < chosen->used_at))
            chosen = entry;
    }
    return chosen;
}

void token_cache_put(struct token_cache *cache, const struct token_digest *digest,
                     const void *record, size_t length, unsigned seconds)
{
    if (length == 0 || length > TOKEN_CACHE_RECORD)
        return;
    struct set *set = set_take(cache, digest);
    if (set == NULL)
        return;
    uint64_t now = clock_milliseconds();
    struct entry *entry = choose(set, digest, now);
    entry->digest = *digest;
    entry->keep_until = seconds == 0 ? UINT64_MAX : now + (uint64_t)seconds * 1000;
    entry->used_at = now;
    entry->length = (uint32_t)length;
    memcpy(entry->record, record, length);
    shared_lock_release(&set->lock);
}

static struct flight *flight_of(struct token_cache *cache, const struct token_digest *digest)
{
    return &cache->flights[digest_number(digest, 1) % FLIGHTS];
}

enum token_flight token_flight_join(struct token_cache *cache, const struct token_digest *digest,
                                    uint64_t deadline, enum token_verdict *verdict)
{
    struct flight *flight = flight_of(cache, digest);
    uint64_t landings = atomic_load(&flight->landings);
    switch (shared_lock_take(&flight->lock, deadline)) {
    case SHARED_LOCK_LATE:
        return TOKEN_FLIGHT_LATE;
    case SHARED_LOCK_INHERITED:
        /* what it says about the last landing may be half written */
        memset(&flight->digest, 0, sizeof(flight->digest));
        return TOKEN_FLIGHT_LEAD;
    default:
        break;
    }
    if (atomic_load(&flight->landings) == landings || !digest_equal(&flight->digest, digest))
        return TOKEN_FLIGHT_LEAD;
    *verdict = flight->verdict;
    shared_lock_release(&flight->lock);
    return TOKEN_FLIGHT_OVER;
}

void token_flight_land(struct token_cache *cache, const struct token_digest *digest,
                       enum token_verdict verdict)
{
    struct flight *flight = flight_of(cache, digest);
    flight->digest = *digest;
    flight->verdict = verdict;
    atomic_fetch_add(&flight->landings, 1);
    shared_lock_release(&flight->lock);
}
