/*
 * Builds the body of the service's login, reads the answer, and checks the options for it.
 */
#include <config.h>

#include "auth/keystone/login.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "auth/authorities.h"
#include "auth/keystone/json.h"
#include "auth/keystone/token.h"
#include "base/text.h"

/* A user or project: an id, or a name within a domain. */
struct named {
    const char *id;
    const char *name;
    const char *domain_id;
    const char *domain_name;
};

static bool is_type(const struct settings *settings, const char *type)
{
    const char *chosen = settings->keystone_authtoken_auth_type;
    return chosen != NULL && strcmp(chosen, type) == 0;
}

/* Only the plugin "password" has default domains, for user and project. */
static const char *default_domain_id(const struct settings *settings)
{
    return is_type(settings, "password")
               ? text_filled_or(settings->keystone_authtoken_default_domain_id, NULL)
               : NULL;
}

static const char *default_domain_name(const struct settings *settings)
{
    return is_type(settings, "password")
               ? text_filled_or(settings->keystone_authtoken_default_domain_name, NULL)
               : NULL;
}

static struct named user_of(const struct settings *settings)
{
    return (struct named){
        .id = text_filled_or(settings->keystone_authtoken_user_id, NULL),
        .name = text_filled_or(settings->keystone_authtoken_username, NULL),
        .domain_id = text_filled_or(settings->keystone_authtoken_user_domain_id,
                                    default_domain_id(settings)),
        .domain_name = text_filled_or(settings->keystone_authtoken_user_domain_name,
                                      default_domain_name(settings)),
    };
}

static struct named project_of(const struct settings *settings)
{
    return (struct named){
        .id = text_filled_or(settings->keystone_authtoken_project_id, NULL),
        .name = text_filled_or(settings->keystone_authtoken_project_name, NULL),
        .domain_id = text_filled_or(settings->keystone_authtoken_project_domain_id,
                                    default_domain_id(settings)),
        .domain_name = text_filled_or(settings->keystone_authtoken_project_domain_name,
                                      default_domain_name(settings)),
    };
}

/* {"id": ...}, or {"name": ...}; NULL: neither. */
static json_t *id_or_name(const char *id, const char *name)
{
    if (id != NULL)
        return json_pack("{s:s}", "id", id);
    return name != NULL ? json_pack("{s:s}", "name", name) : NULL;
}

/* {"id": ...}, or {"name": ..., "domain": {...}} */
static json_t *named_json(const struct named *named)
{
    json_t *json = id_or_name(named->id, named->name);
    if (named->id == NULL && (named->domain_id != NULL || named->domain_name != NULL))
        json_object_set_new(json, "domain", id_or_name(named->domain_id, named->domain_name));
    return json;
}

static json_t *identity_json(const struct settings *settings)
{
    struct named user = user_of(settings);
    if (!is_type(settings, "v3applicationcredential")) {
        json_t *json = named_json(&user);
        const char *password = settings->keystone_authtoken_password;
        json_object_set_new(json, "password", json_string(text_or(password, "")));
        return json_pack("{s:[s], s:{s:o}}", "methods", "password", "password", "user", json);
    }
    const char *id = text_filled_or(settings->keystone_authtoken_application_credential_id, NULL);
    json_t *json = id_or_name(
        id, text_filled_or(settings->keystone_authtoken_application_credential_name, NULL));
    const char *secret = settings->keystone_authtoken_application_credential_secret;
    json_object_set_new(json, "secret", json_string(text_or(secret, "")));
    if (id == NULL)
        json_object_set_new(json, "user", named_json(&user));
    return json_pack("{s:[s], s:o}", "methods", "application_credential", "application_credential",
                     json);
}

/* Returns the scope of the token; NULL: none is sent. An application credential has its own. */
static json_t *scope_json(const struct settings *settings)
{
    const char *domain_id = text_filled_or(settings->keystone_authtoken_domain_id, NULL);
    const char *domain_name = text_filled_or(settings->keystone_authtoken_domain_name, NULL);
    const char *trust_id = text_filled_or(settings->keystone_authtoken_trust_id, NULL);
    const char *system = text_filled_or(settings->keystone_authtoken_system_scope, NULL);
    struct named project = project_of(settings);
    if (is_type(settings, "v3applicationcredential"))
        return NULL;
    if (domain_id != NULL || domain_name != NULL)
        return json_pack("{s:o}", "domain", id_or_name(domain_id, domain_name));
    if (project.id != NULL || project.name != NULL)
        return json_pack("{s:o}", "project", named_json(&project));
    if (trust_id != NULL)
        return json_pack("{s:{s:s}}", "OS-TRUST:trust", "id", trust_id);
    if (system != NULL && strcmp(system, "all") == 0)
        return json_pack("{s:{s:b}}", "system", "all", 1);
    return NULL;
}

