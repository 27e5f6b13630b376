/*
 * Parses the URL from left to right, then its parameters by a table.
 *
 * libcurl's CURLU does not fit: SQLAlchemy takes "/", "?" and "#" within a password, "_" within the
 * scheme, leaves the name of the database encoded, and reads the port as Python's int() does.
 */
#include <config.h>

#include "settings/database_url.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/percent.h"
#include "settings/option_value.h"

enum parameter_kind { PARAMETER_TEXT, PARAMETER_SECONDS, PARAMETER_TRUTH, PARAMETER_IGNORED };

/* The boolean parameters, from which judge_ssl() decides about encryption. Negative: not given. */
struct truths {
    int check_hostname;
    int verify_certificate;
    int verify_identity;
    int disabled;
};

struct reader {
    struct database_url *url;
    struct truths truths;
    const char *text; /* the rest of the URL */
    struct error_line *error;
};

static const struct parameter {
    const char *name;
    enum parameter_kind kind;
    size_t offset; /* in struct database_url, or in struct truths */
} parameters[] = {
    {"user", PARAMETER_TEXT, offsetof(struct database_url, user)},
    {"password", PARAMETER_TEXT, offsetof(struct database_url, password)},
    {"passwd", PARAMETER_TEXT, offsetof(struct database_url, password)},
    {"host", PARAMETER_TEXT, offsetof(struct database_url, host)},
    {"database", PARAMETER_TEXT, offsetof(struct database_url, name)},
    {"db", PARAMETER_TEXT, offsetof(struct database_url, name)},
    {"unix_socket", PARAMETER_TEXT, offsetof(struct database_url, unix_socket)},
    {"connect_timeout", PARAMETER_SECONDS, offsetof(struct database_url, connect_timeout)},
    {"read_timeout", PARAMETER_SECONDS, offsetof(struct database_url, read_timeout)},
    {"write_timeout", PARAMETER_SECONDS, offsetof(struct database_url, write_timeout)},
    {"ssl_ca", PARAMETER_TEXT, offsetof(struct database_url, ssl_ca)},
    {"ssl_capath", PARAMETER_TEXT, offsetof(struct database_url, ssl_capath)},
    {"ssl_cert", PARAMETER_TEXT, offsetof(struct database_url, ssl_cert)},
    {"ssl_key", PARAMETER_TEXT, offsetof(struct database_url, ssl_key)},
    {"ssl_cipher", PARAMETER_TEXT, offsetof(struct database_url, ssl_cipher)},
    {"ssl_check_hostname", PARAMETER_TRUTH, offsetof(struct truths, check_hostname)},
    {"ssl_verify_cert", PARAMETER_TRUTH, offsetof(struct truths, verify_certificate)},
    {"ssl_verify_identity", PARAMETER_TRUTH, offsetof(struct truths, verify_identity)},
    {"ssl_disabled", PARAMETER_TRUTH, offsetof(struct truths, disabled)},
    {"autocommit", PARAMETER_IGNORED, 0},
    {"binary_prefix", PARAMETER_IGNORED, 0},
    {"charset", PARAMETER_IGNORED, 0},
    {"charset_collation", PARAMETER_IGNORED, 0},
    {"client_flag", PARAMETER_IGNORED, 0},
    {"compress", PARAMETER_IGNORED, 0},
    {"local_infile", PARAMETER_IGNORED, 0},
    {"max_allowed_packet", PARAMETER_IGNORED, 0},
    {"plugin", PARAMETER_IGNORED, 0},
    {"program_name", PARAMETER_IGNORED, 0},
    {"use_unicode", PARAMETER_IGNORED, 0},
};

static bool fail(struct reader *reader, const char *reason)
{
    error_line_set(reader->error, "%s", reason);
    return false;
}

/* Copies text into a field of the URL. An empty text counts as none. */
static void set_text(struct reader *reader, const char **field, const char *text, size_t length)
{
    *field = length > 0 ? arena_strndup(&reader->url->memory, text, length) : NULL;
}

/* The same, percent-decoded. Fails if that makes a NUL. */
static bool set_decoded(struct reader *reader, const char **field, const char *text, size_t length)
{
    size_t decoded;
    const char *bytes = percent_decode(&reader->url->memory, text, length, &decoded);
    if (strlen(bytes) != decoded)
        return fail(reader, "the URL has a NUL in user or password");
    *field = decoded > 0 ? bytes : NULL;
    return true;
}

