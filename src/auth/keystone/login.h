/*
 * How the service itself logs in at Keystone: the body of POST /v3/auth/tokens, made of
 * [keystone_authtoken], and what the answer says. As keystoneauth1's plugins password, v3password
 * and v3applicationcredential do.
 */
#ifndef BERTH_AUTH_KEYSTONE_LOGIN_H
#define BERTH_AUTH_KEYSTONE_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/keystone/url.h"
#include "settings/config.h"
#include "settings/settings.h"

/* Whether Keystone can be asked with these settings, for auth_strategy = keystone. Gives false and
   one line that says which option is wrong, and where it stands. */
bool keystone_login_check(const struct settings *settings, const struct config *config,
                          struct error_line *error);

/* The body. It has the password in it: to be freed with keystone_login_body_free(). NULL: there is
   no memory. */
char *keystone_login_body(const struct settings *settings);
void keystone_login_body_free(char *body);

struct keystone_login {
    int64_t expires_at; /* microseconds since 1970 */
    bool has_url;
    struct keystone_url url; /* of the identity service in the catalog, by interface and region */
};

/* Reads the answer. Gives false when it is not the description of a token. */
bool keystone_login_read(const struct settings *settings, const char *answer, size_t length,
                         struct keystone_login *login);

#endif
