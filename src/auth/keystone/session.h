/*
 * Asking Keystone about tokens, as the service that the settings name.
 *
 * All workers share the service's own token. A worker that finds none, or one that is about to
 * expire or that Keystone refuses, logs in for all while the others wait. The URL for questions
 * about tokens comes from the catalog of that login (interface, region_name), or else from
 * auth_url. After a failed login nobody tries again for a second: Keystone would lock the user out,
 * and workers that have waited for a login that hung would each wait for their own.
 */
#ifndef BERTH_AUTH_KEYSTONE_SESSION_H
#define BERTH_AUTH_KEYSTONE_SESSION_H

#include "auth/keystone/shared.h"
#include "auth/keystone/token.h"
#include "auth/keystone/token_cache.h"
#include "settings/settings.h"

struct keystone_session;

/* Settings (which keystone_login_check() has found good) and what is shared must outlive it. Gives
   NULL when there is no memory. */
struct keystone_session *keystone_session_new(const struct settings *settings,
                                              struct keystone_shared *shared);
void keystone_session_free(struct keystone_session *session);

/* What the settings are for: another Keystone, or another user of it, has another one. */
const struct token_digest *keystone_session_digest(const struct keystone_session *session);

/* Asks Keystone about a token, until clock_milliseconds() is at deadline, and makes a record of
   what it says. allow_expired: also about one that has expired not long ago. Does not touch the
   request's arena. */
enum token_verdict keystone_session_validate(struct keystone_session *session, const char *token,
                                             bool allow_expired, uint64_t deadline,
                                             unsigned char record[TOKEN_RECORD_SIZE],
                                             size_t *length);

/* Whether Keystone answers, until clock_milliseconds() is at deadline, where the settings say that
 * it is.
 */
bool keystone_session_answers(struct keystone_session *session, uint64_t deadline);

#endif
