/*
 * Parses the URL from left to right, then its parameters by a table.
 *
 * libcurl's CURLU does not fit: SQLAlchemy takes "/", "?" and "#" within a password, "_" within the
 * scheme, leaves the name of the database encoded, and reads the port as Python's int() does.
 */
#include <config.h>

#include "settings/database_url.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/percent.h"
#include "base/text.h"
#include "settings/file_text.h"
#include "settings/option_file.h"
#include "settings/option_value.h"

enum { SECONDS_MOST = 31536000 }; /* PyMySQL's limit of connect_timeout: a year */

enum parameter_kind {
    PARAMETER_TEXT,
    PARAMETER_PORT,
    PARAMETER_SECONDS,
    PARAMETER_TRUTH,
    PARAMETER_SSL_MODE,
    PARAMETER_IGNORED
};

/* The boolean parameters, from which judge_ssl() decides about encryption. Negative: not given. */
struct truths {
    int ssl;
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
    {"port", PARAMETER_PORT, offsetof(struct database_url, port)},
    {"database", PARAMETER_TEXT, offsetof(struct database_url, name)},
    {"db", PARAMETER_TEXT, offsetof(struct database_url, name)},
    {"unix_socket", PARAMETER_TEXT, offsetof(struct database_url, unix_socket)},
    {"bind_address", PARAMETER_TEXT, offsetof(struct database_url, bind_address)},
    {"init_command", PARAMETER_TEXT, offsetof(struct database_url, init_command)},
    {"sql_mode", PARAMETER_TEXT, offsetof(struct database_url, sql_mode)},
    {"read_default_file", PARAMETER_TEXT, offsetof(struct database_url, option_file)},
    {"read_default_group", PARAMETER_TEXT, offsetof(struct database_url, option_group)},
    {"connect_timeout", PARAMETER_SECONDS, offsetof(struct database_url, connect_timeout)},
    {"read_timeout", PARAMETER_SECONDS, offsetof(struct database_url, read_timeout)},
    {"write_timeout", PARAMETER_SECONDS, offsetof(struct database_url, write_timeout)},
    {"ssl_ca", PARAMETER_TEXT, offsetof(struct database_url, ssl_ca)},
    {"ssl_capath", PARAMETER_TEXT, offsetof(struct database_url, ssl_capath)},
    {"ssl_cert", PARAMETER_TEXT, offsetof(struct database_url, ssl_cert)},
    {"ssl_key", PARAMETER_TEXT, offsetof(struct database_url, ssl_key)},
    {"ssl_cipher", PARAMETER_TEXT, offsetof(struct database_url, ssl_cipher)},
    {"ssl", PARAMETER_TRUTH, offsetof(struct truths, ssl)},
    {"ssl_mode", PARAMETER_SSL_MODE, 0},
    {"ssl_check_hostname", PARAMETER_TRUTH, offsetof(struct truths, check_hostname)},
    {"ssl_verify_cert", PARAMETER_TRUTH, offsetof(struct truths, verify_certificate)},
    {"ssl_verify_identity", PARAMETER_TRUTH, offsetof(struct truths, verify_identity)},
    {"ssl_disabled", PARAMETER_TRUTH, offsetof(struct truths, disabled)},
    {"autocommit", PARAMETER_IGNORED, 0},
    {"binary_prefix", PARAMETER_IGNORED, 0},
    {"charset", PARAMETER_IGNORED, 0},
    {"charset_collation", PARAMETER_IGNORED, 0},
    {"use_unicode", PARAMETER_IGNORED, 0},
};

/* The options of an option file, and the parameters that they are the defaults of. */
static const struct {
    const char *option, *parameter;
} file_options[] = {
    {"user", "user"},
    {"password", "password"},
    {"host", "host"},
    {"port", "port"},
    {"database", "database"},
    {"socket", "unix_socket"},
    {"bind-address", "bind_address"},
    {"ssl-ca", "ssl_ca"},
    {"ssl-capath", "ssl_capath"},
    {"ssl-cert", "ssl_cert"},
    {"ssl-key", "ssl_key"},
    {"ssl-cipher", "ssl_cipher"},
    {"ssl", "ssl"},
    {"ssl-verify-server-cert", "ssl_verify_identity"},
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

/* Reads the port. Returns false if it is not one. */
static bool parse_port(const char *text, unsigned *port)
{
    long number = 0;
    if (!option_parse_integer(text, &number) || number < 1 || number > 65535)
        return false;
    *port = (unsigned)number;
    return true;
}

/* Reads ssl_mode of libmysqlclient. */
static bool parse_ssl_mode(const char *text, struct truths *truths)
{
    if (strcasecmp(text, "DISABLED") == 0)
        truths->disabled = 1;
    else if (strcasecmp(text, "REQUIRED") == 0)
        truths->ssl = 1;
    else if (strcasecmp(text, "VERIFY_CA") == 0)
        truths->verify_certificate = 1;
    else if (strcasecmp(text, "VERIFY_IDENTITY") == 0)
        truths->verify_identity = 1;
    else
        return strcasecmp(text, "PREFERRED") == 0;
    return true;
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
    case PARAMETER_PORT:
        return parse_port(value, (unsigned *)(void *)(url + parameter->offset));
    case PARAMETER_SECONDS:
        if (!option_parse_integer(value, &seconds) || seconds <= 0 || seconds > SECONDS_MOST)
            return false;
        *(unsigned *)(void *)(url + parameter->offset) = (unsigned)seconds;
        return true;
    case PARAMETER_TRUTH:
        return parse_truth(value, (int *)(void *)(truths + parameter->offset));
    case PARAMETER_SSL_MODE:
        return parse_ssl_mode(value, &reader->truths);
    case PARAMETER_IGNORED:
        break;
    }
    return true;
}