/* Reads the words of SQLAlchemy's asbool(). */
static bool parse_truth(const char *text, int *truth)
{
    static const char *const words[][2] = {{"false", "true"}, {"no", "yes"}, {"off", "on"},
                                           {"n", "y"},        {"f", "t"},    {"0", "1"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        for (int value = 0; value < 2; value++) {
            if (strcasecmp(text, words[i][value]) == 0) {
                *truth = value;
                return true;
            }
        }
    }
    return false;
}

static const struct parameter *find_parameter(const char *name)
{
    for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
        if (strcmp(parameters[i].name, name) == 0)
            return &parameters[i];
    }
    return NULL;
}

/* Stores a value, which is not empty and lives in the URL's memory. Returns false if it is not of
   the parameter's kind. */
static bool store(struct reader *reader, const struct parameter *parameter, const char *value)
{
    char *url = (char *)reader->url, *truths = (char *)&reader->truths;
    long seconds = 0;
    switch (parameter->kind) {
    case PARAMETER_TEXT:
        *(const char **)(void *)(url + parameter->offset) = value;
        return true;
    case PARAMETER_SECONDS:
        if (!option_parse_integer(value, &seconds) || seconds <= 0 || seconds > 86400)
            return false;
        *(unsigned *)(void *)(url + parameter->offset) = (unsigned)seconds;
        return true;
    case PARAMETER_TRUTH:
        return parse_truth(value, (int *)(void *)(truths + parameter->offset));
    case PARAMETER_IGNORED:
        break;
    }
    return true;
}

/* Reads one "name=value". One without a value does not count, as in Python's parse_qsl(). */
static bool read_parameter(struct reader *reader, const char *text, size_t length)
{
    struct arena *memory = &reader->url->memory;
    const char *sign = memchr(text, '=', length), *end = text + length;
    size_t decoded;
    if (sign == NULL || sign + 1 == end)
        return true;
    const char *name = percent_decode_form(memory, text, (size_t)(sign - text), &decoded);
    const struct parameter *parameter = strlen(name) == decoded ? find_parameter(name) : NULL;
    if (parameter == NULL)
        return fail(reader, "the URL has a parameter that is unknown here");
    const char *value = percent_decode_form(memory, sign + 1, (size_t)(end - sign - 1), &decoded);
    if (strlen(value) != decoded)
        return fail(reader, "the URL has a NUL in a parameter");
    if (store(reader, parameter, value))
        return true;
    error_line_set(reader->error, "the parameter %s of the URL has no valid value",
                   parameter->name);
    return false;
}

static bool read_parameters(struct reader *reader, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "&");
        if (!read_parameter(reader, text, length))
            return false;
        text += length + (text[length] == '&');
    }
    return true;
}

/* Reads "mysql://" or "mariadb+pymysql://". */
static bool read_scheme(struct reader *reader)
{
    const char *text = reader->text;
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_' || text[length] == '+')
        length++;
    if (length == 0 || strncmp(text + length, "://", 3) != 0)
        return fail(reader, "is not a URL such as mysql+pymysql://user:password@host/database");
    size_t dialect = strcspn(text, "+:");
    bool known = (dialect == 5 && memcmp(text, "mysql", 5) == 0) ||
                 (dialect == 7 && memcmp(text, "mariadb", 7) == 0);
    if (!known)
        return fail(reader, "only MariaDB and MySQL are supported: the URL must begin with mysql, "
                            "as mysql+pymysql://");
    reader->text = text + length + 3;
    return true;
}

/* Reads "user:password@" or "user@", if it is there. With a password, the user ends at the first
   ":" (before any "/") and the password at the first "@" behind it; without one, the user ends at
   the last "@" before ":" or "/". */
static bool read_credentials(struct reader *reader)
{
    const char *user = reader->text, *colon = user + strcspn(user, ":/");
    const char *end = *colon == ':' ? strchr(colon, '@') : NULL;
    if (end != NULL) {
        reader->text = end + 1;
        return set_decoded(reader, &reader->url->user, user, (size_t)(colon - user)) &&
               set_decoded(reader, &reader->url->password, colon + 1, (size_t)(end - colon - 1));
    }
    end = memrchr(user, '@', (size_t)(colon - user));
    if (end == NULL)
        return true;
    reader->text = end + 1;
    return set_decoded(reader, &reader->url->user, user, (size_t)(end - user));
}

