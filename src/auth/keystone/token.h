/*
 * A token as Keystone describes it: the parts that say who the caller is and what they may do.
 *
 * Keystone's answer (JSON, GET /v3/auth/tokens) becomes a record: bytes without pointers, as the
 * token cache keeps them; a record becomes a struct in the request's arena. The meaning of the
 * fields is that of keystoneauth1's AccessInfoV3, from which keystonemiddleware makes the X-...
 * headers that oslo.context reads.
 */
#ifndef BERTH_AUTH_KEYSTONE_TOKEN_H
#define BERTH_AUTH_KEYSTONE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/identity.h"
#include "base/arena.h"

enum { TOKEN_RECORD_SIZE = 65536 }; /* the longest record */

/* What an application credential with access rules may be used for. */
struct access_rule {
    const char *method;
    const char *path; /* with "*", "**" and "{...}" in it */
    const char *service;
};

/* No text is NULL unless it says so. */
struct keystone_token {
    int64_t expires_at; /* microseconds since 1970 */
    const char *user_id;
    const char *user_domain_id;    /* NULL: of a federated user */
    const char *project_id;        /* NULL: not for a project */
    const char *project_domain_id; /* NULL: not for a project */
    const char *domain_id;         /* NULL: not for a domain */
    struct role_list roles;
    bool is_system;        /* for the system as a whole */
    bool is_admin_project; /* true unless Keystone says otherwise */
    bool is_bound;         /* to something that is not the token */
    bool is_restricted;    /* to the access rules */
    bool has_service;      /* the catalog has a service of the type that was asked for */
    struct access_rule *access_rules;
    size_t access_rule_count;
};

/* Makes a record of Keystone's answer. service_type: the type that has_service is about; NULL:
   none. Returns its length in bytes, or 0 when the answer is not the description of a token or is
   too long. */
size_t token_record_make(const char *answer, size_t length, const char *service_type, void *record,
                         size_t size);

/* Reads a record into the arena. Returns false when it is not a record. */
bool token_record_read(const void *record, size_t length, struct arena *arena,
                       struct keystone_token *token);

/* Parses "2026-11-24T16:12:09.000000Z" into microseconds since 1970. Returns false when text is not
   such a time. */
bool token_time_parse(const char *text, int64_t *microseconds);

/* Returns the time in microseconds since 1970. */
int64_t token_time_now(void);

#endif
