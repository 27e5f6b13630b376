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
 * These parameters have a meaning here: unix_socket, bind_address, connect_timeout, read_timeout,
 * write_timeout, init_command, sql_mode, ssl, ssl_ca, ssl_capath, ssl_cert, ssl_key, ssl_cipher,
 * ssl_check_hostname, ssl_verify_cert, ssl_verify_identity, ssl_disabled, ssl_mode;
 * read_default_file and read_default_group; and user, password, host, port, database, which
 * override the parts of the URL before them. Parameters that make no difference here are accepted,
 * charset too: connections always use utf8mb4. All others are passed over, and their names kept for
 * the log; but one that begins with "ssl" or "tls" asks for encryption.
 *
 * What the URL does not say is taken from the group read_default_group ("client") of the option
 * file read_default_file ("/etc/my.cnf" if only the group is given), as PyMySQL does: user,
 * password, host, port, database, socket, bind-address, ssl-ca, ssl-capath, ssl-cert, ssl-key,
 * ssl-cipher; and ssl and ssl-verify-server-cert, which PyMySQL does not know, where they ask for
 * encryption. A file that does not exist is passed over, with its path kept for the log.
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
    const char *bind_address;
    const char *init_command;
    const char *sql_mode;
    bool ssl;                    /* the connection must be encrypted */
    bool ssl_verify_certificate; /* by ssl_ca or, without it, by a ca that the system trusts */
    bool ssl_verify_hostname;    /* the certificate must be for host */
    const char *option_file;     /* read_default_file; NULL: none */
    const char *option_group;    /* read_default_group; NULL: "client" */
    bool option_file_missing;    /* it does not exist */
    const char *passed_over;     /* names of parameters without effect: "a, b"; NULL: none */
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
