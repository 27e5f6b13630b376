/*
 * The caller of a request. Authentication fills it in (auth/authentication.h); the policy
 * (auth/policy/policy.h), the rate limits and the log use it.
 *
 * The fields are those of oslo.context's RequestContext.to_policy_values(), by which policy rules
 * name them. All texts live in the request's arena; NULL: there is none.
 */
#ifndef BERTH_AUTH_IDENTITY_H
#define BERTH_AUTH_IDENTITY_H

#include "http/exchange.h"

struct role_list {
    const char *const *names;
    size_t count;
};

struct identity {
    const char *user_id; /* NULL: unknown, only for the version document */
    const char *user_domain_id;
    const char *project_id;
    const char *project_domain_id;
    const char *domain_id;    /* of a token for a domain */
    const char *system_scope; /* "all": the token is for the system */
    struct role_list roles;
    bool is_admin_project; /* true unless Keystone says that the project is not the admin one */
    /* the service that sends the request for the user, by its X-Service-Token */
    const char *service_user_id;
    const char *service_user_domain_id;
    const char *service_project_id;
    const char *service_project_domain_id;
    struct role_list service_roles;
};

/* Returns the names in a list separated by commas, in the arena. Drops blanks around names, and
   empty names. */
struct role_list role_list_read(struct arena *arena, const char *text);

#endif
