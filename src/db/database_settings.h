/*
 * How to reach the database, and how long to wait for it: the argument of database_new().
 *
 * To make a database from the configuration, see db/database_from_settings.h.
 */
#ifndef BERTH_DB_DATABASE_SETTINGS_H
#define BERTH_DB_DATABASE_SETTINGS_H

#include <stdbool.h>

struct database_settings {
    const char *host;         /* NULL or "": localhost */
    unsigned port;            /* 0: 3306 */
    const char *unix_socket;  /* NULL: TCP to host and port */
    const char *bind_address; /* to connect from; NULL: the system chooses */
    const char *user;
    const char *password;
    const char *name;
    bool ssl; /* TLS is required; if false, the other ssl members have no effect */
    const char *ssl_ca;
    const char *ssl_capath;
    const char *ssl_cert;
    const char *ssl_key;
    const char *ssl_cipher;
    bool ssl_verify_certificate;  /* against ssl_ca and ssl_capath, or the system's authorities */
    bool ssl_verify_hostname;     /* and the certificate */
    const char *sql_mode;         /* NULL or "": the server's default */
    const char *init_command;     /* a statement for each new session; NULL: none */
    int wsrep_sync_wait;          /* negative: at least 1 on a Galera node */
    unsigned connect_timeout;     /* seconds */
    unsigned read_timeout;        /* seconds, for each answer of the server */
    unsigned write_timeout;       /* seconds, to send something to the server */
    unsigned lock_wait_timeout;   /* seconds that a statement waits for a row lock */
    unsigned statement_timeout;   /* seconds that a statement may take in all; 0: no limit */
    long recycle_seconds;         /* age at which a connection is replaced; negative: never */
    unsigned transaction_retries; /* how often to run a transaction again after a conflict */
};

#endif