static bool read_port(struct reader *reader)
{
    size_t length = strcspn(reader->text, "/?");
    char digits[8];
    long port = 0;
    if (length == 0)
        return true;
    if (length >= sizeof(digits))
        return fail(reader, "the port in the URL is not a number from 1 to 65535");
    memcpy(digits, reader->text, length);
    digits[length] = '\0';
    if (!option_parse_integer(digits, &port) || port < 1 || port > 65535)
        return fail(reader, "the port in the URL is not a number from 1 to 65535");
    reader->url->port = (unsigned)port;
    reader->text += length;
    return true;
}

/* Reads "host:port" or "[host]:port". */
static bool read_place(struct reader *reader)
{
    if (*reader->text == '[') {
        size_t length = strcspn(++reader->text, "]/?");
        if (reader->text[length] != ']')
            return fail(reader, "the URL has a \"[\" without \"]\"");
        set_text(reader, &reader->url->host, reader->text, length);
        reader->text += length + 1;
    } else {
        size_t length = strcspn(reader->text, "/:?");
        set_text(reader, &reader->url->host, reader->text, length);
        reader->text += length;
    }
    if (*reader->text == ':') {
        reader->text++;
        if (!read_port(reader))
            return false;
    }
    if (*reader->text != '\0' && *reader->text != '/' && *reader->text != '?')
        return fail(reader, "the URL has something between host and database that is neither");
    return true;
}

/* Decides about encryption as the drivers do. Any ssl parameter asks for encryption, even one that
   turns verification off. With a ca the server is verified unless told otherwise, by its
   certificate and its name. Without one the system's authorities verify it, but only if asked for,
   and its name only by ssl_verify_identity. */
static void judge_ssl(struct database_url *url, const struct truths *truths)
{
    bool has_ca = url->ssl_ca != NULL || url->ssl_capath != NULL;
    url->ssl = has_ca || url->ssl_cert != NULL || url->ssl_key != NULL || url->ssl_cipher != NULL ||
               truths->check_hostname >= 0 || truths->verify_certificate >= 0 ||
               truths->verify_identity >= 0;
    if (truths->disabled > 0)
        url->ssl = false;
    url->ssl_verify_certificate = truths->verify_certificate >= 0
                                      ? truths->verify_certificate > 0
                                      : has_ca || truths->verify_identity > 0;
    if (truths->verify_identity >= 0)
        url->ssl_verify_hostname = truths->verify_identity > 0;
    else
        url->ssl_verify_hostname =
            has_ca && url->ssl_verify_certificate && truths->check_hostname != 0;
    url->ssl_verify_certificate = url->ssl && url->ssl_verify_certificate;
    url->ssl_verify_hostname = url->ssl && url->ssl_verify_hostname;
}

static bool read_url(struct reader *reader, const char *more)
{
    struct database_url *url = reader->url;
    if (!read_scheme(reader) || !read_credentials(reader) || !read_place(reader))
        return false;
    if (*reader->text == '/') {
        size_t length = strcspn(++reader->text, "?");
        set_text(reader, &url->name, reader->text, length);
        reader->text += length;
    }
    if (*reader->text == '?' && !read_parameters(reader, reader->text + 1))
        return false;
    if (more != NULL && !read_parameters(reader, more))
        return false;
    if (url->name == NULL)
        return fail(reader, "the URL does not name a database");
    judge_ssl(url, &reader->truths);
    return true;
}

bool database_url_parse(struct database_url *url, const char *text, const char *more,
                        struct error_line *error)
{
    struct reader reader = {.url = url, .truths = {-1, -1, -1, -1}, .text = text, .error = error};
    *url = (struct database_url){0};
    arena_init(&url->memory, 0);
    if (read_url(&reader, more))
        return true;
    database_url_free(url);
    return false;
}

void database_url_free(struct database_url *url)
{
    arena_wipe(&url->memory);
    *url = (struct database_url){0};
}
