/*
 * Asks Keystone about tokens, as the service user of the settings.
 *
 * The workers share the service's own token. A worker that finds none, or one that is about to
 * expire or that Keystone refuses, logs in for all while the others wait. The URL for questions
 * about tokens comes from the catalog of that login (interface, region_name), or else from
 * auth_url. After a failed login no worker tries again for a second: Keystone would lock the user
 * out, and workers that have waited for a hanging login would each wait for their own.
 */
#ifndef BERTH_AUTH_KEYSTONE_SESSION_H
#define BERTH_AUTH_KEYSTONE_SESSION_H

#include "auth/keystone/shared.h"
#include "auth/keystone/token.h"
#include "auth/keystone/token_cache.h"
#include "settings/settings.h"

struct keystone_session;

/* The settings must have passed keystone_login_check(); settings and shared must outlive it.
   Returns NULL when there is no memory. */
struct keystone_session *keystone_session_new(const struct settings *settings,
                                              struct keystone_shared *shared);
void keystone_session_free(struct keystone_session *session);

/* Returns the digest of the settings that choose Keystone and its user: if either changes, it
   changes. */
const struct token_digest *keystone_session_digest(const struct keystone_session *session);

/* Asks Keystone about a token, until clock_milliseconds() is at deadline. Writes a record of the
   answer, of *length bytes, if the token is valid. allow_expired: also accepts a token that expired
   recently. Does not use the request arena. */
enum token_verdict keystone_session_validate(struct keystone_session *session, const char *token,
                                             bool allow_expired, uint64_t deadline,
                                             unsigned char record[TOKEN_RECORD_SIZE],
                                             size_t *length);

/* Returns whether Keystone answers at auth_url before clock_milliseconds() is at deadline. */
bool keystone_session_answers(struct keystone_session *session, uint64_t deadline);

#endif
