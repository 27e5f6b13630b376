/*
 * The table of credentials, and how each compares and is written.
 */
#include <config.h>

#include "auth/policy/credential.h"

#include <string.h>

enum credential_kind {
    CREDENTIAL_TEXT,   /* a const char *, NULL is None */
    CREDENTIAL_SYSTEM, /* the same, but missing when there is none */
    CREDENTIAL_ROLES,
    CREDENTIAL_FLAG,
};

struct policy_credential {
    const char *name;
    enum credential_kind kind;
    size_t offset; /* in struct identity */
};

static const struct policy_credential credentials[] = {
    {"user_id", CREDENTIAL_TEXT, offsetof(struct identity, user_id)},
    {"user_domain_id", CREDENTIAL_TEXT, offsetof(struct identity, user_domain_id)},
    {"system_scope", CREDENTIAL_TEXT, offsetof(struct identity, system_scope)},
    {"domain_id", CREDENTIAL_TEXT, offsetof(struct identity, domain_id)},
    {"project_id", CREDENTIAL_TEXT, offsetof(struct identity, project_id)},
    {"project_domain_id", CREDENTIAL_TEXT, offsetof(struct identity, project_domain_id)},
    {"roles", CREDENTIAL_ROLES, offsetof(struct identity, roles)},
    {"is_admin_project", CREDENTIAL_FLAG, offsetof(struct identity, is_admin_project)},
    {"service_user_id", CREDENTIAL_TEXT, offsetof(struct identity, service_user_id)},
    {"service_user_domain_id", CREDENTIAL_TEXT, offsetof(struct identity, service_user_domain_id)},
    {"service_project_id", CREDENTIAL_TEXT, offsetof(struct identity, service_project_id)},
    {"service_project_domain_id", CREDENTIAL_TEXT,
     offsetof(struct identity, service_project_domain_id)},
    {"service_roles", CREDENTIAL_ROLES, offsetof(struct identity, service_roles)},
    {"system", CREDENTIAL_SYSTEM, offsetof(struct identity, system_scope)},
};

enum { CREDENTIALS = sizeof(credentials) / sizeof(credentials[0]) };

const struct policy_credential *policy_credential_find(const char *name, size_t length)
{
    for (size_t i = 0; i < CREDENTIALS; i++)
        if (strlen(credentials[i].name) == length && memcmp(credentials[i].name, name, length) == 0)
            return &credentials[i];
    return NULL;
}

static const void *field_of(const struct policy_credential *credential,
                            const struct identity *identity)
{
    return (const char *)identity + credential->offset;
}

static const char *text_of(const struct policy_credential *credential,
                           const struct identity *identity)
{
    return *(const char *const *)field_of(credential, identity);
}

static bool is_missing(const struct policy_credential *credential, const struct identity *identity)
{
    const char *text;
    if (credential->kind != CREDENTIAL_SYSTEM)
        return false;
    text = text_of(credential, identity);
    return text == NULL || *text == '\0';
}

static enum policy_verdict decide_roles(const struct role_list *roles, bool deeper,
                                        const struct policy_match *match,
                                        const struct policy_target *target)
{
    if (deeper)
        return roles->count > 0 ? POLICY_BROKEN : POLICY_NO;
    for (size_t i = 0; i < roles->count; i++)
        if (policy_match_equals(match, target, roles->names[i], false))
            return POLICY_YES;
    return POLICY_NO;
}

enum policy_verdict policy_credential_decide(const struct policy_credential *credential,
                                             bool deeper, const struct identity *identity,
                                             const struct policy_match *match,
                                             const struct policy_target *target)
{
    const char *text;
    if (is_missing(credential, identity))
        return POLICY_NO;
    if (credential->kind == CREDENTIAL_ROLES)
        return decide_roles(field_of(credential, identity), deeper, match, target);
    if (deeper)
        return POLICY_BROKEN;
    if (credential->kind == CREDENTIAL_FLAG)
        text = *(const bool *)field_of(credential, identity) ? "True" : "False";
    else
        text = text_of(credential, identity);
    return policy_match_equals(match, target, text != NULL ? text : "None", false) ? POLICY_YES
                                                                                   : POLICY_NO;
}

static void write_roles(const struct role_list *roles, struct json_writer *writer)
{
    writer_begin_array(writer);
    for (size_t i = 0; i < roles->count; i++)
        writer_text(writer, roles->names[i]);
    writer_end_array(writer);
}

void policy_credentials_write(const struct identity *identity, struct json_writer *writer)
{
    writer_begin_object(writer);
    for (size_t i = 0; i < CREDENTIALS; i++) {
        const struct policy_credential *credential = &credentials[i];
        if (is_missing(credential, identity))
            continue;
        writer_key(writer, credential->name);
        if (credential->kind == CREDENTIAL_ROLES)
            write_roles(field_of(credential, identity), writer);
        else if (credential->kind == CREDENTIAL_FLAG)
            writer_boolean(writer, *(const bool *)field_of(credential, identity));
        else
            writer_text(writer, text_of(credential, identity));
    }
    writer_end_object(writer);
}
