/*
 * The URL of the database, as SQLAlchemy reads it:
 *
 *   mysql+pymysql://user:p%40ss@host:3306/placement?charset=utf8&ssl_ca=/etc/ssl/ca.pem
 *
 * The rules are sqlalchemy/engine/url.py's: user and password are percent-decoded ("+" is a plus),
 * parameters after "?" as in a form ("+" is a blank), host and database name as they are. An IPv6
 * address stands in brackets. The driver (what follows "mysql+" or "mariadb+") makes no difference.
 *
 * Parameters with a meaning here: charset, unix_socket, connect_timeout, read_timeout,
 * write_timeout, ssl_ca, ssl_capath, ssl_cert, ssl_key, ssl_cipher, ssl_check_hostname,
 * ssl_verify_cert, ssl_verify_identity, ssl_disabled, and user, password, host, database, which
 * outrank what stands before them. Those that only speak to a Python driver are accepted and have
 * no effect. Any other is refused, as the drivers do.
 *
 * PyMySQL goes on without TLS if the server does not offer it, and reads ssl_verify_cert,
 * ssl_verify_identity and ssl_disabled in a URL as true whatever they say, without the ca beside
 * them. Here they mean what they say, and what is to be encrypted is encrypted or not sent.
 */
#ifndef BERTH_SETTINGS_DATABASE_URL_H
#define BERTH_SETTINGS_DATABASE_URL_H

#include <stdbool.h>

#include "settings/config.h"

/* Text is owned, and NULL when the URL does not have it. */
struct database_url {
    char *host;
    unsigned port; /* 0: not given */
    char *user;
    char *password;
    char *name; /* of the database */
    char *charset;
    char *unix_socket;
    unsigned connect_timeout; /* seconds; 0: not given */
    unsigned read_timeout;
    unsigned write_timeout;
    char *ssl_ca;
    char *ssl_capath;
    char *ssl_cert;
    char *ssl_key;
    char *ssl_cipher;
    bool ssl; /* the connection must be encrypted */
    /* and the server's certificate be of that ca or, without one, of those that the system trusts
     */
    bool ssl_verify_certificate;
    bool ssl_verify_hostname; /* and be made out to host */
};

/* Takes a URL apart, after adding parameters ("a=b&c=d", or NULL) to it. Gives false and an error
   that says what is wrong without showing any of it; the struct is then empty. */
bool database_url_parse(struct database_url *url, const char *text, const char *parameters,
                        struct error_line *error);

/* Frees the text, after wiping the password. */
void database_url_free(struct database_url *url);

#endif
