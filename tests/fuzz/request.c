/*
 * Takes a request from nginx's parameters through the whole service to the bytes of its answer and
 * the line of the log. There is no database: a request ends where it would need one.
 *
 * The input is written as HTTP: "METHOD PATH?QUERY" in the first line, then headers, an empty line
 * and the body. Header names in capitals are FastCGI parameters; MEMORY is the memory limit of the
 * request. This file defines the functions of libfcgi, so that there is no socket.
 */
#include <config.h>

#include <ctype.h>
#include <fcgiapp.h>
#include <jansson.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../set_option.h"
#include "api/body/body.h"
#include "api/body/schema.h"
#include "api/service.h"
#include "base/json_memory.h"
#include "base/log.h"
#include "db/database_from_settings.h"
#include "fuzz.h"
#include "http/error_document.h"
#include "http/fastcgi.h"

/* Every request has it; no answer and no log line may contain it. */
#define SECRET "SECRET4711"

/* libfcgi: supplies the request and takes the answer. */

static char **request_parameters;
static const char *request_body;
static size_t request_body_length;
static struct buffer answer;

int FCGX_Init(void)
{
    return 0;
}

int FCGX_InitRequest(FCGX_Request *request, int socket, int flags)
{
    (void)request, (void)socket, (void)flags;
    return 0;
}

int FCGX_Accept_r(FCGX_Request *request)
{
    request->envp = request_parameters;
    return 0;
}

void FCGX_Finish_r(FCGX_Request *request)
{
    request->envp = NULL;
}

void FCGX_Free(FCGX_Request *request, int close)
{
    (void)request, (void)close;
}

int FCGX_GetError(FCGX_Stream *stream)
{
    (void)stream;
    return 0;
}

int FCGX_GetStr(char *to, int size, FCGX_Stream *stream)
{
    (void)stream;
    size_t length = request_body_length < (size_t)size ? request_body_length : (size_t)size;
    if (length > 0)
        memcpy(to, request_body, length);
    request_body += length;
    request_body_length -= length;
    return (int)length;
}

int FCGX_PutStr(const char *bytes, int length, FCGX_Stream *stream)
{
    (void)stream;
    buffer_add(&answer, bytes, (size_t)length);
    return length;
}

int FCGX_FFlush(FCGX_Stream *stream)
{
    (void)stream;
    return 0;
}

/* Takes the content of the records that a large body is sent in. */
ssize_t sendmsg(int socket, const struct msghdr *message, int flags)
{
    size_t sent = 0;
    (void)socket, (void)flags;
    for (size_t i = 0; i < message->msg_iovlen; i++) {
        const struct iovec *part = &message->msg_iov[i];
        if (i % 2 == 1)
            buffer_add(&answer, part->iov_base, part->iov_len);
        sent += part->iov_len;
    }
    return (ssize_t)sent;
}

/* The service as in a worker. */

static struct settings settings;
static struct database *database;
static struct service_shared *shared;
static struct service *service;
static struct fastcgi *fastcgi;
static struct arena request_arena;
static struct buffer output;
static jmp_buf escape;
static int log_file;