char *keystone_login_body(const struct settings *settings)
{
    struct keystone_json json;
    keystone_json_begin(&json);
    json.root = json_pack("{s:{s:o}}", "auth", "identity", identity_json(settings));
    json_t *scope = scope_json(settings);
    if (scope != NULL)
        json_object_set_new(json_object_get(json.root, "auth"), "scope", scope);
    char *body = json_dumps(json.root, JSON_COMPACT);
    keystone_json_free(&json);
    return body;
}

void keystone_login_body_free(char *body)
{
    if (body != NULL)
        explicit_bzero(body, strlen(body));
    free(body);
}

/* "internalURL" and "internal" are the same. */
static bool is_interface(const char *one, const char *other)
{
    size_t length = strlen(one), other_length = strlen(other);
    if (length > 3 && strcmp(one + length - 3, "URL") == 0)
        length -= 3;
    if (other_length > 3 && strcmp(other + other_length - 3, "URL") == 0)
        other_length -= 3;
    return length == other_length && strncmp(one, other, length) == 0;
}

static bool endpoint_fits(const struct settings *settings, const json_t *endpoint)
{
    const char *wanted = text_filled_or(settings->keystone_authtoken_interface, "public");
    const char *region = text_filled_or(settings->keystone_authtoken_region_name, NULL);
    const char *interface = json_string_value(json_object_get(endpoint, "interface"));
    const char *its_region = json_string_value(json_object_get(endpoint, "region_id"));
    if (its_region == NULL)
        its_region = json_string_value(json_object_get(endpoint, "region"));
    return interface != NULL && is_interface(interface, wanted) &&
           (region == NULL || (its_region != NULL && strcmp(its_region, region) == 0));
}

/* Returns the URL of the first identity service that fits, or NULL. */
static const char *catalog_url(const struct settings *settings, const json_t *catalog)
{
    size_t i, j;
    const json_t *service, *endpoint;
    json_array_foreach(catalog, i, service)
    {
        const char *type = json_string_value(json_object_get(service, "type"));
        if (type == NULL || strcmp(type, "identity") != 0)
            continue;
        json_array_foreach(json_object_get(service, "endpoints"), j, endpoint)
        {
            const char *url = json_string_value(json_object_get(endpoint, "url"));
            if (url != NULL && endpoint_fits(settings, endpoint))
                return url;
        }
    }
    return NULL;
}

bool keystone_login_read(const struct settings *settings, const char *answer, size_t length,
                         struct keystone_login *login)
{
    struct keystone_json json;
    bool good = keystone_json_parse(&json, answer, length);
    const json_t *token = json_object_get(json.root, "token");
    const char *expires_at = json_string_value(json_object_get(token, "expires_at"));
    good = good && expires_at != NULL && token_time_parse(expires_at, &login->expires_at);
    const char *url = catalog_url(settings, json_object_get(token, "catalog"));
    login->has_url = url != NULL && keystone_url_is_good(url) && keystone_url_set(&login->url, url);
    keystone_json_free(&json);
    return good;
}

/* Checks. */

static bool refuse(const struct config *config, const char *name, const char *reason,
                   struct error_line *error)
{
    settings_refuse(config, option_find("keystone_authtoken", name), reason, error);
    return false;
}

static const char *check_named(const struct named *named)
{
    if (named->id == NULL && named->name != NULL && named->domain_id == NULL &&
        named->domain_name == NULL)
        return "a name needs a domain beside it: its id or name";
    return NULL;
}

static bool check_user(const struct settings *settings, const struct config *config,
                       struct error_line *error)
{
    struct named user = user_of(settings);
    if (user.id == NULL && user.name == NULL)
        return refuse(config, "username", "must be set, or user_id", error);
    const char *reason = check_named(&user);
    return reason == NULL || refuse(config, "username", reason, error);
}

static bool check_password(const struct settings *settings, const struct config *config,
                           struct error_line *error)
{
    struct named project = project_of(settings);
    bool for_domain = text_filled_or(settings->keystone_authtoken_domain_id, NULL) != NULL ||
                      text_filled_or(settings->keystone_authtoken_domain_name, NULL) != NULL;
    bool for_project = project.id != NULL || project.name != NULL;
    bool for_trust = text_filled_or(settings->keystone_authtoken_trust_id, NULL) != NULL;
    if (!check_user(settings, config, error))
        return false;
    if (text_filled_or(settings->keystone_authtoken_password, NULL) == NULL)
        return refuse(config, "password", "must be set", error);
    const char *reason = check_named(&project);
    if (reason != NULL)
        return refuse(config, "project_name", reason, error);
    if (for_domain + for_project + for_trust > 1)
        return refuse(config, for_project ? "project_name" : "trust_id",
                      "a token is for a project, a domain or a trust, not for several of them",
                      error);
    return true;
}

