/*
 * Where Keystone's API v3 is: URLs, and the version document that leads from one without a version
 * to one with it.
 *
 * As keystoneauth1 has it (discover.py): of the links in a version document only the path counts,
 * scheme and host are those that were asked, since behind a proxy the document is often wrong about
 * them.
 */
#ifndef BERTH_AUTH_KEYSTONE_URL_H
#define BERTH_AUTH_KEYSTONE_URL_H

#include <stdbool.h>
#include <stddef.h>

enum { KEYSTONE_URL_SIZE = 1024 };

struct keystone_url {
    char text[KEYSTONE_URL_SIZE];
};

/* Whether it is one: http or https, and a host. */
bool keystone_url_is_good(const char *text);

/* The URL without slashes at its end. Gives false when it is too long. */
bool keystone_url_set(struct keystone_url *url, const char *text);

/* Whether it ends with /v3. One that ends with /v2.0, which is long gone, is made one that does. */
bool keystone_url_has_version(struct keystone_url *url);

/* Makes it one that ends with /v3, by adding that. Gives false when it is too long. */
bool keystone_url_add_version(struct keystone_url *url);

/* Makes it the one of v3 that the version document says, which was read from it. Gives false, and
   leaves it, when it says none. */
bool keystone_url_discover(struct keystone_url *url, const char *document, size_t length);

#endif
