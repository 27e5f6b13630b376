/*
 * Identifies callers by tokens of Keystone.
 */
#include <config.h>

#include "auth/keystone/keystone.h"

#include <stdlib.h>
#include <string.h>

#include "auth/keystone/access_rules.h"
#include "auth/keystone/session.h"
#include "auth/keystone/token.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "watch/tally.h"

/* The part of [berth] request_timeout that identifying the caller may take. */
#define PATIENCE_PART 0.75

struct keystone {
    const struct settings *settings;
    struct token_cache *cache;
    struct keystone_session *session;
    uint64_t patience; /* milliseconds */
    bool warned;       /* of a service token without a role for it */
    unsigned char record[TOKEN_RECORD_SIZE];
};

/* What is known so far about a request: its user, and the service that sends it. */
struct inquiry {
    struct keystone *keystone;
    struct exchange *exchange;
    uint64_t deadline;
    bool is_unknown; /* Keystone did not say */
    bool allow_expired;
    struct keystone_token user, service;
    bool has_service;
};

struct keystone *keystone_new(const struct settings *settings, struct token_cache *cache,
                              struct keystone_shared *shared)
{
    struct keystone *keystone = calloc(1, sizeof(*keystone));
    if (keystone == NULL)
        return NULL;
    keystone->settings = settings;
    keystone->cache = cache;
    keystone->patience = (uint64_t)((double)settings->berth_request_timeout * 1000 * PATIENCE_PART);
    keystone->session = keystone_session_new(settings, shared);
    if (settings->keystone_authtoken_memcached_servers.count > 0)
        log_event(LOG_LEVEL_DEBUG,
                  "[keystone_authtoken] memcached_servers has no effect: tokens are "
                  "cached in memory that the workers share");
    if (keystone->session != NULL)
        return keystone;
    free(keystone);
    return NULL;
}

void keystone_free(struct keystone *keystone)
{
    if (keystone == NULL)
        return;
    keystone_session_free(keystone->session);
    free(keystone);
}

/* Asks Keystone, and caches the answer. */
static enum token_verdict ask(struct keystone *keystone, const struct token_digest *digest,
                              const char *token, const struct inquiry *inquiry, size_t *length)
{
    long seconds = keystone->settings->keystone_authtoken_token_cache_time;
    enum token_verdict verdict =
        keystone_session_validate(keystone->session, token, inquiry->allow_expired,
                                  inquiry->deadline, keystone->record, length);
    if (verdict == TOKEN_VALID && seconds >= 0)
        token_cache_put(keystone->cache, digest, keystone->record, *length, (unsigned)seconds);
    return verdict;
}

static size_t look_up(struct keystone *keystone, const struct token_digest *digest)
{
    return token_cache_get(keystone->cache, digest, keystone->record, sizeof(keystone->record));
}

/* Asks Keystone, or waits for another worker that is asking about the same token and uses its
   answer. Whether an expired token may pass is a part of the question. */
static enum token_verdict ask_together(struct keystone *keystone, const struct token_digest *digest,
                                       const char *token, const struct inquiry *inquiry,
                                       size_t *length)
{
    struct token_digest question = *digest;
    enum token_verdict verdict = TOKEN_UNKNOWN;
    question.bytes[0] ^= inquiry->allow_expired;
    switch (token_flight_join(keystone->cache, &question, inquiry->deadline, &verdict)) {
    case TOKEN_FLIGHT_LEAD:
        *length = look_up(keystone, digest);
        verdict = *length > 0 ? TOKEN_VALID : ask(keystone, digest, token, inquiry, length);
        token_flight_land(keystone->cache, &question, verdict);
        return verdict;
    case TOKEN_FLIGHT_OVER:
        if (verdict == TOKEN_VALID && (*length = look_up(keystone, digest)) == 0)
            return ask(keystone, digest, token, inquiry, length);
        return verdict;
    default:
        return TOKEN_UNKNOWN;
    }
}

/* Finds the record of a token (*length bytes) in the cache, or asks Keystone for it. */
static enum token_verdict inquire(const struct inquiry *inquiry, const char *token, size_t *length)
{
    struct keystone *keystone = inquiry->keystone;
    struct token_digest digest;
    if (!token_digest_make(keystone_session_digest(keystone->session), token, &digest))
        arena_starve(inquiry->exchange->arena);
    if (keystone->settings->keystone_authtoken_token_cache_time < 0)
        return ask(keystone, &digest, token, inquiry, length);
    *length = look_up(keystone, &digest);
    tally_count(*length > 0 ? COUNTER_TOKEN_CACHE_HITS : COUNTER_TOKEN_CACHE_MISSES, 1);
    return *length > 0 ? TOKEN_VALID : ask_together(keystone, &digest, token, inquiry, length);
}

/* Returns the token in a header without blanks around it, or NULL when it cannot be a token: all
   tokens consist of visible ASCII characters. */
static const char *clean(const struct inquiry *inquiry, const char *header)
{
    header += strspn(header, " \t");
    size_t length = strlen(header);
    while (length > 0 && (header[length - 1] == ' ' || header[length - 1] == '\t'))
        length--;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)header[i] <= ' ' || (unsigned char)header[i] >= 0x7f)
            return NULL;
    return length > 0 ? arena_strndup(inquiry->exchange->arena, header, length) : NULL;
}

/* Whether a token is bound to something else, as a Kerberos ticket, that is not asked for here. */
static bool bind_allows(const struct settings *settings, const struct keystone_token *token)
{
    const char *mode =
        text_filled_or(settings->keystone_authtoken_enforce_token_bind, "permissive");
    if (strcmp(mode, "disabled") == 0)
        return true;
    return !token->is_bound && (strcmp(mode, "permissive") == 0 || strcmp(mode, "strict") == 0);
}