/* Notes the name of a parameter that has no effect. One that may ask for encryption is not passed
   over in the clear. */
static void pass_over(struct reader *reader, const char *name)
{
    struct database_url *url = reader->url;
    const char *before = url->passed_over;
    if (strncasecmp(name, "ssl", 3) == 0 || strncasecmp(name, "tls", 3) == 0)
        reader->truths.ssl = 1;
    url->passed_over =
        arena_printf(&url->memory, "%s%s%s", text_or(before, ""), before != NULL ? ", " : "", name);
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
    if (strlen(name) != decoded)
        return fail(reader, "the URL has a NUL in a parameter");
    const struct parameter *parameter = find_parameter(name);
    if (parameter == NULL) {
        pass_over(reader, name);
        return true;
    }
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
    if (length == 0)
        return true;
    if (length >= sizeof(digits))
        return fail(reader, "the port in the URL is not a number from 1 to 65535");
    memcpy(digits, reader->text, length);
    digits[length] = '\0';
    if (!parse_port(digits, &reader->url->port))
        return fail(reader, "the port in the URL is not a number from 1 to 65535");
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

/* Whether the URL has a value for a parameter. */
static bool is_set(const struct reader *reader, const struct parameter *parameter)
{
    const char *url = (const char *)reader->url, *truths = (const char *)&reader->truths;
    if (parameter->kind == PARAMETER_TEXT)
        return *(const char *const *)(const void *)(url + parameter->offset) != NULL;
    if (parameter->kind == PARAMETER_PORT)
        return *(const unsigned *)(const void *)(url + parameter->offset) != 0;
    return *(const int *)(const void *)(truths + parameter->offset) >= 0;
}

/* What an option file has said: values, which are not yet in the URL. */
struct file_values {
    struct reader *reader;
    const char *values[sizeof(file_options) / sizeof(file_options[0])];
};

static void take_file_option(void *subject, const char *name, const char *value)
{
    struct file_values *found = subject;
    for (size_t i = 0; i < sizeof(file_options) / sizeof(file_options[0]); i++)
        if (strcmp(file_options[i].option, name) == 0)
            found->values[i] = arena_strdup(&found->reader->url->memory, text_or(value, "1"));
}

/* Adds what the option file says and the URL does not. A truth counts only if it is one: PyMySQL
   does not know "ssl", so "ssl = 0" does not take anything back. */
static bool apply_file(struct reader *reader, const struct file_values *found)
{
    for (size_t i = 0; i < sizeof(file_options) / sizeof(file_options[0]); i++) {
        const struct parameter *parameter = find_parameter(file_options[i].parameter);
        const char *value = found->values[i];
        int truth = 0;
        if (value == NULL || *value == '\0' || is_set(reader, parameter))
            continue;
        if (parameter->kind == PARAMETER_TRUTH && (!parse_truth(value, &truth) || truth == 0))
            continue;
        if (!store(reader, parameter, value)) {
            error_line_set(reader->error, "the option %s of the read_default_file is not valid",
                           file_options[i].option);
            return false;
        }
    }
    return true;
}

static bool read_option_file(struct reader *reader)
{
    struct database_url *url = reader->url;
    struct file_values found = {.reader = reader};
    if (url->option_file == NULL && url->option_group != NULL)
        url->option_file = "/etc/my.cnf";
    if (url->option_file == NULL)
        return true;
    url->option_file = file_text_path(&url->memory, url->option_file);
    if (option_file_read(url->option_file, text_or(url->option_group, "client"), take_file_option,
                         &found))
        return apply_file(reader, &found);
    url->option_file_missing = errno == ENOENT;
    if (!url->option_file_missing)
        error_line_set(reader->error, "the read_default_file of the URL cannot be read: %s",
                       errno == EBADMSG ? "it does not begin with a group" : strerror(errno));
    return url->option_file_missing;
}

/* Decides about encryption as the drivers do. Any ssl parameter asks for encryption, even one that
   turns verification off. With a ca the server is verified unless told otherwise, by its
   certificate and its name. Without one the system's authorities verify it, but only if asked for,
   and its name only by ssl_verify_identity. */
static void judge_ssl(struct database_url *url, const struct truths *truths)
{
    bool has_ca = url->ssl_ca != NULL || url->ssl_capath != NULL;
    url->ssl = truths->ssl > 0 || has_ca || url->ssl_cert != NULL || url->ssl_key != NULL ||
               url->ssl_cipher != NULL || truths->check_hostname >= 0 ||
               truths->verify_certificate >= 0 || truths->verify_identity >= 0;
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
    if (!read_option_file(reader))
        return false;
    if (url->name == NULL)
        return fail(reader, "the URL does not name a database");
    judge_ssl(url, &reader->truths);
    return true;
}

bool database_url_parse(struct database_url *url, const char *text, const char *more,
                        struct error_line *error)
{
    struct reader reader = {
        .url = url, .truths = {-1, -1, -1, -1, -1}, .text = text, .error = error};
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
