/*
 * Checks and changes URLs of Keystone, and reads its version document.
 */
#include <config.h>

#include "auth/keystone/url.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "auth/keystone/json.h"
#include "base/text.h"

/* Parses a URL of http or https. Returns NULL for any other text, and when there is no memory. The
   caller frees it with curl_url_cleanup(). */
static CURLU *parse(const char *text)
{
    CURLU *url = curl_url();
    char *scheme = NULL;
    bool good = url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    curl_free(scheme);
    if (good)
        return url;
    curl_url_cleanup(url);
    return NULL;
}

/* libcurl takes more than a configuration should hold: bytes beyond ASCII in the path, and a third
   slash before the host ("http:///v3" is host v3). */
bool keystone_url_is_good(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
            return false;
    CURLU *url = parse(text);
    bool good = url != NULL && strstr(text, ":///") == NULL &&
                strlen(text) < KEYSTONE_URL_SIZE - sizeof("/v3");
    curl_url_cleanup(url);
    return good;
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
    if (text_ends_with(url->text, "/v3"))
        return true;
    if (!text_ends_with(url->text, old))
        return false;
    url->text[strlen(url->text) - strlen(old)] = '\0';
    return keystone_url_add_version(url);
}

/* Returns a part of a URL, to be freed with curl_free(). NULL: the URL has no such part. */
static char *part_of(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    return curl_url_get(url, part, &text, 0) == CURLUE_OK ? text : NULL;
}

static bool part_equal(CURLU *one, CURLU *other, CURLUPart part)
{
    char *text = part_of(one, part), *other_text = part_of(other, part);
    bool equal = strcasecmp(text_or(text, ""), text_or(other_text, "")) == 0;
    curl_free(text);
    curl_free(other_text);
    return equal;
}

/* Returns the target of a link in the document that was read from url, which counts as a folder for
   relative links. NULL: it is not a URL. */
static CURLU *resolve(const struct keystone_url *url, const char *link)
{
    char folder[KEYSTONE_URL_SIZE + 1];
    snprintf(folder, sizeof(folder), "%s/", url->text);
    CURLU *target = parse(folder);
    if (target != NULL && curl_url_set(target, CURLUPART_URL, link, 0) == CURLUE_OK)
        return target;
    curl_url_cleanup(target);
    return NULL;
}

/* Sets path to the one of v3: that of the link if it stays at the same origin, otherwise the last
   segment of that below the path that was asked. Returns false when it is too long. */
static bool choose_path(CURLU *asked, CURLU *link, struct keystone_url *path)
{
    char *asked_path = part_of(asked, CURLUPART_PATH), *link_path = part_of(link, CURLUPART_PATH);
    struct keystone_url base, target;
    bool good = keystone_url_set(&base, text_or(asked_path, "")) &&
                keystone_url_set(&target, text_or(link_path, ""));
    curl_free(asked_path);
    curl_free(link_path);
    if (!good)
        return false;
    const char *slash = strrchr(target.text, '/');
    const char *version = slash != NULL ? slash + 1 : target.text;
    int length;
    if (part_equal(asked, link, CURLUPART_SCHEME) && part_equal(asked, link, CURLUPART_HOST) &&
        part_equal(asked, link, CURLUPART_PORT))
        length = snprintf(path->text, sizeof(path->text), "%s", target.text);
    else if (text_ends_with(base.text, version))
        length = snprintf(path->text, sizeof(path->text), "%s", base.text);
    else
        length = snprintf(path->text, sizeof(path->text), "%s/%s", base.text, version);
    return length >= 0 && (size_t)length < sizeof(path->text);
}

/* Resolves a link of the document that was read from url. Returns false when it is no URL or too
   long. */
static bool combine(const struct keystone_url *url, const char *link, struct keystone_url *result)
{
    struct keystone_url path;
    CURLU *asked = parse(url->text), *target = resolve(url, link);
    bool good = asked != NULL && target != NULL && choose_path(asked, target, &path) &&
                curl_url_set(asked, CURLUPART_PATH, path.text, 0) == CURLUE_OK;
    char *text = good ? part_of(asked, CURLUPART_URL) : NULL;
    good = text != NULL && keystone_url_set(result, text);
    curl_free(text);
    curl_url_cleanup(asked);
    curl_url_cleanup(target);
    return good;
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
                (text_ends_with(found.text, "/v3") || keystone_url_add_version(&found));
    keystone_json_free(&json);
    if (good)
        *url = found;
    return good;
}
