/*
 * Checks and changes URLs of Keystone, and reads its version document.
 */
#include <config.h>

#include "auth/keystone/url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "auth/keystone/json.h"

/* Returns the length of scheme and host, 0 if text is not a URL. */
static size_t origin_length(const char *text)
{
    size_t scheme = strncasecmp(text, "https://", 8) == 0  ? 8
                    : strncasecmp(text, "http://", 7) == 0 ? 7
                                                           : 0;
    size_t host = scheme > 0 ? strcspn(text + scheme, "/?#") : 0;
    return host > 0 ? scheme + host : 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

bool keystone_url_is_good(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
            return false;
    return origin_length(text) > 0 && strlen(text) < KEYSTONE_URL_SIZE - sizeof("/v3");
}

bool keystone_url_set(struct keystone_url *url, const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '/')
        length--;
    if (length >= sizeof(url->text))
        return false;
    memcpy(url->text, text, length);
    url->text[length] = '\0';
    return true;
}

bool keystone_url_add_version(struct keystone_url *url)
{
    size_t length = strlen(url->text);
    if (length + sizeof("/v3") > sizeof(url->text))
        return false;
    memcpy(url->text + length, "/v3", sizeof("/v3"));
    return true;
}

bool keystone_url_has_version(struct keystone_url *url)
{
    static const char old[] = "/v2.0";
    if (ends_with(url->text, "/v3"))
        return true;
    if (!ends_with(url->text, old))
        return false;
    url->text[strlen(url->text) - strlen(old)] = '\0';
    return keystone_url_add_version(url);
}

/* Resolves a link of the document that was read from url. Returns false when it is too long. */
static bool combine(const struct keystone_url *url, const char *link, struct keystone_url *result)
{
    struct keystone_url path;
    size_t asked = origin_length(url->text), linked = origin_length(link);
    bool same = linked == 0 || (asked == linked && strncasecmp(url->text, link, asked) == 0);
    char text[KEYSTONE_URL_SIZE];
    int length =
        snprintf(text, sizeof(text), "%.*s", (int)strcspn(link + linked, "?#"), link + linked);
    if (length < 0 || (size_t)length >= sizeof(text) || !keystone_url_set(&path, text))
        return false;
    const char *version = strrchr(path.text, '/');
    version = version != NULL ? version + 1 : path.text;
    const char *base = url->text + asked;
    if (linked == 0 && *link != '/')
        length = snprintf(result->text, sizeof(result->text), "%s/%s", url->text, path.text);
    else if (same)
        length = snprintf(result->text, sizeof(result->text), "%.*s%s", (int)asked, url->text,
                          path.text);
    else if (ends_with(base, version))
        length = snprintf(result->text, sizeof(result->text), "%s", url->text);
    else
        length = snprintf(result->text, sizeof(result->text), "%s/%s", url->text, version);
    return length > 0 && (size_t)length < sizeof(result->text);
}

/* Returns the "self" link of a version if it is a usable v3, or NULL. */
static const char *v3_link(const json_t *version)
{
    static const char *const usable[] = {"stable", "current", "supported", "deprecated"};
    const char *id = json_string_value(json_object_get(version, "id"));
    const char *status = json_string_value(json_object_get(version, "status"));
    bool good = false;
    for (size_t i = 0; status != NULL && i < sizeof(usable) / sizeof(usable[0]); i++)
        good |= strcasecmp(status, usable[i]) == 0;
    if (!good || id == NULL || strncmp(id, "v3", 2) != 0 || (id[2] != '\0' && id[2] != '.'))
        return NULL;
    size_t i;
    const json_t *link;
    json_array_foreach(json_object_get(version, "links"), i, link)
    {
        const char *relation = json_string_value(json_object_get(link, "rel"));
        const char *target = json_string_value(json_object_get(link, "href"));
        if (relation != NULL && strcasecmp(relation, "self") == 0 && target != NULL)
            return target;
    }
    return NULL;
}

/* Does the same for a document, which has one version, or a list of versions, which may be in
   "values". */
static const char *document_link(const json_t *document)
{
    const json_t *versions = json_object_get(document, "versions"), *version;
    const char *link = v3_link(json_object_get(document, "version"));
    size_t i;
    if (json_is_object(versions))
        versions = json_object_get(versions, "values");
    json_array_foreach(versions, i, version)
    {
        if (link == NULL)
            link = v3_link(version);
    }
    return link;
}

bool keystone_url_discover(struct keystone_url *url, const char *document, size_t length)
{
    struct keystone_json json;
    struct keystone_url found;
    const char *link =
        keystone_json_parse(&json, document, length) ? document_link(json.root) : NULL;
    bool good = link != NULL && combine(url, link, &found) &&
                (ends_with(found.text, "/v3") || keystone_url_add_version(&found));
    keystone_json_free(&json);
    if (good)
        *url = found;
    return good;
}
