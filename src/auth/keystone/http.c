/*
 * Sends requests to Keystone by libcurl.
 */
#include <config.h>

#include "auth/keystone/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "auth/authorities.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "watch/tally.h"

enum {
    ANSWER_LIMIT = 8 * 1024 * 1024, /* bytes; a catalog of many regions is large */
    ANSWER_TIMEOUT = 20,            /* seconds, when http_connect_timeout is not set */
    REDIRECTS = 5,
    RETRY_PAUSE = 500, /* milliseconds before the first retry; twice as long before the next */
};

struct keystone_http {
    const struct settings *settings;
    struct keystone_shared *shared;
    CURL *curl;
    struct buffer body;
};

struct keystone_http *keystone_http_new(const struct settings *settings,
                                        struct keystone_shared *shared)
{
    struct keystone_http *http = calloc(1, sizeof(*http));
    if (http == NULL)
        return NULL;
    http->settings = settings;
    http->shared = shared;
    buffer_init(&http->body, ANSWER_LIMIT);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        http->curl = curl_easy_init();
    if (http->curl != NULL)
        return http;
    free(http);
    return NULL;
}

void keystone_http_free(struct keystone_http *http)
{
    if (http == NULL)
        return;
    curl_easy_cleanup(http->curl);
    buffer_free(&http->body);
    free(http);
    curl_global_cleanup();
}

static size_t take_body(char *bytes, size_t one, size_t count, void *taking)
{
    struct keystone_http *http = taking;
    buffer_add(&http->body, bytes, one * count);
    return http->body.failed ? 0 : one * count;
}

static size_t take_header(char *line, size_t one, size_t count, void *taking)
{
    static const char name[] = "x-subject-token:";
    struct keystone_answer *answer = taking;
    size_t length = one * count, start = sizeof(name) - 1;
    if (length <= start || strncasecmp(line, name, start) != 0)
        return length;
    while (start < length && line[start] == ' ')
        start++;
    size_t end = length;
    while (end > start && (unsigned char)line[end - 1] <= ' ')
        end--;
    if (end - start < sizeof(answer->token)) {
        memcpy(answer->token, line + start, end - start);
        answer->token[end - start] = '\0';
    }
    return length;
}

/* Returns false when there is no memory: never goes on with other authorities than the configured
   ones. */
static bool set_tls(CURL *curl, const struct settings *settings)
{
    bool verify = !settings->keystone_authtoken_insecure;
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    const char *certificate = text_filled_or(settings->keystone_authtoken_certfile, NULL);
    const char *key = text_filled_or(settings->keystone_authtoken_keyfile, NULL);
    return authorities_set(curl, settings->keystone_authtoken_cafile) &&
           curl_easy_setopt(curl, CURLOPT_SSLCERT, certificate) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLKEY, key) == CURLE_OK;
}

static void set_times(CURL *curl, const struct settings *settings, uint64_t deadline)
{
    long seconds = settings->keystone_authtoken_http_connect_timeout;
    uint64_t now = clock_milliseconds(), left = deadline > now ? deadline - now : 1;
    uint64_t most = (uint64_t)(seconds != SETTINGS_UNSET ? seconds : ANSWER_TIMEOUT) * 1000;
    long milliseconds = (long)(left < most ? left : most);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, milliseconds);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, milliseconds);
}

/* Adds a header, unless its value is NULL. Returns false when there is no memory. */
static bool add_header(struct curl_slist **list, const char *name, const char *value)
{
    if (value == NULL)
        return true;
    size_t size = strlen(name) + strlen(value) + sizeof(": ");
    char *line = malloc(size);
    if (line == NULL)
        return false;
    snprintf(line, size, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(*list, line);
    explicit_bzero(line, size);
    free(line);
    if (longer != NULL)
        *list = longer;
    return longer != NULL;
}

static void free_headers(struct curl_slist *list)
{
    for (struct curl_slist *header = list; header != NULL; header = header->next)
        explicit_bzero(header->data, strlen(header->data));
    curl_slist_free_all(list);
}

static bool make_headers(struct curl_slist **list, const struct keystone_request *request)
{
    static const char json[] = "application/json";
    return add_header(list, "Accept", json) &&
           add_header(list, "Content-Type", request->body != NULL ? json : NULL) &&
           add_header(list, "X-Auth-Token", request->token) &&
           add_header(list, "X-Subject-Token", request->subject_token) &&
           /* tells Keystone that Berth enforces access rules; else it refuses such tokens */
           add_header(list, "OpenStack-Identity-Access-Rules",
                      request->subject_token != NULL ? "1" : NULL);
}

/* Sets the texts, which libcurl copies. Returns false when there is no memory. */
static bool set_texts(CURL *curl, const struct settings *settings, const char *url)
{
    return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION) ==
               CURLE_OK &&
           set_tls(curl, settings);
}

