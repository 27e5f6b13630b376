/*
 * Finds Keystone's API v3: by its URL, or by the version document at a URL without a version.
 *
 * As in keystoneauth1 (discover.py), only the path of a link in a version document counts; scheme
 * and host stay those of the request, since behind a proxy the document is often wrong about them.
 */
#ifndef BERTH_AUTH_KEYSTONE_URL_H
#define BERTH_AUTH_KEYSTONE_URL_H

#include <stdbool.h>
#include <stddef.h>

enum { KEYSTONE_URL_SIZE = 1024 };

struct keystone_url {
    char text[KEYSTONE_URL_SIZE];
};

/* Whether text is a URL: http or https, a host, visible ASCII only, and room for "/v3". */
bool keystone_url_is_good(const char *text);

/* Sets the URL to text without the slashes at its end. Returns false when it is too long. */
bool keystone_url_set(struct keystone_url *url, const char *text);

/* Whether the URL ends with /v3. Replaces the obsolete /v2.0 at the end by /v3. */
bool keystone_url_has_version(struct keystone_url *url);

/* Adds /v3. Returns false when the URL becomes too long. */
bool keystone_url_add_version(struct keystone_url *url);

/* Changes the URL to that of v3, by the version document (length bytes) that was read from it.
   Returns false and leaves the URL alone when the document has no v3. */
bool keystone_url_discover(struct keystone_url *url, const char *document, size_t length);

#endif
