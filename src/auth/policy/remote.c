/*
 * Asks a server with one POST by libcurl.
 */
#include <config.h>

#include "auth/policy/remote.h"

#include <curl/curl.h>
#include <math.h>
#include <string.h>

#include "auth/authorities.h"
#include "auth/policy/credential.h"
#include "base/json_writer.h"
#include "base/percent.h"

enum { ANSWER_MOST = 64, REDIRECTIONS_MOST = 30 /* as Python's requests */ };

/* The part of [berth] request_timeout that a server may take. */
#define ASKING_PART 0.75

/* The beginning of an answer. A longer answer is not True. */
struct answer {
    char text[ANSWER_MOST];
    size_t length;
};

struct policy_remote policy_remote_settings(const struct settings *settings)
{
    double most = (double)settings->berth_request_timeout * ASKING_PART;
    double seconds = fmin(settings->oslo_policy_remote_timeout, most);
    return (struct policy_remote){
        .sends_json = strcmp(settings->oslo_policy_remote_content_type, "application/json") == 0,
        .verify = settings->oslo_policy_remote_ssl_verify_server_crt,
        .ca_file = settings->oslo_policy_remote_ssl_ca_crt_file,
        .certificate_file = settings->oslo_policy_remote_ssl_client_crt_file,
        .key_file = settings->oslo_policy_remote_ssl_client_key_file,
        .milliseconds = (long)fmax(1, seconds * 1000),
    };
}

static void write_target(const struct policy_target *target, struct json_writer *writer)
{
    writer_begin_object(writer);
    for (size_t i = 0; i < target->count; i++)
        writer_member_text(writer, target->facts[i].name, target->facts[i].value);
    writer_end_object(writer);
}

/* The parts of a request: each is JSON under its name. */
static const char *const part_names[] = {"rule", "target", "credentials"};

enum { PARTS = sizeof(part_names) / sizeof(part_names[0]) };

static void write_part(const struct policy_question *question, unsigned part,
                       struct json_writer *writer)
{
    if (part == 0)
        writer_text(writer, question->rule);
    else if (part == 1)
        write_target(question->target, writer);
    else
        policy_credentials_write(question->identity, writer);
}

/* Python's requests leaves these characters of a URL alone and quotes the rest, which may come from
   the target. */
#define PLAIN_IN_URL "!#$%&'()*+,/:;=?@[]"

static void write_object(const struct policy_question *question, struct buffer *body)
{
    struct json_writer writer;
    writer_init(&writer, body);
    writer_begin_object(&writer);
    for (unsigned part = 0; part < PARTS; part++) {
        writer_key(&writer, part_names[part]);
        write_part(question, part, &writer);
    }
    writer_end_object(&writer);
}

static void write_form(const struct policy_question *question, struct buffer *body)
{
    struct json_writer writer;
    struct buffer value;
    buffer_init(&value, 0);
    for (unsigned part = 0; part < PARTS; part++) {
        buffer_reset(&value);
        writer_init(&writer, &value);
        write_part(question, part, &writer);
        buffer_printf(body, "%s%s=", part > 0 ? "&" : "", part_names[part]);
        percent_add_form(body, value.data, value.length);
        body->failed = body->failed || value.failed;
    }
    buffer_free(&value);
}

static size_t receive(char *bytes, size_t size, size_t count, void *subject)
{
    struct answer *answer = subject;
    size_t length = size * count, room = sizeof(answer->text) - answer->length;
    memcpy(answer->text + answer->length, bytes, length < room ? length : room);
    answer->length += length < room ? length : room;
    return length <= room ? length : 0;
}

/* Whether the answer is True, with or without quotation marks around it. */
static bool says_true(const struct answer *answer)
{
    const char *begin = answer->text, *end = begin + answer->length;
    while (begin < end && *begin == '"')
        begin++;
    while (end > begin && end[-1] == '"')
        end--;
    return end - begin == 4 && memcmp(begin, "True", 4) == 0;
}

static CURLcode send_post(const struct policy_remote *remote, CURL *curl, const char *url,
                          const struct buffer *body, struct answer *answer)
{
    struct curl_slist *headers = curl_slist_append(
        NULL, remote->sends_json ? "Content-Type: application/json"
                                 : "Content-Type: application/x-www-form-urlencoded");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTIONS_MOST);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, remote->milliseconds);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "berth/" PACKAGE_VERSION);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body->length);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, remote->verify ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, remote->verify ? 2L : 0L);
    curl_easy_setopt(curl, CURLOPT_SSLCERT, remote->certificate_file);
    curl_easy_setopt(curl, CURLOPT_SSLKEY, remote->key_file);
    CURLcode code = headers != NULL && authorities_set(curl, remote->ca_file)
                        ? curl_easy_perform(curl)
                        : CURLE_OUT_OF_MEMORY;
    curl_slist_free_all(headers);
    return code;
}

/* Opens a handle for one POST. */
static CURLcode send_body(const struct policy_remote *remote, const char *url,
                          const struct buffer *body, struct answer *answer)
{
    CURL *curl = curl_easy_init();
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (curl != NULL && !body->failed)
        code = send_post(remote, curl, url, body, answer);
    curl_easy_cleanup(curl);
    return code;
}

enum policy_verdict policy_remote_ask(const struct policy_remote *remote, const char *url,
                                      struct policy_question *question)
{
    struct answer answer = {.length = 0};
    struct buffer body;
    const char *encoded = percent_encode(question->arena, url, PLAIN_IN_URL);
    buffer_init(&body, 0);
    if (remote->sends_json)
        write_object(question, &body);
    else
        write_form(question, &body);
    CURLcode code = send_body(remote, encoded, &body, &answer);
    buffer_free(&body);
    /* an answer that was cut off is too long to be True */
    if (code == CURLE_OK || code == CURLE_WRITE_ERROR)
        return code == CURLE_OK && says_true(&answer) ? POLICY_YES : POLICY_NO;
    question->problem = curl_easy_strerror(code);
    return POLICY_BROKEN;
}
