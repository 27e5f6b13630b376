/* Takes the URL apart from left to right, then its parameters by a table. See database_url.h. */
#include <config.h>

#include "settings/database_url.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "settings/option_value.h"

/* What a parameter is, and where it goes. */
enum parameter_kind { PARAMETER_TEXT, PARAMETER_SECONDS, PARAMETER_TRUTH, PARAMETER_IGNORED };

/* What the parameters of truth say, before it is made into the struct's. Negative: not given. */
struct truths {
    int check_hostname;
    int verify_certificate;
    int verify_identity;
    int disabled;
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
    {"charset", PARAMETER_TEXT, offsetof(struct database_url, charset)},
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
    {"charset_collation", PARAMETER_IGNORED, 0},
    {"client_flag", PARAMETER_IGNORED, 0},
    {"compress", PARAMETER_IGNORED, 0},
    {"local_infile", PARAMETER_IGNORED, 0},
    {"max_allowed_packet", PARAMETER_IGNORED, 0},
    {"plugin", PARAMETER_IGNORED, 0},
    {"program_name", PARAMETER_IGNORED, 0},
    {"use_unicode", PARAMETER_IGNORED, 0},
};

static char *copy(const char *text, size_t length)
{
    char *made = strndup(text, length);
    if (made == NULL)
        abort();
    return made;
}

/* Puts a text into the struct; an empty one is as none. The old one is wiped, as it may be a
   password. */
static void replace(char **field, char *text)
{
    if (*field != NULL)
        explicit_bzero(*field, strlen(*field));
    free(*field);
    *field = text;
    if (text != NULL && *text == '\0') {
        free(text);
        *field = NULL;
    }
}

static int hex_digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* The text with %XX as the byte that it means; what is not of that form stays. In a form "+" is a
   blank. NULL when there is a NUL in it. */
static char *decode(const char *text, size_t length, bool is_form)
{
    char *made = copy(text, length), *to = made;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '+' && is_form) {
            c = ' ';
        } else if (c == '%' && i + 2 < length && isxdigit((unsigned char)text[i + 1]) &&
                   isxdigit((unsigned char)text[i + 2])) {
            c = (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        }
        if (c == '\0') {
            explicit_bzero(made, length);
            free(made);
            return NULL;
        }
        *to++ = c;
    }
    *to = '\0';
    return made;
}

static bool fail(struct error_line *error, const char *reason)
{
    error_line_set(error, "%s", reason);
    return false;
}

/* As SQLAlchemy's asbool(). */
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

/* Takes over value. */
static bool set_parameter(struct database_url *url, struct truths *truths,
                          const struct parameter *parameter, char *value, struct error_line *error)
{
    long seconds = 0;
    bool good = true;
    switch (parameter->kind) {
    case PARAMETER_TEXT:
        replace((char **)(void *)((char *)url + parameter->offset), value);
        return true;
    case PARAMETER_SECONDS:
        good = option_parse_integer(value, &seconds) && seconds > 0 && seconds <= 86400;
        *(unsigned *)(void *)((char *)url + parameter->offset) = (unsigned)seconds;
        break;
    case PARAMETER_TRUTH:
        good = parse_truth(value, (int *)(void *)((char *)truths + parameter->offset));
        break;
    case PARAMETER_IGNORED:
        break;
    }
    free(value);
    if (!good)
        error_line_set(error, "the parameter %s of the URL has no valid value", parameter->name);
    return good;
}

/* One "name=value"; without a value it does not count, as in Python's parse_qsl(). */
static bool read_parameter(struct database_url *url, struct truths *truths, const char *text,
                           size_t length, struct error_line *error)
{
    const char *sign = memchr(text, '=', length);
    if (sign == NULL || sign + 1 == text + length)
        return true;
    char *name = decode(text, (size_t)(sign - text), true);
    const struct parameter *parameter = name != NULL ? find_parameter(name) : NULL;
    free(name);
    if (parameter == NULL)
        return fail(error, "the URL has a parameter that is unknown here");
    char *value = decode(sign + 1, (size_t)(text + length - sign - 1), true);
    if (value == NULL)
        return fail(error, "the URL has a NUL in a parameter");
    return set_parameter(url, truths, parameter, value, error);
}

static bool read_parameters(struct database_url *url, struct truths *truths, const char *text,
                            struct error_line *error)
{
    while (text != NULL && *text != '\0') {
        size_t length = strcspn(text, "&");
        if (!read_parameter(url, truths, text, length, error))
            return false;
        text += length + (text[length] == '&');
    }
    return true;
}

