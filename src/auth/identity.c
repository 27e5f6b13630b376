/*
 * The identity of noauth2.
 */
#include <config.h>

#include "auth/identity.h"

#include <string.h>
#include <strings.h>

static const char *const admin_roles[] = {"admin"};

static void read_roles(struct arena *arena, const char *header, struct identity *identity)
{
    size_t room = 1;
    for (const char *c = header; *c != '\0'; c++)
        room += *c == ',';
    const char **roles = arena_array(arena, room, sizeof(*roles));
    for (;;) {
        size_t length = strcspn(header, ",");
        const char *start = header, *end = header + length;
        while (start < end && *start == ' ')
            start++;
        while (end > start && end[-1] == ' ')
            end--;
        if (end > start)
            roles[identity->role_count++] = arena_strndup(arena, start, (size_t)(end - start));
        if (header[length] == '\0')
            break;
        header += length + 1;
    }
    identity->roles = roles;
}

bool identity_from_noauth(struct exchange *exchange, struct identity *identity)
{
    *identity = (struct identity){0};
    if (strcmp(exchange->path, "/") == 0)
        return true;
    const char *token = exchange_parameter(exchange, "HTTP_X_AUTH_TOKEN");
    if (token == NULL) {
        exchange_fail(exchange, 401, NULL, "%s", "");
        return false;
    }
    size_t length = strcspn(token, ":");
    const char *user_id = arena_strndup(exchange->arena, token, length);
    const char *project_id =
        token[length] == ':' && token[length + 1] != '\0' ? token + length + 1 : user_id;
    const char *roles = exchange_parameter(exchange, "HTTP_X_ROLES");
    const char *system_scope = exchange_parameter(exchange, "HTTP_OPENSTACK_SYSTEM_SCOPE");
    identity->user_id = user_id;
    identity->system_scope = system_scope != NULL && *system_scope != '\0';
    /* the middleware leaves this header alone, and it is looked at before what the token says */
    identity->project_id = exchange_parameter(exchange, "HTTP_X_PROJECT_ID");
    if (identity->project_id == NULL && !identity->system_scope)
        identity->project_id = project_id;
    if (roles != NULL) {
        read_roles(exchange->arena, roles, identity);
    } else if (strcmp(user_id, "admin") == 0) {
        identity->roles = admin_roles;
        identity->role_count = 1;
    }
    return true;
}

bool identity_has_role(const struct identity *identity, const char *role)
{
    for (size_t i = 0; i < identity->role_count; i++)
        if (strcasecmp(identity->roles[i], role) == 0)
            return true;
    return false;
}
