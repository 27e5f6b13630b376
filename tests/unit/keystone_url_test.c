/*
 * Tests finding the URL of Keystone's API v3.
 */
#include <config.h>

#include <check.h>
#include <string.h>

#include "auth/keystone/url.h"
#include "suite.h"

static const struct {
    const char *text;
    bool good;
} urls[] = {
    {"http://keystone:5000", true},
    {"https://keystone/identity/v3/", true},
    {"HTTPS://[::1]:5000/", true},
    {"http://", false},
    {"http:///v3", false},
    {"keystone:5000", false},
    {"ftp://keystone", false},
    {"http://key stone", false},
    {"http://keystone\r\nx: y", false},
    {"", false},
};

START_TEST(each_url)
{
    ck_assert_int_eq(keystone_url_is_good(urls[_i].text), urls[_i].good);
}
END_TEST

START_TEST(too_long_urls_are_refused)
{
    char text[KEYSTONE_URL_SIZE + 10] = "http://";
    struct keystone_url url;
    memset(text + 7, 'x', sizeof(text) - 8);
    ck_assert(!keystone_url_is_good(text));
    ck_assert(!keystone_url_set(&url, text));
}
END_TEST

static const struct {
    const char *text;
    const char *with_version; /* NULL: it has none */
} versions[] = {
    {"http://k/v3", "http://k/v3"},
    {"http://k/v3/", "http://k/v3"},
    {"http://k/identity/v3//", "http://k/identity/v3"},
    {"http://k/v2.0", "http://k/v3"},
    {"http://k:5000", NULL},
    {"http://k/v3/x", NULL},
    {"http://k/av3", NULL},
};

START_TEST(each_version)
{
    struct keystone_url url;
    ck_assert(keystone_url_set(&url, versions[_i].text));
    ck_assert_int_eq(keystone_url_has_version(&url), versions[_i].with_version != NULL);
    if (versions[_i].with_version != NULL)
        ck_assert_str_eq(url.text, versions[_i].with_version);
}
END_TEST

#define V3(link)                                                                                   \
    "{\"id\": \"v3.14\", \"status\": \"stable\", \"links\": [{\"rel\": \"self\", \"href\": "       \
    "\"" link "\"}]}"
#define V2                                                                                         \
    "{\"id\": \"v2.0\", \"status\": \"stable\", \"links\": [{\"rel\": \"self\", \"href\": "        \
    "\"http://k/v2.0\"}]}"

static const struct {
    const char *asked;
    const char *document;
    const char *found; /* NULL: nothing */
} documents[] = {
    {"http://k:5000", "{\"versions\": {\"values\": [" V3("http://k:5000/v3/") "]}}",
     "http://k:5000/v3"},
    {"http://k:5000", "{\"versions\": {\"values\": [" V2 ", " V3("http://k:5000/id/v3/") "]}}",
     "http://k:5000/id/v3"},
    {"http://k", "{\"versions\": [" V3("http://k/v3") "]}", "http://k/v3"},
    {"http://k", "{\"version\": " V3("http://k/v3") "}", "http://k/v3"},
    /* behind a proxy the document does not know its host, and not its path either */
    {"https://proxy/identity", "{\"versions\": [" V3("http://k:5000/v3/") "]}",
     "https://proxy/identity/v3"},
    {"https://proxy/identity/v3", "{\"versions\": [" V3("http://k:5000/v3/") "]}",
     "https://proxy/identity/v3"},
    {"http://k/identity", "{\"versions\": [" V3("v3/") "]}", "http://k/identity/v3"},
    {"http://k/identity", "{\"versions\": [" V3("/v3?x=y") "]}", "http://k/v3"},
    {"HTTP://K/identity", "{\"versions\": [" V3("http://k/v3#x") "]}", "http://K/v3"},
    {"http://k:1", "{\"versions\": [" V3("http://k:2/x/v3") "]}", "http://k:1/v3"},
    {"http://u:p@[::1]:1/id", "{\"versions\": [" V3("//k/v3") "]}", "http://u:p@[::1]:1/id/v3"},
    {"http://k", "{\"versions\": [" V3("http://k/a b") "]}", NULL},
    {"http://k", "{\"versions\": [" V3("http://k/") "]}", "http://k/v3"},
    {"http://k", "{\"versions\": [" V2 "]}", NULL},
    {"http://k",
     "{\"versions\": [{\"id\": \"v3.0\", \"status\": \"experimental\", \"links\": [{\"rel\": "
     "\"self\", "
     "\"href\": \"http://k/v3\"}]}]}",
     NULL},
    {"http://k", "{\"versions\": [{\"id\": \"v3.0\", \"status\": \"stable\"}]}", NULL},
    {"http://k", "{\"versions\": [{\"id\": \"v31\", \"status\": \"stable\"}, 7, null]}", NULL},
    {"http://k", "{\"versions\": 7}", NULL},
    {"http://k", "<html>", NULL},
    {"http://k", "", NULL},
};

START_TEST(each_document)
{
    struct keystone_url url;
    const char *document = documents[_i].document, *found = documents[_i].found;
    ck_assert(keystone_url_set(&url, documents[_i].asked));
    ck_assert_int_eq(keystone_url_discover(&url, document, strlen(document)), found != NULL);
    ck_assert_str_eq(url.text, found != NULL ? found : documents[_i].asked);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("keystone url");
    tcase_add_loop_test(test, each_url, 0, sizeof(urls) / sizeof(urls[0]));
    tcase_add_test(test, too_long_urls_are_refused);
    tcase_add_loop_test(test, each_version, 0, sizeof(versions) / sizeof(versions[0]));
    tcase_add_loop_test(test, each_document, 0, sizeof(documents) / sizeof(documents[0]));
    return suite_run("keystone url", test);
}