static void open_log(void)
{
    struct error_line error;
    char path[64];
    log_file = memfd_create("log", MFD_CLOEXEC);
    require(log_file >= 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", log_file);
    require(log_open(&(struct log_settings){.level = LOG_LEVEL_DEBUG, .file = path}, &error));
}

static void start(void)
{
    static const char connection[] =
        "mysql://berth:" SECRET "@/placement?unix_socket=/nowhere/db.sock";
    static const struct {
        const char *group, *name, *value;
    } options[] = {
        {"api", "auth_strategy", "noauth2"},
        {"placement_database", "connection", connection},
        {"berth", "request_memory", "2097152"},
        {"berth", "max_candidates_memory", "1048576"},
        {"berth", "max_body_size", "8192"},
        {"berth", "max_query_length", "2048"},
        {"berth", "max_json_depth", "16"},
        {"cors", "allowed_origin", "https://a.example,https://b.example"},
    };
    struct error_line error;
    struct config *config = config_new();
    schemas_load();
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        set_option(options[i].group, options[i].name, options[i].value);
    require(settings_load(&settings, config, &error));
    config_free(config);
    open_log();
    database = database_from_settings(&settings, &error);
    shared = service_shared_new(&settings);
    service =
        service_new(&settings, database, shared, policy_store_new(&settings, &error), NULL, NULL);
    fastcgi = fastcgi_new(0);
    require(database != NULL && shared != NULL && fastcgi != NULL);
    arena_init(&request_arena, (size_t)settings.berth_request_memory);
    arena_set_escape(&request_arena, &escape);
}

/* Turns the input into parameters. */

enum { PARAMETERS = 64 };

static void add_parameter(char **parameters, const char *name, const char *value)
{
    size_t count = 0;
    while (parameters[count] != NULL)
        count++;
    if (count + 1 < PARAMETERS)
        parameters[count] = arena_printf(&arena, "%s=%s", name, value);
}

/* "x-auth-token" is HTTP_X_AUTH_TOKEN; a name in capitals is the parameter itself. */
static const char *parameter_name(const char *header)
{
    if (strcasecmp(header, "content-type") != 0 && strcasecmp(header, "content-length") != 0 &&
        !isupper((unsigned char)*header))
        header = arena_printf(&arena, "HTTP_%s", header);
    char *name = arena_strdup(&arena, header);
    for (char *c = name; *c != '\0'; c++)
        *c = (char)(*c == '-' ? '_' : toupper((unsigned char)*c));
    return name;
}

static void read_first_line(char **parameters, char *line)
{
    char *target = line + strcspn(line, " ");
    if (*target != '\0')
        *target++ = '\0';
    char *query = target + strcspn(target, "?");
    if (*query != '\0')
        *query++ = '\0';
    add_parameter(parameters, "REQUEST_METHOD", line);
    add_parameter(parameters, "PATH_INFO", target);
    add_parameter(parameters, "QUERY_STRING", query);
}

/* Returns the beginning of the body. */
static const uint8_t *read_head(char **parameters, const uint8_t *bytes, const uint8_t *end)
{
    for (bool first = true; bytes < end; first = false) {
        const uint8_t *line_end = memchr(bytes, '\n', (size_t)(end - bytes));
        if (line_end == NULL)
            line_end = end;
        char *line = arena_strndup(&arena, (const char *)bytes, (size_t)(line_end - bytes));
        bytes = line_end < end ? line_end + 1 : end;
        if (first)
            read_first_line(parameters, line);
        else if (*line == '\0')
            break;
        char *colon = strchr(line, ':');
        if (first || colon == NULL)
            continue;
        *colon++ = '\0';
        add_parameter(parameters, parameter_name(line), colon + strspn(colon, " "));
    }
    return bytes;
}

static char **read_input(const uint8_t *bytes, size_t size)
{
    char **parameters = arena_array(&arena, PARAMETERS, sizeof(*parameters)), length[24];
    const uint8_t *body = read_head(parameters, bytes, bytes + size);
    request_body = (const char *)body;
    request_body_length = (size_t)(bytes + size - body);
    snprintf(length, sizeof(length), "%zu", request_body_length);
    bool has_length = false;
    for (char **parameter = parameters; *parameter != NULL; parameter++)
        has_length = has_length || strncmp(*parameter, "CONTENT_LENGTH=", 15) == 0;
    if (!has_length)
        add_parameter(parameters, "CONTENT_LENGTH", length);
    add_parameter(parameters, "HTTP_COOKIE", SECRET);
    add_parameter(parameters, "HTTP_AUTHORIZATION", SECRET);
    add_parameter(parameters, "REMOTE_ADDR", "127.0.0.1");
    return parameters;
}

/* Returns the memory limit of the request. MEMORY may set less than any configuration allows. */
static size_t memory_of(char *const *parameters)
{
    size_t most = (size_t)settings.berth_request_memory, memory = most;
    for (; *parameters != NULL; parameters++)
        if (strncmp(*parameters, "MEMORY=", 7) == 0)
            memory = (size_t)strtoul(*parameters + 7, NULL, 10);
    return memory > 0 && memory < most ? memory : most;
}

/* The part of a worker. */

static void fill(struct exchange *exchange, size_t memory)
{
    *exchange = (struct exchange){.arena = &request_arena, .output = &output, .behind_proxy = true};
    buffer_reset(&output);
    output.limit = 0;
    arena_free(&request_arena);
    request_arena.limit = memory;
}

static void serve(struct exchange *exchange, size_t memory)
{
    static unsigned escapes; /* setjmp() leaves variables in registers undefined */
    struct service_report report = {0};
    require(fastcgi_accept(fastcgi));
    escapes = 0;
    if (setjmp(escape) != 0)
        escapes++;
    fill(exchange, memory);
    if (escapes == 0) {
        fastcgi_receive(fastcgi, exchange, (size_t)settings.berth_max_body_size,
                        (size_t)settings.berth_max_query_length);
        service_answer(service, exchange, &report);
    } else if (escapes == 1) {
        fastcgi_receive(fastcgi, exchange, 0, 0);
        service_escaped(service, exchange, request_arena.limit % 2 == 0, &report);
    } else {
        service_starved(service, exchange, &report);
    }
    require(fastcgi_send(fastcgi, exchange));
    log_request(&(struct log_request){.request_id = exchange->request_id,
                                      .method = exchange->method,
                                      .path = exchange->path,
                                      .status = exchange->status,
                                      .user_id = report.user_id,
                                      .project_id = report.project_id});
    fastcgi_finish(fastcgi);
}

/* Checks. */

/* Checks the head of the answer line by line. Returns the body. */
static const char *check_head(char *text, const struct exchange *exchange)
{
    char *body = strstr(text, "\r\n\r\n"), *line = text;
    require(body != NULL && strncmp(text, "Status: ", 8) == 0);
    require(atoi(text + 8) == exchange->status && status_reason(exchange->status) != NULL);
    *body = '\0';
    while (line != NULL) {
        char *next = strstr(line, "\r\n");
        if (next != NULL) {
            *next = '\0';
            next += 2;
        }
        const char *colon = strstr(line, ": ");
        require(colon != NULL && colon > line && is_line(line));
        for (const char *c = line; c < colon; c++)
            require(isalnum((unsigned char)*c) || *c == '-');
        line = next;
    }
    return body + 4;
}

/* Checks an error document of the API working group's form. */
static void check_error(const json_t *document, const struct exchange *exchange)
{
    if (exchange->status == 401)
        return; /* another form, as upstream's */
    const json_t *error = json_array_get(json_object_get(document, "errors"), 0);
    require(json_integer_value(json_object_get(error, "status")) == exchange->status);
    require(json_string_value(json_object_get(error, "detail")) != NULL);
    require(strcmp(json_string_value(json_object_get(error, "request_id")), exchange->request_id) ==
            0);
}

static void check_answer(const struct exchange *exchange)
{
    buffer_add(&answer, "", 1);
    require(!answer.failed && strlen(answer.data) + 1 == answer.length);
    require(strstr(answer.data, SECRET) == NULL);
    require(exchange->status >= 200 && exchange->status != 500);
    const char *body = check_head(answer.data, exchange);
    require(is_utf8(body));
    require(exchange->content_type != NULL || *body == '\0');
    if (exchange->content_type == NULL || strcmp(exchange->content_type, "application/json") != 0)
        return;
    json_error_t error;
    json_memory_set(&arena);
    const json_t *document = json_loads(body, JSON_DECODE_ANY, &error);
    require(document != NULL);
    if (exchange_failed(exchange) && exchange->status >= 400)
        check_error(document, exchange);
}

/* Log lines must be lines of text without the secret. */
static void check_log(void)
{
    char text[64 * 1024];
    ssize_t length = pread(log_file, text, sizeof(text) - 1, 0);
    require(length > 0 && (size_t)length < sizeof(text) - 1);
    require(ftruncate(log_file, 0) == 0);
    text[length] = '\0';
    require(strlen(text) == (size_t)length && text[length - 1] == '\n' && is_utf8(text));
    require(strstr(text, SECRET) == NULL);
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        require(is_line(line) && strlen(line) < LOG_LINE_SIZE);
}

/* Whether the input has the letters of the secret itself, so that finding it would prove nothing:
   an error leaves out what is between them, if that looks like markup. */
static bool has_secret(const uint8_t *bytes, size_t size)
{
    const char *wanted = SECRET;
    for (size_t i = 0; i < size && *wanted != '\0'; i++)
        wanted += bytes[i] == (uint8_t)*wanted;
    return *wanted == '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct exchange exchange;
    if (has_secret(bytes, size))
        return 0;
    if (service == NULL)
        start();
    begin_input();
    buffer_reset(&answer);
    request_parameters = read_input(bytes, size);
    serve(&exchange, memory_of(request_parameters));
    check_answer(&exchange);
    check_log();
    return 0;
}