static bool check_application_credential(const struct settings *settings,
                                         const struct config *config, struct error_line *error)
{
    if (text_filled_or(settings->keystone_authtoken_application_credential_secret, NULL) == NULL)
        return refuse(config, "application_credential_secret", "must be set", error);
    if (text_filled_or(settings->keystone_authtoken_application_credential_id, NULL) != NULL)
        return true;
    if (text_filled_or(settings->keystone_authtoken_application_credential_name, NULL) == NULL)
        return refuse(config, "application_credential_id",
                      "must be set, or application_credential_name", error);
    return check_user(settings, config, error);
}

static bool check_file(const char *name, const char *path, const struct config *config,
                       struct error_line *error)
{
    return text_filled_or(path, NULL) == NULL || access(path, R_OK) == 0 ||
           refuse(config, name, strerror(errno), error);
}

/* Checks the authorities of the environment, if Keystone is to be verified by them. */
static bool check_environment(const struct settings *settings, struct error_line *error)
{
    const char *variable, *path = authorities_of_environment(&variable);
    if (path == NULL || settings->keystone_authtoken_insecure ||
        text_filled_or(settings->keystone_authtoken_cafile, NULL) != NULL ||
        strncasecmp(settings->keystone_authtoken_auth_url, "https:", 6) != 0 ||
        access(path, R_OK) == 0)
        return true;
    error_line_set(error, "environment: %s: %s: %s", variable, path, strerror(errno));
    return false;
}

/* Other plugins of keystoneauth1, and what to do instead. */
static const struct {
    const char *type, *advice;
} other_types[] = {
    {"none", "there is no Keystone to ask then: set [api] auth_strategy = noauth2 if all clients "
             "may do everything, otherwise auth_type = password"},
    {"noauth", "there is no Keystone to ask then: set [api] auth_strategy = noauth2 if all clients "
               "may do everything, otherwise auth_type = password"},
    {"admin_token", "Keystone no longer has an admin token: use password"},
    {"v2password", "Keystone no longer has this version: use password"},
    {"v2token", "Keystone no longer has this version: use password"},
    {"token", "a token expires: use password or v3applicationcredential"},
    {"v3token", "a token expires: use password or v3applicationcredential"},
    {"v3totp", "a service has no second factor: make an application credential for its user, and "
               "use v3applicationcredential"},
    {"v3multifactor", "a service has no second factor: make an application credential for its "
                      "user, and use v3applicationcredential"},
    {"http_basic", "Keystone takes no such login: use password"},
};

/* Names of plugins for federated users, for certificates and for OAuth begin so. */
static const char *const federated_types[] = {
    "v3oidc", "v3saml", "v3adfs", "v3fedkerb", "v3kerberos", "v3oauth", "v3tokenlessauth"};

static const char *advice_for(const char *type)
{
    for (size_t i = 0; i < sizeof(other_types) / sizeof(other_types[0]); i++)
        if (strcmp(other_types[i].type, type) == 0)
            return other_types[i].advice;
    for (size_t i = 0; i < sizeof(federated_types) / sizeof(federated_types[0]); i++)
        if (strncmp(federated_types[i], type, strlen(federated_types[i])) == 0)
            return "this login is not supported: make an application credential for the user, and "
                   "use v3applicationcredential; or give the service a user with a password, and "
                   "use password";
    return "must be one of: password, v3password, v3applicationcredential";
}

/* The supported values of auth_type. */
static const struct {
    const char *type;
    bool (*check)(const struct settings *, const struct config *, struct error_line *);
} types[] = {
    {"password", check_password},
    {"v3password", check_password},
    {"v3applicationcredential", check_application_credential},
};

bool keystone_login_check(const struct settings *settings, const struct config *config,
                          struct error_line *error)
{
    const char *url = text_filled_or(settings->keystone_authtoken_auth_url, NULL);
    if (url == NULL)
        return refuse(config, "auth_url", "must be set for auth_strategy = keystone", error);
    if (!keystone_url_is_good(url))
        return refuse(config, "auth_url", "is not a URL of http or https", error);
    if (text_filled_or(settings->keystone_authtoken_auth_type, NULL) == NULL)
        return refuse(config, "auth_type", "must be set for auth_strategy = keystone", error);
    if (!check_file("cafile", settings->keystone_authtoken_cafile, config, error) ||
        !check_file("certfile", settings->keystone_authtoken_certfile, config, error) ||
        !check_file("keyfile", settings->keystone_authtoken_keyfile, config, error) ||
        !check_environment(settings, error))
        return false;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (is_type(settings, types[i].type))
            return types[i].check(settings, config, error);
    return refuse(config, "auth_type", advice_for(settings->keystone_authtoken_auth_type), error);
}
