/*
 * Chooses how to identify the caller, and reads the identity of noauth2.
 */
#include <config.h>

#include "auth/authentication.h"

#include <string.h>

#include "base/text.h"

static const char *const admin_roles[] = {"admin"};

static bool identify_without(struct exchange *exchange, struct identity *identity)
{
    const char *token = exchange_parameter(exchange, "HTTP_X_AUTH_TOKEN");
    if (token == NULL) {
        exchange_fail_early(exchange, 401, ERROR_WEBOB, "");
        return false;
    }
    size_t length = strcspn(token, ":");
    const char *user_id = arena_strndup(exchange->arena, token, length);
    const char *project_id =
        token[length] == ':' && token[length + 1] != '\0' ? token + length + 1 : user_id;
    const char *roles = exchange_parameter(exchange, "HTTP_X_ROLES");
    const char *system_scope = exchange_parameter(exchange, "HTTP_OPENSTACK_SYSTEM_SCOPE");
    identity->user_id = user_id;
    identity->system_scope = text_filled_or(system_scope, NULL);
    /* upstream's middleware does not touch this header, and it takes precedence over the token */
    identity->project_id = exchange_parameter(exchange, "HTTP_X_PROJECT_ID");
    if (identity->project_id == NULL && identity->system_scope == NULL)
        identity->project_id = project_id;
    if (roles != NULL)
        identity->roles = role_list_read(exchange->arena, roles);
    else if (strcmp(user_id, "admin") == 0)
        identity->roles = (struct role_list){admin_roles, 1};
    return true;
}

bool authentication_is_open(const struct settings *settings)
{
    return strcmp(settings->api_auth_strategy, "noauth2") == 0;
}

bool authentication_identify(struct keystone *keystone, struct exchange *exchange,
                             struct identity *identity)
{
    *identity = (struct identity){.is_admin_project = true};
    if (strcmp(exchange->path, "/") == 0 || (keystone != NULL && *exchange->path == '\0'))
        return true;
    return keystone != NULL ? keystone_identify(keystone, exchange, identity)
                            : identify_without(exchange, identity);
}