/* "mysql://", "mariadb+pymysql://"; moves *text behind it. */
static bool read_scheme(const char **text, struct error_line *error)
{
    size_t length = 0;
    while (isalnum((unsigned char)(*text)[length]) || (*text)[length] == '_' ||
           (*text)[length] == '+')
        length++;
    if (length == 0 || strncmp(*text + length, "://", 3) != 0)
        return fail(error, "is not a URL such as mysql+pymysql://user:password@host/database");
    size_t dialect = strcspn(*text, "+:");
    bool known = (dialect == 5 && memcmp(*text, "mysql", 5) == 0) ||
                 (dialect == 7 && memcmp(*text, "mariadb", 7) == 0);
    if (!known)
        return fail(error, "only MariaDB and MySQL are supported: the URL must begin with mysql, "
                           "as mysql+pymysql://");
    *text += length + 3;
    return true;
}

/* "user:password@", if it is there: the user goes to the first ":" (or "/"), the password to the
   first "@"; moves *text behind it. */
static bool read_credentials(struct database_url *url, const char **text, struct error_line *error)
{
    size_t user_length = strcspn(*text, ":/");
    const char *password = NULL, *end;
    if ((*text)[user_length] == ':' && (end = strchr(*text + user_length, '@')) != NULL) {
        password = *text + user_length + 1;
    } else {
        /* Without a password the last "@" before ":" or "/" ends the user. */
        end = memrchr(*text, '@', user_length);
        if (end == NULL)
            return true;
        user_length = (size_t)(end - *text);
    }
    replace(&url->user, decode(*text, user_length, false));
    if (password != NULL)
        replace(&url->password, decode(password, (size_t)(end - password), false));
    if (memchr(*text, '%', (size_t)(end - *text)) != NULL &&
        ((user_length > 0 && url->user == NULL) ||
         (password != NULL && end > password && url->password == NULL)))
        return fail(error, "the URL has a NUL in user or password");
    *text = end + 1;
    return true;
}

static bool read_port(struct database_url *url, const char **text, struct error_line *error)
{
    size_t length = strcspn(*text, "/?");
    char digits[8];
    long port = 0;
    if (length == 0)
        return true;
    if (length >= sizeof(digits))
        return fail(error, "the port in the URL is not a number from 1 to 65535");
    memcpy(digits, *text, length);
    digits[length] = '\0';
    if (!option_parse_integer(digits, &port) || port < 1 || port > 65535)
        return fail(error, "the port in the URL is not a number from 1 to 65535");
    url->port = (unsigned)port;
    *text += length;
    return true;
}

/* "host:port" or "[host]:port"; moves *text behind it. */
static bool read_place(struct database_url *url, const char **text, struct error_line *error)
{
    if (**text == '[') {
        size_t length = strcspn(*text + 1, "]/?");
        if ((*text)[1 + length] != ']')
            return fail(error, "the URL has a \"[\" without \"]\"");
        replace(&url->host, copy(*text + 1, length));
        *text += length + 2;
    } else {
        size_t length = strcspn(*text, "/:?");
        replace(&url->host, copy(*text, length));
        *text += length;
    }
    if (**text == ':') {
        ++*text;
        if (!read_port(url, text, error))
            return false;
    }
    if (**text != '\0' && **text != '/' && **text != '?')
        return fail(error, "the URL has something between host and database that is neither");
    return true;
}

/* What the drivers make of the ssl parameters: any of them asks for encryption, also one that says
   what is not to be verified; with a ca the server is verified unless told otherwise; without one
   there is nothing to verify it against unless asked for. */
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
        url->ssl_verify_hostname = url->ssl_verify_certificate && truths->check_hostname != 0;
    url->ssl_verify_certificate = url->ssl && url->ssl_verify_certificate;
    url->ssl_verify_hostname = url->ssl && url->ssl_verify_hostname;
}

static bool read_url(struct database_url *url, const char *text, const char *more,
                     struct error_line *error)
{
    struct truths truths = {-1, -1, -1, -1};
    if (!read_scheme(&text, error) || !read_credentials(url, &text, error) ||
        !read_place(url, &text, error))
        return false;
    if (*text == '/') {
        size_t length = strcspn(++text, "?");
        replace(&url->name, copy(text, length));
        text += length;
    }
    if (*text == '?' && !read_parameters(url, &truths, text + 1, error))
        return false;
    if (!read_parameters(url, &truths, more, error))
        return false;
    if (url->name == NULL)
        return fail(error, "the URL does not name a database");
    judge_ssl(url, &truths);
    return true;
}

bool database_url_parse(struct database_url *url, const char *text, const char *more,
                        struct error_line *error)
{
    *url = (struct database_url){0};
    if (read_url(url, text, more, error))
        return true;
    database_url_free(url);
    return false;
}

void database_url_free(struct database_url *url)
{
    char **const texts[] = {&url->host,        &url->user,    &url->password,   &url->name,
                            &url->charset,     &url->ssl_ca,  &url->ssl_capath, &url->ssl_cert,
                            &url->unix_socket, &url->ssl_key, &url->ssl_cipher};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        replace(texts[i], NULL);
    *url = (struct database_url){0};
}
