/*
 * Receives and sends with libfcgi on an inherited socket.
 */
#include <config.h>

#include "http/fastcgi.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "http/error_document.h"
#include "http/forwarded.h"
#include "http/trace_context.h"

struct fastcgi {
    FCGX_Request request;
    int ended; /* the connection of the last request; -1: none */
};

struct fastcgi *fastcgi_new(int listen_socket)
{
    struct fastcgi *fastcgi = calloc(1, sizeof(*fastcgi));
    if (fastcgi == NULL)
        return NULL;
    if (FCGX_Init() != 0 ||
        FCGX_InitRequest(&fastcgi->request, listen_socket, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
        free(fastcgi);
        return NULL;
    }
    fastcgi->ended = -1;
    return fastcgi;
}

/* Waits until the web server has closed its end, and closes the connection. Were it closed while
   the web server still sends, that could miss the answer. */
static void close_ended(int connection)
{
    enum { PATIENCE = 2000 }; /* milliseconds */
    char rest[1024];
    struct pollfd readable = {.fd = connection, .events = POLLIN};
    ssize_t count;
    if (connection < 0)
        return;
    while ((count = recv(connection, rest, sizeof(rest), MSG_DONTWAIT)) > 0 ||
           (count < 0 && errno == EAGAIN && poll(&readable, 1, PATIENCE) > 0))
        continue;
    close(connection);
}

void fastcgi_free(struct fastcgi *fastcgi)
{
    if (fastcgi == NULL)
        return;
    FCGX_Free(&fastcgi->request, 1);
    close_ended(fastcgi->ended);
    free(fastcgi);
}

bool fastcgi_accept(struct fastcgi *fastcgi)
{
    int result = FCGX_Accept_r(&fastcgi->request); /* 0 or -errno */
    errno = -result;
    return result == 0;
}

/* Whether text is a request id that is accepted from a caller: "req-" and a uuid. */
static bool is_request_id(const char *text)
{
    if (text == NULL || strncmp(text, "req-", 4) != 0 || strlen(text) != 4 + UUID_TEXT)
        return false;
    for (size_t i = 0; i < UUID_TEXT; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[4 + i] != '-' : strchr("0123456789abcdefABCDEF", text[4 + i]) == NULL)
            return false;
    }
    return true;
}

static void receive_path(struct exchange *exchange)
{
    const char *script_name = text_or(exchange_parameter(exchange, "SCRIPT_NAME"), "");
    const char *path_info = exchange_parameter(exchange, "PATH_INFO");
    exchange->path = path_info != NULL ? path_info : script_name;
    exchange->prefix = path_info != NULL ? script_name : "";
    if (exchange->forwarded.prefix != NULL)
        exchange->prefix =
            arena_printf(exchange->arena, "%s%s", exchange->forwarded.prefix, exchange->prefix);
    if (utf8_first_invalid(exchange->path, strlen(exchange->path)) >= 0 ||
        utf8_first_invalid(exchange->prefix, strlen(exchange->prefix)) >= 0)
        exchange_fail(exchange, 400, NULL, "The path is not UTF-8.");
}

static void receive_body(struct fastcgi *fastcgi, struct exchange *exchange, size_t limit)
{
    const char *text = text_or(exchange_parameter(exchange, "CONTENT_LENGTH"), "");
    long long announced = strtoll(text, NULL, 10);
    if (announced <= 0)
        return;
    size_t length = (size_t)announced;
    if (length > limit) {
        exchange_fail(exchange, 413, NULL, "Request is too large.");
        return;
    }
    char *body = arena_alloc(exchange->arena, length + 1);
    size_t received = 0;
    while (received < length) {
        int count = FCGX_GetStr(body + received, (int)(length - received), fastcgi->request.in);
        if (count <= 0)
            break;
        received += (size_t)count;
    }
    exchange->body = body;
    exchange->body_length = received;
    if (received < length || FCGX_GetError(fastcgi->request.in) != 0)
        exchange_fail(exchange, 400, NULL, "The body is shorter than its content-length says.");
}

/* libfcgi frees its parameters when the request is finished; the log needs them after that. */
static char *const *copy_parameters(struct arena *arena, char **parameters)
{
    size_t count = 0;
    while (parameters[count] != NULL)
        count++;
    char **copies = arena_array(arena, count + 1, sizeof(*copies));
    for (size_t i = 0; i < count; i++)
        copies[i] = arena_strdup(arena, parameters[i]);
    return copies;
}

void fastcgi_receive(struct fastcgi *fastcgi, struct exchange *exchange, size_t body_limit,
                     size_t query_limit)
{
    struct uuid_text uuid;
    uuid_new(&uuid);
    exchange->parameters = copy_parameters(exchange->arena, fastcgi->request.envp);
    exchange->request_id = arena_printf(exchange->arena, "req-%s", uuid.text);
    const char *caller = exchange_parameter(exchange, "HTTP_X_OPENSTACK_REQUEST_ID");
    exchange->global_request_id = is_request_id(caller) ? caller : NULL;
    exchange->traceparent =
        traceparent_read(exchange->arena, exchange_parameter(exchange, "HTTP_TRACEPARENT"));
    exchange->method = text_or(exchange_parameter(exchange, "REQUEST_METHOD"), "");
    exchange->query = text_or(exchange_parameter(exchange, "QUERY_STRING"), "");
    if (exchange->behind_proxy)
        exchange->forwarded = forwarded_read(exchange);
    exchange->remote_address = text_or(exchange->forwarded.address,
                                       text_or(exchange_parameter(exchange, "REMOTE_ADDR"), ""));
    exchange->body = "";
    exchange->body_length = 0;
    receive_path(exchange);
    /* A web server must always send the query string (RFC 3875). Apache leaves out a long one, and
       the request would mean something else without it. */
    if (strlen(exchange->query) > query_limit ||
        exchange_parameter(exchange, "QUERY_STRING") == NULL)
        exchange_fail(exchange, 414, NULL, "The query string is too long.");
    receive_body(fastcgi, exchange, body_limit);
}

