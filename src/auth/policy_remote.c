/*
 * One POST with libcurl; see policy_remote.h.
 */
#include <config.h>

#include "auth/policy_remote.h"

#include <curl/curl.h>
#include <math.h>
#include <string.h>

enum { ANSWER_MOST = 64, REDIRECTIONS_MOST = 30 /* as Python's requests */ };

/* The beginning of an answer: of what is longer it is enough to know that. */
struct answer {
    char text[ANSWER_MOST];
    size_t length;
};

struct policy_remote policy_remote_settings(const struct settings *settings)
{
    double seconds = settings->oslo_policy_remote_timeout;
    double most = (double)settings->berth_request_timeout;
    if (most > 0 && !(seconds <= most))
        seconds = most;
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

/* Adds text as a value of a form, as Python's quote_plus() writes it. */
static void add_quoted(struct buffer *form, const char *text, size_t length)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~";
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ' ')
            buffer_add(form, "+", 1);
        else if (strchr(plain, text[i]) != NULL)
            buffer_add(form, &text[i], 1);
        else
            buffer_printf(form, "%%%02X", (unsigned)(unsigned char)text[i]);
    }
}

/* Writes what is sent: a form with three values that are JSON, or an object with three members. */
static void write_body(const struct policy_question *question, bool json, struct buffer *body)
{
    static const char *const names[] = {"rule", "target", "credentials"};
    struct json_writer writer;
    struct buffer value;
    writer_init(&writer, body);
    if (json)
        writer_begin_object(&writer);
    for (unsigned part = 0; part < sizeof(names) / sizeof(names[0]); part++) {
        if (json) {
            writer_key(&writer, names[part]);
            write_part(question, part, &writer);
            continue;
        }
        struct json_writer value_writer;
        buffer_init(&value, 0);
        writer_init(&value_writer, &value);
        write_part(question, part, &value_writer);
        buffer_printf(body, "%s%s=", part > 0 ? "&" : "", names[part]);
        add_quoted(body, value.data, value.length);
        body->failed = body->failed || value.failed;
        buffer_free(&value);
    }
    if (json)
        writer_end_object(&writer);
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
    if (remote->verify && remote->ca_file != NULL)
        curl_easy_setopt(curl, CURLOPT_CAINFO, remote->ca_file);
    curl_easy_setopt(curl, CURLOPT_SSLCERT, remote->certificate_file);
    curl_easy_setopt(curl, CURLOPT_SSLKEY, remote->key_file);
    CURLcode code = headers != NULL ? curl_easy_perform(curl) : CURLE_OUT_OF_MEMORY;
    curl_slist_free_all(headers);
    return code;
}

enum policy_verdict policy_remote_ask(const struct policy_remote *remote, const char *url,
                                      struct policy_question *question)
{
    struct answer answer = {.length = 0};
    struct buffer body;
    buffer_init(&body, 0);
    write_body(question, remote->sends_json, &body);
    CURL *curl = curl_easy_init();
    CURLcode code = curl != NULL && !body.failed ? send_post(remote, curl, url, &body, &answer)
                                                 : CURLE_OUT_OF_MEMORY;
    curl_easy_cleanup(curl);
    buffer_free(&body);
    /* a long answer was cut short, and is no True */
    if (code == CURLE_OK || code == CURLE_WRITE_ERROR)
        return code == CURLE_OK && says_true(&answer) ? POLICY_YES : POLICY_NO;
    question->problem = curl_easy_strerror(code);
    return POLICY_BROKEN;
}
