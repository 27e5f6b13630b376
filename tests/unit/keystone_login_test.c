/*
 * Tests the body of the service's login at Keystone, and reading the answer.
 */
#include <config.h>

#include <check.h>
#include <string.h>

#include "auth/keystone/login.h"
#include "keystone_fixture.h"
#include "suite.h"

#define AT       "auth_url = http://k:5000\n"
#define TYPE     "auth_type = password\npassword = SECRETWORD\n"
#define PASSWORD AT TYPE
#define USER     "username = ann\nuser_domain_name = D\n"
#define APPLICATION                                                                                \
    AT "auth_type = v3applicationcredential\napplication_credential_secret = SECRETWORD\n"

static const struct {
    const char *text;
    const char *body;
} logins[] = {
    {PASSWORD USER "project_name = service\nproject_domain_id = default\n",
     "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\"ann\","
     "\"domain\":{\"name\":\"D\"},\"password\":\"SECRETWORD\"}}},"
     "\"scope\":{\"project\":{\"name\":\"service\",\"domain\":{\"id\":\"default\"}}}}}"},
    {PASSWORD "user_id = u1\nproject_id = p1\n",
     "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"id\":\"u1\","
     "\"password\":\"SECRETWORD\"}}},\"scope\":{\"project\":{\"id\":\"p1\"}}}}"},
    {PASSWORD "user_name = ann\ntenant_name = service\ndefault_domain_id = default\n",
     "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\"ann\","
     "\"domain\":{\"id\":\"default\"},\"password\":\"SECRETWORD\"}}},"
     "\"scope\":{\"project\":{\"name\":\"service\",\"domain\":{\"id\":\"default\"}}}}}"},
    {PASSWORD "user-name = ann\ntenant-name = service\ndefault_domain_id = default\n",
     "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\"ann\","
     "\"domain\":{\"id\":\"default\"},\"password\":\"SECRETWORD\"}}},"
     "\"scope\":{\"project\":{\"name\":\"service\",\"domain\":{\"id\":\"default\"}}}}}"},
    {PASSWORD USER "domain_name = D\n",
     "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\"ann\","
     "\"domain\":{\"name\":\"D\"},\"password\":\"SECRETWORD\"}}},"
     "\"scope\":{\"domain\":{\"name\":\"D\"}}}}"},
    {PASSWORD USER "system_scope = all\n",
     "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\"ann\","
     "\"domain\":{\"name\":\"D\"},\"password\":\"SECRETWORD\"}}},\"scope\":{\"system\":{\"all\":"
     "true}}}}"},
    {PASSWORD USER "trust_id = t\n",
     "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\"ann\","
     "\"domain\":{\"name\":\"D\"},\"password\":\"SECRETWORD\"}}},\"scope\":{\"OS-TRUST:trust\":{"
     "\"id\":\"t\"}}}}"},
    {PASSWORD USER,
     "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\"ann\","
     "\"domain\":{\"name\":\"D\"},\"password\":\"SECRETWORD\"}}}}}"},
    {APPLICATION "application_credential_id = a1\nproject_name = not sent\n",
     "{\"auth\":{\"identity\":{\"methods\":[\"application_credential\"],\"application_credential\":"
     "{\"id\":\"a1\",\"secret\":\"SECRETWORD\"}}}}"},
    {APPLICATION "application_credential_name = a\n" USER,
     "{\"auth\":{\"identity\":{\"methods\":[\"application_credential\"],\"application_credential\":"
     "{\"name\":\"a\",\"secret\":\"SECRETWORD\",\"user\":{\"name\":\"ann\",\"domain\":{\"name\":"
     "\"D\"}}}}}}"},
    {"auth_section = other\nauth_type = nonsense\nusername = not this one\n[other]\n" PASSWORD USER
     "tenant_id = p1\n",
     "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\"ann\","
     "\"domain\":{\"name\":\"D\"},\"password\":\"SECRETWORD\"}}},\"scope\":{\"project\":{\"id\":"
     "\"p1\"}}}}"},
};