/* Looks up a token. Returns false when it is not valid, or when that is unknown. */
static bool find_token(struct inquiry *inquiry, const char *header, struct keystone_token *token)
{
    size_t length = 0;
    const char *text = clean(inquiry, header);
    if (text == NULL)
        return false;
    enum token_verdict verdict = inquire(inquiry, text, &length);
    if (verdict == TOKEN_UNKNOWN)
        inquiry->is_unknown = true;
    return verdict == TOKEN_VALID &&
           token_record_read(inquiry->keystone->record, length, inquiry->exchange->arena, token) &&
           (inquiry->allow_expired || token->expires_at >= token_time_now());
}

/* Whether the token has one of service_token_roles. Case matters here. */
static bool has_service_role(const struct settings *settings, const struct keystone_token *token)
{
    const struct text_list *roles = &settings->keystone_authtoken_service_token_roles;
    for (size_t i = 0; i < roles->count; i++)
        for (size_t j = 0; j < token->roles.count; j++)
            if (strcmp(roles->items[i], token->roles.names[j]) == 0)
                return true;
    return false;
}

/* Looks up the service token. Returns false when there is one and it is not valid. */
static bool find_service(struct inquiry *inquiry)
{
    const struct settings *settings = inquiry->keystone->settings;
    const char *header = exchange_parameter(inquiry->exchange, "HTTP_X_SERVICE_TOKEN");
    if (header == NULL || *header == '\0')
        return true;
    if (!find_token(inquiry, header, &inquiry->service) ||
        !bind_allows(settings, &inquiry->service))
        return false;
    bool has_role = has_service_role(settings, &inquiry->service);
    if (!has_role && settings->keystone_authtoken_service_token_roles_required)
        return false;
    if (!has_role && !inquiry->keystone->warned) {
        inquiry->keystone->warned = true;
        log_event(LOG_LEVEL_WARNING,
                  "a service token without any of [keystone_authtoken] service_token_roles passes, "
                  "since service_token_roles_required is false",
                  log_identifier("user_id", inquiry->service.user_id));
    }
    inquiry->allow_expired = has_role;
    inquiry->has_service = true;
    return true;
}

/* Looks up the user's token. Returns false when there is none or it is not valid. */
static bool find_user(struct inquiry *inquiry)
{
    const struct settings *settings = inquiry->keystone->settings;
    const char *header = exchange_parameter(inquiry->exchange, "HTTP_X_AUTH_TOKEN");
    if (header == NULL)
        header = exchange_parameter(inquiry->exchange, "HTTP_X_STORAGE_TOKEN");
    if (header == NULL || *header == '\0')
        return false;
    return find_token(inquiry, header, &inquiry->user) &&
           access_rules_allow(&inquiry->user, settings->keystone_authtoken_service_type,
                              inquiry->has_service, inquiry->exchange) &&
           (inquiry->has_service || bind_allows(settings, &inquiry->user));
}

static const char *scope_of(const struct keystone_token *token)
{
    return token->is_system ? "all" : NULL;
}

/* Upstream's middleware sets the headers of the user, then those of the service; both have the same
   one for the system scope. */
static void fill(const struct inquiry *inquiry, struct identity *identity)
{
    const struct keystone_token *user = &inquiry->user, *service = &inquiry->service;
    identity->user_id = user->user_id;
    identity->user_domain_id = user->user_domain_id;
    identity->project_id = user->project_id;
    identity->project_domain_id = user->project_domain_id;
    identity->domain_id = user->domain_id;
    identity->roles = user->roles;
    identity->is_admin_project = user->is_admin_project;
    identity->system_scope = scope_of(user);
    if (!inquiry->has_service)
        return;
    identity->service_user_id = service->user_id;
    identity->service_user_domain_id = service->user_domain_id;
    identity->service_project_id = service->project_id;
    identity->service_project_domain_id = service->project_domain_id;
    identity->service_roles = service->roles;
    identity->system_scope = scope_of(service);
}

/* Tells the client where to get a token. */
static void add_challenge(const struct settings *settings, struct exchange *exchange)
{
    exchange_add_header(
        exchange, "www-authenticate",
        arena_printf(exchange->arena, "Keystone uri=\"%s\"",
                     text_filled_or(settings->keystone_authtoken_www_authenticate_uri,
                                    settings->keystone_authtoken_auth_url)));
}

/* With delay_auth_decision upstream's middleware lets the request pass without a user, and
   Placement refuses it: the same 401 with another body. */
static void refuse(const struct inquiry *inquiry)
{
    struct exchange *exchange = inquiry->exchange;
    const struct settings *settings = inquiry->keystone->settings;
    bool delay = settings->keystone_authtoken_delay_auth_decision;
    if (inquiry->is_unknown && !delay) {
        exchange_fail_early(exchange, 503, ERROR_WEBOB,
                            "The Keystone service is temporarily unavailable.");
        return;
    }
    exchange_fail_early(exchange, 401, delay ? ERROR_WEBOB : ERROR_KEYSTONE, "");
    add_challenge(settings, exchange);
}

bool keystone_identify(struct keystone *keystone, struct exchange *exchange,
                       struct identity *identity)
{
    struct inquiry inquiry = {
        .keystone = keystone,
        .exchange = exchange,
        .deadline = clock_milliseconds() + keystone->patience,
    };
    bool delay = keystone->settings->keystone_authtoken_delay_auth_decision;
    if ((find_service(&inquiry) || delay) && find_user(&inquiry)) {
        fill(&inquiry, identity);
        return true;
    }
    refuse(&inquiry);
    return false;
}

bool keystone_answers(struct keystone *keystone, unsigned milliseconds)
{
    return keystone_session_answers(keystone->session, clock_milliseconds() + milliseconds);
}
