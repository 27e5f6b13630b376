/*
 * Logs in at Keystone as the service, and asks about tokens.
 */
#include <config.h>

#include "auth/keystone/session.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/keystone/http.h"
#include "auth/keystone/login.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "watch/tally.h"

enum {
    RENEW_BEFORE = 120, /* seconds before it expires that a token is replaced */
    LOGIN_PAUSE = 1000, /* milliseconds after a login that failed */
};

/* What a worker needs to ask. A copy, so that others need not wait while it asks. */
struct pass {
    uint64_t serial;
    struct keystone_url url;
    char token[SERVICE_TOKEN_SIZE];
};

struct keystone_session {
    const struct settings *settings;
    struct keystone_shared *shared;
    struct keystone_http *http;
    struct token_digest digest;
    struct keystone_url auth_url; /* with its version; "": not known yet */
};

/* Covers the options that choose and authenticate Keystone, the service's user, and its scope. */
static struct token_digest digest_of(const struct settings *settings)
{
    const char *const texts[] = {
        settings->keystone_authtoken_auth_url,
        settings->keystone_authtoken_cafile,
        settings->keystone_authtoken_insecure ? "insecure" : "",
        settings->keystone_authtoken_certfile,
        settings->keystone_authtoken_keyfile,
        settings->keystone_authtoken_auth_type,
        settings->keystone_authtoken_interface,
        settings->keystone_authtoken_region_name,
        settings->keystone_authtoken_service_type,
        settings->keystone_authtoken_user_id,
        settings->keystone_authtoken_username,
        settings->keystone_authtoken_user_domain_id,
        settings->keystone_authtoken_user_domain_name,
        settings->keystone_authtoken_password,
        settings->keystone_authtoken_project_id,
        settings->keystone_authtoken_project_name,
        settings->keystone_authtoken_project_domain_id,
        settings->keystone_authtoken_project_domain_name,
        settings->keystone_authtoken_domain_id,
        settings->keystone_authtoken_domain_name,
        settings->keystone_authtoken_default_domain_id,
        settings->keystone_authtoken_default_domain_name,
        settings->keystone_authtoken_system_scope,
        settings->keystone_authtoken_trust_id,
        settings->keystone_authtoken_application_credential_id,
        settings->keystone_authtoken_application_credential_name,
        settings->keystone_authtoken_application_credential_secret,
    };
    struct token_digest digest = {{0}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (!token_digest_make(&digest, text_or(texts[i], ""), &digest))
            abort();
    return digest;
}

struct keystone_session *keystone_session_new(const struct settings *settings,
                                              struct keystone_shared *shared)
{
    struct keystone_session *session = calloc(1, sizeof(*session));
    if (session == NULL)
        return NULL;
    session->settings = settings;
    session->shared = shared;
    session->digest = digest_of(settings);
    session->http = keystone_http_new(settings, shared);
    if (session->http != NULL)
        return session;
    free(session);
    return NULL;
}

void keystone_session_free(struct keystone_session *session)
{
    if (session == NULL)
        return;
    keystone_http_free(session->http);
    free(session);
}

const struct token_digest *keystone_session_digest(const struct keystone_session *session)
{
    return &session->digest;
}

/* Makes a URL one of v3: by what it says, by Keystone's version document, or, when that is of no
   use, by adding it. Returns false when Keystone does not answer at all. */
static bool find_version(struct keystone_session *session, struct keystone_url *url,
                         uint64_t deadline)
{
    struct keystone_answer answer;
    struct keystone_request request = {.url = url->text, .deadline = deadline};
    if (keystone_url_has_version(url))
        return true;
    if (!keystone_http_ask(session->http, &request, &answer))
        return false;
    return keystone_url_discover(url, answer.body, answer.length) || keystone_url_add_version(url);
}

static bool find_auth_url(struct keystone_session *session, uint64_t deadline)
{
    struct keystone_url url;
    if (session->auth_url.text[0] != '\0')
        return true;
    if (!keystone_url_set(&url, session->settings->keystone_authtoken_auth_url) ||
        !find_version(session, &url, deadline))
        return false;
    session->auth_url = url;
    return true;
}

/* POST /v3/auth/tokens. */
static bool send_login(struct keystone_session *session, uint64_t deadline,
                       struct keystone_answer *answer)
{
    char url[KEYSTONE_URL_SIZE + 16];
    char *body = keystone_login_body(session->settings);
    if (body == NULL)
        return false; /* there is no memory */
    snprintf(url, sizeof(url), "%s/auth/tokens", session->auth_url.text);
    bool answered = keystone_http_ask(
        session->http, &(struct keystone_request){.url = url, .body = body, .deadline = deadline},
        answer);
    keystone_login_body_free(body);
    return answered;
}

/* Returns when to replace a new token: RENEW_BEFORE it expires, or after three quarters of a short
   life. */
static int64_t renewal_of(int64_t expires_at)
{
    int64_t now = token_time_now(), before = (expires_at - now) / 4;
    return expires_at - (before < RENEW_BEFORE * 1000000LL ? before : RENEW_BEFORE * 1000000LL);
}

/* Logs in and writes the result to shared memory, whose lock the caller holds. After a failure the
   old login stays. */
static bool log_in(struct keystone_session *session, uint64_t deadline)
{
    struct service_login *shared = &session->shared->login;
    struct keystone_answer answer;
    struct keystone_login login;
    if (!find_auth_url(session, deadline) || !send_login(session, deadline, &answer))
        return false;
    if ((answer.status != 201 && answer.status != 200) || answer.token[0] == '\0' ||
        !keystone_login_read(session->settings, answer.body, answer.length, &login)) {
        tally_count(COUNTER_KEYSTONE_ERRORS, 1);
        log_event(LOG_LEVEL_ERROR,
                  "Keystone refuses the service's own login: see [keystone_authtoken]",
                  log_integer("status", answer.status));
        return false;
    }
    if (!login.has_url)
        login.url = session->auth_url;
    bool good = find_version(session, &login.url, deadline);
    if (good) {
        memcpy(shared->token, answer.token, sizeof(shared->token));
        shared->url = login.url;
        shared->settings = session->digest;
        shared->expires_at = login.expires_at;
        shared->renew_at = renewal_of(login.expires_at);
        shared->serial++;
        log_event(LOG_LEVEL_DEBUG, "logged in at Keystone");
    }
    explicit_bzero(answer.token, sizeof(answer.token));
    return good;
}

/* Whether the shared login is for these settings and the time is before until. refused: the serial
   of a login that Keystone has refused. */
static bool is_usable(const struct keystone_session *session, int64_t until, uint64_t refused)
{
    const struct service_login *login = &session->shared->login;
    return token_time_now() < until && login->serial != refused &&
           memcmp(&login->settings, &session->digest, sizeof(login->settings)) == 0;
}

/* Returns false for a while after a login with the same settings failed. */
static bool may_log_in(const struct keystone_session *session)
{
    const struct service_login *login = &session->shared->login;
    return login->failed_at == 0 || clock_milliseconds() - login->failed_at >= LOGIN_PAUSE ||
           memcmp(&login->failed_settings, &session->digest, sizeof(session->digest)) != 0;
}

/* Fills in pass from the shared login, from a new one if that must be renewed, or, if logging in
   fails, from the old one until it expires. */
static bool obtain(struct keystone_session *session, uint64_t refused, uint64_t deadline,
                   struct pass *pass)
{
    struct service_login *login = &session->shared->login;
    enum shared_lock_taken taken = shared_lock_take(&login->lock, deadline);
    if (taken == SHARED_LOCK_LATE)
        return false;
    if (taken == SHARED_LOCK_INHERITED)
        login->renew_at = login->expires_at = 0; /* it may be half written */
    bool good = is_usable(session, login->renew_at, refused);
    if (!good && may_log_in(session)) {
        good = log_in(session, deadline);
        login->failed_at = good ? 0 : clock_milliseconds();
        login->failed_settings = session->digest;
    }
    if (!good)
        good = is_usable(session, login->expires_at, refused);
    if (good) {
        pass->serial = login->serial;
        pass->url = login->url;
        memcpy(pass->token, login->token, sizeof(pass->token));
    }
    shared_lock_release(&login->lock);
    return good;
}

static bool ask_about(struct keystone_session *session, const struct pass *pass, const char *token,
                      bool allow_expired, uint64_t deadline, struct keystone_answer *answer)
{
    char url[KEYSTONE_URL_SIZE + 64];
    /* the catalog is large, and only access rules need it */
    const char *service_type = session->settings->keystone_authtoken_service_type;
    bool catalog = service_type != NULL && *service_type != '\0';
    snprintf(url, sizeof(url), "%s/auth/tokens%s%s%s", pass->url.text,
             catalog && !allow_expired ? "" : "?", catalog ? "" : "nocatalog",
             !allow_expired ? ""
             : catalog      ? "allow_expired=1"
                            : "&allow_expired=1");
    return keystone_http_ask(
        session->http,
        &(struct keystone_request){
            .url = url, .token = pass->token, .subject_token = token, .deadline = deadline},
        answer);
}

/* Returns the verdict that an answer about a token means. */
static enum token_verdict judge(struct keystone_session *session,
                                const struct keystone_answer *answer,
                                unsigned char record[TOKEN_RECORD_SIZE], size_t *length)
{
    if (answer->status == 404)
        return TOKEN_REFUSED;
    if (answer->status != 200) {
        log_event(LOG_LEVEL_ERROR, "Keystone does not say whether a token is valid",
                  log_integer("status", answer->status));
        return TOKEN_UNKNOWN;
    }
    *length = token_record_make(answer->body, answer->length,
                                session->settings->keystone_authtoken_service_type, record,
                                TOKEN_RECORD_SIZE);
    if (*length > 0)
        return TOKEN_VALID;
    log_event(LOG_LEVEL_ERROR, "Keystone's answer about a token does not describe a token");
    return TOKEN_UNKNOWN;
}

static enum token_verdict validate(struct keystone_session *session, const char *token,
                                   bool allow_expired, uint64_t deadline,
                                   unsigned char record[TOKEN_RECORD_SIZE], size_t *length)
{
    struct pass pass;
    struct keystone_answer answer = {0};
    uint64_t refused = 0;
    enum token_verdict verdict = TOKEN_UNKNOWN;
    for (unsigned i = 0; i < 2; i++) {
        if (!obtain(session, refused, deadline, &pass) ||
            !ask_about(session, &pass, token, allow_expired, deadline, &answer))
            break;
        /* the service's own token was refused: it may have been revoked */
        if (answer.status != 401 || i > 0) {
            verdict = judge(session, &answer, record, length);
            break;
        }
        refused = pass.serial;
    }
    explicit_bzero(&pass, sizeof(pass));
    return verdict;
}

enum token_verdict keystone_session_validate(struct keystone_session *session, const char *token,
                                             bool allow_expired, uint64_t deadline,
                                             unsigned char record[TOKEN_RECORD_SIZE],
                                             size_t *length)
{
    static const enum counter counters[] = {[TOKEN_VALID] = COUNTER_KEYSTONE_VALID,
                                            [TOKEN_REFUSED] = COUNTER_KEYSTONE_INVALID,
                                            [TOKEN_UNKNOWN] = COUNTER_KEYSTONE_ERRORS};
    enum token_verdict verdict = validate(session, token, allow_expired, deadline, record, length);
    tally_count(counters[verdict], 1);
    return verdict;
}

bool keystone_session_answers(struct keystone_session *session, uint64_t deadline)
{
    struct keystone_url url;
    return keystone_url_set(&url, session->settings->keystone_authtoken_auth_url) &&
           keystone_http_answers(session->http, url.text, deadline);
}