/* Sends the head in pieces, because sending must not need memory: there may be none left. */
static bool send_text(FCGX_Stream *out, const char *text)
{
    return FCGX_PutStr(text, (int)strlen(text), out) >= 0;
}

static bool send_header(FCGX_Stream *out, const char *name, const char *value)
{
    return send_text(out, name) && send_text(out, ": ") && send_text(out, value) &&
           send_text(out, "\r\n");
}

static bool send_head(FCGX_Stream *out, const struct exchange *exchange)
{
    char status[64], length[24];
    bool has_body = exchange->content_type != NULL;
    snprintf(status, sizeof(status), "%d %s", exchange->status,
             text_or(status_reason(exchange->status), ""));
    snprintf(length, sizeof(length), "%zu", has_body ? exchange->output->length : 0);
    bool sent = send_header(out, "Status", status);
    if (has_body)
        sent = sent && send_header(out, "Content-Type", exchange->content_type);
    if (has_body || exchange->status != 204)
        sent = sent && send_header(out, "Content-Length", length);
    for (size_t i = 0; i < exchange->header_count; i++)
        sent = sent && send_header(out, exchange->headers[i].name, exchange->headers[i].value);
    return sent && send_text(out, "\r\n");
}

/* The content of a record, a multiple of 8 so that nothing pads it; records sent at once; and the
   body from which on they are worth it. */
enum { RECORD = 65528, RECORDS = 8, LARGE = 8192 };

/* Sends all that parts refer to. Changes them. */
static bool send_parts(int socket, struct iovec *parts, size_t count)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    while (message.msg_iovlen > 0) {
        ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return false;
        for (size_t left = sent > 0 ? (size_t)sent : 0; left > 0;) {
            struct iovec *part = message.msg_iov;
            size_t taken = left < part->iov_len ? left : part->iov_len;
            part->iov_base = (char *)part->iov_base + taken;
            part->iov_len -= taken;
            left -= taken;
            if (part->iov_len == 0) {
                message.msg_iov++;
                message.msg_iovlen--;
            }
        }
    }
    return true;
}

/* Sends a body in large records, from where it is. libfcgi would copy it, and send records of
   8 kB, each of which wakes the web server. It has nothing left to send itself. */
static bool send_large(const FCGX_Request *request, const char *body, size_t length)
{
    FCGI_Header heads[RECORDS];
    struct iovec parts[2 * RECORDS];
    while (length > 0) {
        size_t count = 0;
        for (; length > 0 && count < RECORDS; count++) {
            size_t size = length < RECORD ? length : RECORD;
            heads[count] = (FCGI_Header){
                .version = FCGI_VERSION_1,
                .type = FCGI_STDOUT,
                .requestIdB1 = (unsigned char)(request->requestId >> 8),
                .requestIdB0 = (unsigned char)request->requestId,
                .contentLengthB1 = (unsigned char)(size >> 8),
                .contentLengthB0 = (unsigned char)size,
            };
            parts[2 * count] = (struct iovec){&heads[count], sizeof(*heads)};
            parts[2 * count + 1] = (struct iovec){(char *)(uintptr_t)body, size};
            body += size;
            length -= size;
        }
        if (!send_parts(request->ipcFd, parts, 2 * count))
            return false;
    }
    return true;
}

bool fastcgi_send(struct fastcgi *fastcgi, const struct exchange *exchange)
{
    FCGX_Stream *out = fastcgi->request.out;
    const struct buffer *body = exchange->output;
    size_t length = exchange->content_type != NULL ? body->length : 0;
    if (!send_head(out, exchange))
        return false;
    if (length >= LARGE)
        return FCGX_FFlush(out) == 0 && send_large(&fastcgi->request, body->data, length);
    /* It fits into libfcgi's buffer, or nearly. fastcgi_finish() sends it with the end of the
       request, so that the web server wakes up once. */
    return length == 0 || FCGX_PutStr(body->data, (int)length, out) >= 0;
}

void fastcgi_finish(struct fastcgi *fastcgi)
{
    /* libfcgi would wait here until the web server closes the connection. Keep it open instead: it
       will be closed when the next one ends. That is so too if the web server asks to keep it: this
       worker waits for new connections, and would not notice the next request on an old one. */
    FCGX_Request *request = &fastcgi->request;
    FCGX_Detach(request); /* if something failed, it closes the connection, and does not wait */
    request->keepConnection = 1;
    FCGX_Finish_r(request);
    FCGX_Attach(request);
    if (request->ipcFd < 0)
        return;
    shutdown(request->ipcFd, SHUT_WR);
    close_ended(fastcgi->ended);
    fastcgi->ended = request->ipcFd;
    request->ipcFd = -1;
}
