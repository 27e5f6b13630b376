/*
 * Access rules of application credentials, which limit what a token obtained with the credential
 * may be used for. Works as keystonemiddleware's validate_allowed_request(), except that paths are
 * those below the mount point.
 */
#ifndef BERTH_AUTH_KEYSTONE_ACCESS_RULES_H
#define BERTH_AUTH_KEYSTONE_ACCESS_RULES_H

#include <stdbool.h>

#include "auth/keystone/token.h"
#include "http/exchange.h"

/* Whether the path matches a rule's pattern: "*" and "{...}" match one or more bytes of a segment,
   "**" matches anything. */
bool access_rules_match_path(const char *pattern, const char *path);

/* Whether a token may be used for a request to the service of this type. NULL: the type is unknown,
   and restricted tokens are refused. Unrestricted tokens are always allowed. for_service: the
   request comes from another service, which the user's rules do not bind. */
bool access_rules_allow(const struct keystone_token *token, const char *service_type,
                        bool for_service, const struct exchange *exchange);

#endif