START_TEST(each_login)
{
    configure(logins[_i].text);
    ck_assert_msg(keystone_login_check(&settings, config, &error), "%s", error.text);
    char *body = keystone_login_body(&settings);
    ck_assert_str_eq(body, logins[_i].body);
    keystone_login_body_free(body);
    forget_settings();
}
END_TEST

static const struct {
    const char *text;
    const char *error; /* a part of it */
} mistakes[] = {
    {"", ": [keystone_authtoken] auth_url: must be set"},
    {"auth_url =\n", ":4: [keystone_authtoken] auth_url: must be set"},
    {"auth_url = k:5000\n", ":4: [keystone_authtoken] auth_url: is not a URL"},
    {AT, "[keystone_authtoken] auth_type: must be set"},
    {AT "auth_type = v2password\n",
     ":5: [keystone_authtoken] auth_type: Keystone no longer has this version: use password"},
    {AT "auth_type = none\n",
     ":5: [keystone_authtoken] auth_type: there is no Keystone to ask then: "
     "set [api] auth_strategy = noauth2"},
    {AT "auth_type = v3token\n", "a token expires: use password or v3applicationcredential"},
    {AT "auth_type = v3totp\n", "use v3applicationcredential"},
    {AT "auth_type = v3oidcpassword\n",
     "make an application credential for the user, and use v3applicationcredential; or give the "
     "service a user with a password, and use password"},
    {AT "auth_type = v3oauth2mtlsclientcredential\n", "and use v3applicationcredential"},
    {AT "auth_type = v3magic\n",
     "auth_type: must be one of: password, v3password, v3applicationcredential"},
    {AT "auth_plugin = magic\n", ":5: [keystone_authtoken] auth_type: must be one of"},
    {PASSWORD, "[keystone_authtoken] username: must be set, or user_id"},
    {PASSWORD "username = ann\n", ":7: [keystone_authtoken] username: a name needs a domain"},
    {AT "auth_type = v3password\npassword = SECRETWORD\nusername = ann\ndefault_domain_id = d\n",
     ":7: [keystone_authtoken] username: a name needs a domain"},
    {PASSWORD USER "project_name = p\n",
     ":9: [keystone_authtoken] project_name: a name needs a domain"},
    {PASSWORD USER "project_id = p\ndomain_id = d\n", "not for several"},
    {PASSWORD USER "trust_id = p\ndomain_id = d\n", "trust_id: a token is for a project, a domain"},
    {AT "auth_type = password\n" USER, "[keystone_authtoken] password: must be set"},
    {AT "auth_type = v3applicationcredential\n", "application_credential_secret: must be set"},
    {APPLICATION, "application_credential_id: must be set"},
    {APPLICATION "application_credential_name = a\n", "username: must be set"},
    {PASSWORD USER "cafile = /nowhere/ca.pem\n",
     ":9: [keystone_authtoken] cafile: No such file or directory"},
    {"auth_section = other\nauth_type = password\n[other]\n" AT USER,
     "[other] auth_type: must be set"},
    {"auth_section = other\n[other]\n" AT "auth_plugin = password\npassword = SECRETWORD\n"
     "username = ann\n",
     ":9: [other] username: a name needs a domain"},
};

START_TEST(authorities_of_the_environment_must_be_there)
{
    static const char good[] = PASSWORD USER, https[] = "auth_url = https://k\n" TYPE USER;
    setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem", 1);
    configure(good);
    ck_assert_msg(keystone_login_check(&settings, config, &error), "for http none is needed");
    configure(https);
    ck_assert(!keystone_login_check(&settings, config, &error));
    ck_assert_str_eq(error.text,
                     "environment: REQUESTS_CA_BUNDLE: /nowhere/ca.pem: No such file or directory");
    configure("auth_url = https://k\ninsecure = true\n" TYPE USER);
    ck_assert(keystone_login_check(&settings, config, &error));
    configure("auth_url = https://k\ncafile = /dev/null\n" TYPE USER);
    ck_assert(keystone_login_check(&settings, config, &error));
    setenv("REQUESTS_CA_BUNDLE", "", 1);
    setenv("SSL_CERT_FILE", "/dev/null", 1);
    configure(https);
    ck_assert(keystone_login_check(&settings, config, &error));
}
END_TEST

