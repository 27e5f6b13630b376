/*
 * Access rules of application credentials: what a token that was got with such a credential may be
 * used for. As keystonemiddleware's validate_allowed_request().
 */
#ifndef BERTH_AUTH_KEYSTONE_ACCESS_RULES_H
#define BERTH_AUTH_KEYSTONE_ACCESS_RULES_H

#include <stdbool.h>

#include "auth/keystone/token.h"
#include "http/exchange.h"

/* Whether a rule's path means this one: "*" and "{...}" are one segment or a part of it, but not
   nothing, "**" is anything. */
bool access_path_matches(const char *pattern, const char *path);

/* Whether a token may be used for a request to the service of this type (NULL: it is not known, and
   no restricted token may be). Unrestricted tokens may be used for all. for_service: the request
   comes from another service, which is not bound by the user's rules. */
bool access_rules_allow(const struct keystone_token *token, const char *service_type,
                        bool for_service, const struct exchange *exchange);

#endif
