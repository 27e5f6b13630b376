/*
 * The certificate authorities that verify servers, for libcurl.
 */
#ifndef BERTH_AUTH_AUTHORITIES_H
#define BERTH_AUTH_AUTHORITIES_H

#include <curl/curl.h>
#include <stdbool.h>

/* Returns the file or directory of authorities that the environment names, or NULL: the first that
   is set and not empty of REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE, which Python's requests honours,
   and SSL_CERT_FILE, which OpenSSL does. Stores the name of the variable. */
const char *authorities_of_environment(const char **variable);

/* Makes the handle verify with these authorities and no others: the configured file, or else those
   of the environment, or else the system's. configured may be NULL or empty. Returns false when
   there is no memory. */
bool authorities_set(CURL *curl, const char *configured);

#endif
