/*
 * The service's own login at Keystone: makes the body of POST /v3/auth/tokens from
 * [keystone_authtoken], and reads the answer. Works as keystoneauth1's plugins password, v3password
 * and v3applicationcredential.
 */
#ifndef BERTH_AUTH_KEYSTONE_LOGIN_H
#define BERTH_AUTH_KEYSTONE_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/keystone/url.h"
#include "settings/config.h"
#include "settings/settings.h"

/* Returns whether these settings suffice to ask Keystone. Otherwise sets error to a line that names
   the wrong option and its place. */
bool keystone_login_check(const struct settings *settings, const struct config *config,
                          struct error_line *error);

/* Returns the body, or NULL when there is no memory. It contains the password: free it with
   keystone_login_body_free(), which erases it. */
char *keystone_login_body(const struct settings *settings);
void keystone_login_body_free(char *body);

struct keystone_login {
    int64_t expires_at; /* microseconds since 1970 */
    bool has_url;
    struct keystone_url url; /* of the identity service in the catalog, by interface and region */
};

/* Reads the answer. Returns false when it does not describe a token. */
bool keystone_login_read(const struct settings *settings, const char *answer, size_t length,
                         struct keystone_login *login);

#endif
