/*
 * Caches what Keystone said about tokens, in memory that the workers share.
 *
 * A token is known by its digest only: the token itself is never stored. Its record
 * (auth/keystone/token.h) is kept for the time that the caller sets, or until newer ones need the
 * place. The memory has a fixed size; a record that does not fit into an entry is not kept, and a
 * lookup finds nothing. The reader judges the record (the token may have expired).
 *
 * Entries are read and written under a lock for the few entries where the token may be. A worker
 * killed while it holds such a lock costs these entries, nothing else; while a stopped worker holds
 * one, the others do without them.
 *
 * Flights: while one worker asks Keystone about a token, the others that need it wait and share the
 * answer. If that worker is killed, the next one asks.
 */
#ifndef BERTH_AUTH_KEYSTONE_TOKEN_CACHE_H
#define BERTH_AUTH_KEYSTONE_TOKEN_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TOKEN_DIGEST_SIZE = 32,
    TOKEN_CACHE_RECORD = 1984, /* the longest record that is kept */
};

struct token_digest {
    unsigned char bytes[TOKEN_DIGEST_SIZE];
};

struct token_cache;

/* Returns a cache for about that many tokens, or NULL with errno set. */
struct token_cache *token_cache_new(size_t entries);
void token_cache_free(struct token_cache *cache);

/* Makes the SHA-256 of a token. The salt stands for the Keystone (keystone_session_digest()), so
   that tokens which another Keystone confirmed before a reload are not found. Returns false when
   there is no memory. */
bool token_digest_make(const struct token_digest *salt, const char *token,
                       struct token_digest *digest);

/* Copies a record. Returns its length; 0: not known, or longer than size. */
size_t token_cache_get(struct token_cache *cache, const struct token_digest *digest, void *record,
                       size_t size);

/* Keeps a record for that many seconds; 0: until its place is needed. */
void token_cache_put(struct token_cache *cache, const struct token_digest *digest,
                     const void *record, size_t length, unsigned seconds);

/* The result of a flight. */
enum token_verdict {
    TOKEN_VALID,   /* the record is in the cache, if it fits */
    TOKEN_REFUSED, /* Keystone does not know it */
    TOKEN_UNKNOWN, /* Keystone did not say */
};

enum token_flight {
    TOKEN_FLIGHT_LEAD, /* the caller asks Keystone, then lands */
    TOKEN_FLIGHT_OVER, /* another worker asked while the caller waited: see verdict */
    TOKEN_FLIGHT_LATE, /* another worker still asks, and the deadline has passed */
};

/* Joins the flight of a token, or begins one; waits until clock_milliseconds() is at deadline. The
   leader must look into the cache once more, since another flight may just have ended, and must
   land: it must not leave by longjmp before. */
enum token_flight token_flight_join(struct token_cache *cache, const struct token_digest *digest,
                                    uint64_t deadline, enum token_verdict *verdict);
void token_flight_land(struct token_cache *cache, const struct token_digest *digest,
                       enum token_verdict verdict);

#endif
