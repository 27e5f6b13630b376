/*
 * Translates the TLS settings into options of libmariadb.
 */
#include <config.h>

#include "db/encryption.h"

#include <errno.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The authorities that verify the server's certificate. The library verifies it whenever it has
   authorities, and no option turns that off. Without any it uses the system's, but only if it
   verifies the name as well. */
struct authorities {
    const char *file;
    const char *directory;
};

static struct authorities authorities_of(const struct database_settings *settings)
{
    struct authorities authorities = {NULL, NULL};
    if (!settings->ssl_verify_certificate)
        return authorities;
    authorities.file = settings->ssl_ca;
    authorities.directory = settings->ssl_capath;
    if (authorities.file == NULL && authorities.directory == NULL &&
        !settings->ssl_verify_hostname) {
        authorities.directory = getenv(X509_get_default_cert_dir_env());
        if (authorities.directory == NULL)
            authorities.directory = X509_get_default_cert_dir();
    }
    return authorities;
}

bool encryption_is_possible(const struct database_settings *settings,
                            char reason[ENCRYPTION_REASON_SIZE])
{
    struct authorities authorities = authorities_of(settings);
    const struct {
        const char *parameter, *path;
        int mode;
    } files[] = {
        {"ssl_ca", authorities.file, R_OK},
        {"ssl_capath", authorities.directory, X_OK},
        {"ssl_cert", settings->ssl_cert, R_OK},
        {"ssl_key", settings->ssl_key, R_OK},
    };
    for (size_t i = 0; settings->ssl && i < sizeof(files) / sizeof(files[0]); i++) {
        if (files[i].path != NULL && access(files[i].path, files[i].mode) != 0) {
            snprintf(reason, ENCRYPTION_REASON_SIZE, "%s cannot be read: %s", files[i].parameter,
                     strerror(errno));
            return false;
        }
    }
    return true;
}

/* Since 3.4 the library verifies the certificate only together with the name. Then verify the name
   too, although the settings do not ask for it: better too much than nothing. */
static bool verifies_all_or_nothing(void)
{
    return mysql_get_client_version() >= 30400;
}

void encryption_set(MYSQL *mysql, const struct database_settings *settings)
{
    struct authorities authorities = authorities_of(settings);
    my_bool encrypt = settings->ssl, verify = settings->ssl && settings->ssl_verify_hostname;
    if (settings->ssl)
        mysql_ssl_set(mysql, settings->ssl_key, settings->ssl_cert, authorities.file,
                      authorities.directory, settings->ssl_cipher);
    if (settings->ssl && settings->ssl_verify_certificate && verifies_all_or_nothing())
        verify = 1;
    /* Set both even if they are off: since 3.4 they are on by default. */
    mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &encrypt);
    mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
}

bool encryption_is_in_force(MYSQL *mysql, const struct database_settings *settings)
{
    return !settings->ssl || mysql_get_ssl_cipher(mysql) != NULL;
}
