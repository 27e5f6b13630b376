/*
 * The URL of the database; a second line of the input is connection_parameters.
 */
#include <config.h>

#include "settings/database_url.h"

#include "base/percent.h"
#include "fuzz.h"

static bool same(const char *left, const char *right)
{
    return left == NULL || right == NULL ? left == right : strcmp(left, right) == 0;
}

static const char *member(const char *before, const char *text)
{
    return text != NULL ? arena_printf(&arena, "%s%s", before, percent_encode(&arena, text, ""))
                        : "";
}

/* Writes the same as parameters alone, and parses that. */
static void check_again(const struct database_url *url)
{
    struct database_url again;
    struct error_line error;
    const char *text =
        arena_printf(&arena, "mysql+pymysql://?%s%s%s%s%s%s%s%s%s%s",
                     member("database=", url->name), member("&host=", url->host),
                     member("&user=", url->user), member("&password=", url->password),
                     member("&unix_socket=", url->unix_socket), member("&ssl_ca=", url->ssl_ca),
                     member("&ssl_capath=", url->ssl_capath), member("&ssl_cert=", url->ssl_cert),
                     member("&ssl_key=", url->ssl_key), member("&ssl_cipher=", url->ssl_cipher));
    require(database_url_parse(&again, text, NULL, &error));
    require(same(url->name, again.name) && same(url->host, again.host) &&
            same(url->user, again.user) && same(url->password, again.password) &&
            same(url->unix_socket, again.unix_socket) && same(url->ssl_ca, again.ssl_ca) &&
            same(url->ssl_capath, again.ssl_capath) && same(url->ssl_cert, again.ssl_cert) &&
            same(url->ssl_key, again.ssl_key) && same(url->ssl_cipher, again.ssl_cipher));
    database_url_free(&again);
}

enum { YEAR = 31536000 }; /* seconds: PyMySQL's limit */

static void check_limits(const struct database_url *url)
{
    require(url->name != NULL && *url->name != '\0');
    require(url->port <= 65535);
    require(url->connect_timeout <= YEAR && url->read_timeout <= YEAR &&
            url->write_timeout <= YEAR);
    require(url->ssl || (!url->ssl_verify_certificate && !url->ssl_verify_hostname));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct database_url url;
    struct error_line error = {""};
    begin_input();
    char *text = text_of(bytes, size);
    char *parameters = strchr(text, '\n');
    if (parameters != NULL)
        *parameters++ = '\0';
    if (database_url_parse(&url, text, parameters, &error)) {
        check_limits(&url);
        check_again(&url);
        database_url_free(&url);
    } else {
        require(*error.text != '\0' && is_line(error.text));
        require(url.password == NULL && url.name == NULL);
    }
    free(text);
    return 0;
}
