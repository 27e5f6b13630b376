/*
 * What Keystone has said about tokens, for all workers, in memory that they share.
 *
 * A token is known by its digest alone: the token itself is never stored. Its record (auth/
 * keystone_token.h) is kept until the time that was given with it, or until newer ones need the
 * place. The memory has a fixed size; a record that does not fit into an entry is not kept, and who
 * asks for it finds nothing. What the record says (that the token has expired, say) is for the
 * reader to judge.
 *
 * An entry is read and written under a lock of the few entries that it could be in. A worker that
 * is killed while it holds such a lock costs these entries, nothing else; one that is stopped makes
 * the others do without them.
 *
 * Flights: while one worker asks Keystone about a token the others that want to know wait, and
 * share what it learns. When it is killed the next one asks.
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

/* A cache of about that many tokens. NULL with errno set. */
struct token_cache *token_cache_new(size_t entries);
void token_cache_free(struct token_cache *cache);

/* SHA-256 of the token, salted with which Keystone it is asked about: tokens that another one has
   confirmed, before a reload, are not found. Gives false when there is no memory. */
bool token_digest_make(const struct token_digest *salt, const char *token,
                       struct token_digest *digest);

/* Copies a record. Gives its length; 0: not known, or longer than size. */
size_t token_cache_get(struct token_cache *cache, const struct token_digest *digest, void *record,
                       size_t size);

/* Keeps a record for that many seconds; 0: until its place is needed. */
void token_cache_put(struct token_cache *cache, const struct token_digest *digest,
                     const void *record, size_t length, unsigned seconds);

/* What a flight has learned. */
enum token_verdict {
    TOKEN_VALID,   /* the record is in the cache, if it fits */
    TOKEN_REFUSED, /* Keystone does not know it */
    TOKEN_UNKNOWN, /* Keystone has not said */
};

enum token_flight {
    TOKEN_FLIGHT_LEAD, /* the caller asks Keystone, then lands */
    TOKEN_FLIGHT_OVER, /* another one has asked while the caller waited: see verdict */
    TOKEN_FLIGHT_LATE, /* another one still asks, and it is time to give up (clock_milliseconds())
                        */
};

/* Joins the flight of a token, or begins one. Who leads looks into the cache once more, as another
   flight may just have ended; it must not leave through an arena's escape before it lands. */
enum token_flight token_flight_join(struct token_cache *cache, const struct token_digest *digest,
                                    uint64_t deadline, enum token_verdict *verdict);
void token_flight_land(struct token_cache *cache, const struct token_digest *digest,
                       enum token_verdict verdict);

#endif