START_TEST(each_mistake)
{
    configure(mistakes[_i].text);
    ck_assert(!keystone_login_check(&settings, config, &error));
    ck_assert_msg(strstr(error.text, mistakes[_i].error) != NULL, "%s", error.text);
    ck_assert_msg(strncmp(error.text, "keystone_test.", 14) == 0, "the file is not named: %s",
                  error.text);
    ck_assert_ptr_null(strchr(error.text, '\n'));
    ck_assert_ptr_null(strstr(error.text, "SECRETWORD"));
    ck_assert_ptr_null(strstr(error.text, "magic"));
    forget_settings();
}
END_TEST

/* Laid out by hand: clang-format would indent each text behind the one before. */
/* clang-format off */
#define ENDPOINT(which, region, url)                                                       \
    "{\"interface\": \"" which "\", \"region\": \"" region "\", \"region_id\": \"" region  \
    "\", \"url\": \"" url "\"}"
#define ANSWER                                                                             \
    "{\"token\": {\"expires_at\": \"2026-11-24T16:12:09.000000Z\", \"catalog\": ["         \
    "{\"type\": \"compute\", \"endpoints\": ["                                             \
    ENDPOINT("internal", "one", "http://nova") "]}, "                                      \
    "{\"type\": \"identity\", \"endpoints\": ["                                            \
    ENDPOINT("public", "one", "http://public-one/v3") ", "                                 \
    ENDPOINT("internal", "one", "http://one/v3/") ", "                                     \
    ENDPOINT("internal", "two", "http://two") "]}]}}"
/* clang-format on */

static const struct {
    const char *text;
    const char *url; /* NULL: none */
} places[] = {
    {"", "http://one/v3"},
    {"interface = internalURL\n", "http://one/v3"},
    {"interface = public\n", "http://public-one/v3"},
    {"region_name = two\n", "http://two"},
    {"region_name = three\n", NULL},
    {"interface = admin\n", NULL},
};

START_TEST(each_place_in_the_catalog)
{
    struct keystone_login login;
    configure(places[_i].text);
    ck_assert(keystone_login_read(&settings, ANSWER, strlen(ANSWER), &login));
    ck_assert_int_eq(login.expires_at, 1795536729000000);
    ck_assert_int_eq(login.has_url, places[_i].url != NULL);
    if (places[_i].url != NULL)
        ck_assert_str_eq(login.url.text, places[_i].url);
    forget_settings();
}
END_TEST

START_TEST(other_answers_are_refused)
{
    static const char *const answers[] = {
        "", "{}", "{\"token\": {}}", "{\"token\":", "null", "{\"token\": {\"expires_at\": 7}}"};
    struct keystone_login login;
    configure("");
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        ck_assert(!keystone_login_read(&settings, answers[i], strlen(answers[i]), &login));
    const char *bare = "{\"token\": {\"expires_at\": \"2026-11-24T16:12:09Z\"}}";
    ck_assert(keystone_login_read(&settings, bare, strlen(bare), &login));
    ck_assert(!login.has_url);
    forget_settings();
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("keystone login");
    tcase_add_loop_test(test, each_login, 0, sizeof(logins) / sizeof(logins[0]));
    tcase_add_test(test, authorities_of_the_environment_must_be_there);
    tcase_add_loop_test(test, each_mistake, 0, sizeof(mistakes) / sizeof(mistakes[0]));
    tcase_add_loop_test(test, each_place_in_the_catalog, 0, sizeof(places) / sizeof(places[0]));
    tcase_add_test(test, other_answers_are_refused);
    return suite_run("keystone login", test);
}
