/*
 * Who is asking.
 *
 * With [api] auth_strategy = noauth2 the identity is in the token itself, as upstream's
 * NoAuthMiddleware reads it for tests and for clouds that authenticate in front of the service.
 */
#ifndef BERTH_AUTH_IDENTITY_H
#define BERTH_AUTH_IDENTITY_H

#include "http/exchange.h"

struct identity {
    const char *user_id;    /* NULL: nobody (only the version document is for nobody) */
    const char *project_id; /* NULL: none */
    bool system_scope;      /* the token is for the system, not for a project */
    const char *const *roles;
    size_t role_count;
};

/* Fills the identity in by the noauth2 rules. Gives false after exchange_fail() with 401. */
bool identity_from_noauth(struct exchange *exchange, struct identity *identity);

/* Whether the identity has a role, whatever its case. */
bool identity_has_role(const struct identity *identity, const char *role);

#endif
