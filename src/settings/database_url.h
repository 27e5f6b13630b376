/*
 * The URL of the database, as SQLAlchemy reads it:
 *
 *   mysql+pymysql://user:p%40ss@host:3306/placement?charset=utf8&ssl_ca=/etc/ssl/ca.pem
 *
 * The rules are those of sqlalchemy/engine/url.py: user and password are percent-decoded ("+" stays
 * a plus), parameters after "?" are decoded as in a form ("+" becomes a blank), host and database
 * name are taken literally. An IPv6 address stands in brackets. The driver (after "mysql+" or
 * "mariadb+") makes no difference.
 *
 * These parameters have a meaning here: unix_socket, connect_timeout, read_timeout,
 * write_timeout, ssl_ca, ssl_capath, ssl_cert, ssl_key, ssl_cipher, ssl_check_hostname,
 * ssl_verify_cert, ssl_verify_identity, ssl_disabled, and user, password, host, database, which
 * override the parts of the URL before them. Parameters that only concern a Python driver are
 * accepted and ignored, charset too: connections always use utf8mb4. Any other parameter is an
 * error, as it is for the drivers.
 *
 * Two deliberate differences from PyMySQL. PyMySQL connects without TLS if the server does not
 * offer it; Berth does not connect. And PyMySQL reads ssl_verify_cert, ssl_verify_identity and
 * ssl_disabled in a URL as true whatever they say, and ignores the ca beside them; here they mean
 * what they say.
 */
#ifndef BERTH_SETTINGS_DATABASE_URL_H
#define BERTH_SETTINGS_DATABASE_URL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error_line.h"

/* Text is NULL when the URL does not have it. */
struct database_url {
    const char *host;
    unsigned port; /* 0: not given */
    const char *user;
    const char *password;
    const char *name; /* of the database */
    const char *unix_socket;
    unsigned connect_timeout; /* seconds; 0: not given */
    unsigned read_timeout;
    unsigned write_timeout;
    const char *ssl_ca;
    const char *ssl_capath;
    const char *ssl_cert;
    const char *ssl_key;
    const char *ssl_cipher;
    bool ssl;                    /* the connection must be encrypted */
    bool ssl_verify_certificate; /* by ssl_ca or, without it, by a ca that the system trusts */
    bool ssl_verify_hostname;    /* the certificate must be for host */
    struct arena memory;         /* of the text above */
};

/* Parses a URL, after adding parameters ("a=b&c=d", or NULL) to it. The caller frees url. Returns
   false and sets error when it is not valid; the error shows no part of the URL, and url is empty
   and need not be freed. */
bool database_url_parse(struct database_url *url, const char *text, const char *parameters,
                        struct error_line *error);

/* Frees the text after wiping it, since it includes the password. */
void database_url_free(struct database_url *url);

#endif