/* Sends one request to one URL. */
static CURLcode ask_once(struct keystone_http *http, const struct keystone_request *request,
                         const char *url, struct keystone_answer *answer)
{
    CURL *curl = http->curl;
    buffer_reset(&http->body);
    answer->status = 0;
    answer->token[0] = '\0';
    struct curl_slist *headers = NULL;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, http);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
    if (request->body != NULL)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    set_times(curl, http->settings, request->deadline);
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (make_headers(&headers, request) && set_texts(curl, http->settings, url)) {
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
        code = curl_easy_perform(curl);
    }
    if (code == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    free_headers(headers);
    answer->body = http->body.length > 0 ? http->body.data : "";
    answer->length = http->body.length;
    return code;
}

/* Returns the target of a redirect, or NULL. Keystone uses 300 to list versions. */
static const char *redirection(struct keystone_http *http, const char *from, long status)
{
    char *to = NULL;
    if (status != 301 && status != 302 && status != 303 && status != 305 && status != 307 &&
        status != 308)
        return NULL;
    curl_easy_getinfo(http->curl, CURLINFO_REDIRECT_URL, &to);
    if (to != NULL && strncasecmp(from, "https:", 6) == 0 && strncasecmp(to, "https:", 6) != 0)
        return NULL;
    return to;
}

/* Sends a request and follows redirects. */
static CURLcode ask_on(struct keystone_http *http, const struct keystone_request *request,
                       struct keystone_answer *answer)
{
    char *at = NULL;
    CURLcode code = ask_once(http, request, request->url, answer);
    for (unsigned i = 0; code == CURLE_OK && i < REDIRECTS; i++) {
        const char *to = redirection(http, at != NULL ? at : request->url, answer->status);
        if (to == NULL)
            break;
        char *copy = strdup(to); /* the next request frees the handle's own */
        free(at);
        at = copy;
        code = at != NULL ? ask_once(http, request, at, answer) : CURLE_OUT_OF_MEMORY;
    }
    free(at);
    return code;
}

/* Whether a retry makes sense: there was no connection. */
static bool is_no_connection(CURLcode code)
{
    return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
           code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_GOT_NOTHING ||
           code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR;
}

/* Sleeps, unless that would take the request past its deadline. */
static bool pause_for(uint64_t milliseconds, uint64_t deadline)
{
    if (clock_milliseconds() + milliseconds >= deadline)
        return false;
    struct timespec time = {.tv_sec = (time_t)(milliseconds / 1000),
                            .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    nanosleep(&time, NULL);
    return true;
}

static bool note(struct keystone_http *http, CURLcode code, bool *first)
{
    if (code == CURLE_OK) {
        if (keystone_shared_note_answer(http->shared))
            log_event(LOG_LEVEL_INFO, "Keystone answers again");
        return true;
    }
    if (keystone_shared_note_silence(http->shared)) {
        *first = true;
        log_event(LOG_LEVEL_ERROR, "Keystone cannot be reached",
                  log_text("reason", curl_easy_strerror(code)));
    }
    return false;
}

bool keystone_http_ask(struct keystone_http *http, const struct keystone_request *request,
                       struct keystone_answer *answer)
{
    long retries = http->settings->keystone_authtoken_http_request_max_retries;
    uint64_t begun = clock_milliseconds(), pause = RETRY_PAUSE;
    bool first = false, answered = false;
    answer->status = 0;
    if (begun >= request->deadline ||
        !keystone_shared_may_ask(http->shared, request->deadline - begun))
        return false;
    for (long i = 0; !answered; i++) {
        CURLcode code = ask_on(http, request, answer);
        if (code == CURLE_OUT_OF_MEMORY)
            break; /* not Keystone's fault */
        answered = note(http, code, &first);
        if (answered || !first || i >= retries || !is_no_connection(code) ||
            !pause_for(pause, request->deadline))
            break;
        pause *= 2;
    }
    tally_count(COUNTER_KEYSTONE_MICROSECONDS, (clock_milliseconds() - begun) * 1000);
    return answered;
}

bool keystone_http_answers(struct keystone_http *http, const char *url, uint64_t deadline)
{
    struct keystone_request request = {.url = url, .deadline = deadline};
    struct keystone_answer answer;
    bool first;
    CURLcode code = ask_on(http, &request, &answer);
    return code == CURLE_OK && note(http, code, &first) && answer.status < 500;
}
