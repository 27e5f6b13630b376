/*
 * Fuzzes the readers of Keystone's answers: the description of a token, the service's login, the
 * version document; and of texts in them: times and paths of access rules. The input is a body.
 */
#include <config.h>

#include "../set_option.h"
#include "auth/keystone/access_rules.h"
#include "auth/keystone/login.h"
#include "auth/keystone/token.h"
#include "auth/keystone/url.h"
#include "fuzz.h"
#include "settings/settings.h"

#define ASKED "https://keystone.example:5000"

static struct settings settings;

static void start(void)
{
    static const struct config_name names[] = {{"placement_database", "connection"},
                                               {"keystone_authtoken", "auth_url"},
                                               {"keystone_authtoken", "auth_type"},
                                               {"keystone_authtoken", "username"}};
    static const char *const values[] = {"mysql://u@/d", ASKED, "password", "placement"};
    struct error_line error;
    struct config *config = config_new();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        set_option(names[i].group, names[i].name, values[i]);
    require(settings_load(&settings, config, &error));
    config_free(config);
}

/* A record can be read, and is not made if there is less room. */
static void check_token(const char *answer, size_t length)
{
    static char record[TOKEN_RECORD_SIZE];
    struct keystone_token token;
    size_t made = token_record_make(answer, length, "placement", record, sizeof(record));
    if (made == 0)
        return;
    require(made <= sizeof(record));
    require(token_record_read(record, made, &arena, &token));
    require(*token.user_id != '\0');
    for (size_t i = 0; i < token.roles.count; i++)
        require(token.roles.names[i] != NULL);
    for (size_t i = 0; i < token.access_rule_count; i++)
        require(token.access_rules[i].method != NULL && token.access_rules[i].service != NULL);
    require(!token.is_restricted || token.access_rules != NULL);
    char *smaller = malloc(made - 1);
    require(smaller != NULL);
    require(token_record_make(answer, length, "placement", smaller, made - 1) == 0);
    free(smaller);
    require(!token_record_read(record, made - 1, &arena, &token));
}

/* Arbitrary bytes are refused, or are a record with all its texts. */
static void check_record(const char *bytes, size_t length)
{
    struct keystone_token token;
    if (token_record_read(bytes, length, &arena, &token))
        require(token.user_id != NULL && strlen(token.user_id) <= length);
}

/* Whatever the document says, the host stays the same. */
static void check_version(const char *document, size_t length)
{
    struct keystone_url url;
    require(keystone_url_set(&url, ASKED "/identity"));
    if (!keystone_url_discover(&url, document, length)) {
        require(strcmp(url.text, ASKED "/identity") == 0);
        return;
    }
    size_t end = strnlen(url.text, sizeof(url.text));
    require(end < sizeof(url.text) && strncmp(url.text, ASKED "/", strlen(ASKED "/")) == 0);
    require(strcmp(url.text + end - 3, "/v3") == 0);
}

static void check_login(const char *answer, size_t length)
{
    struct keystone_login login;
    if (keystone_login_read(&settings, answer, length, &login) && login.has_url)
        require(strnlen(login.url.text, sizeof(login.url.text)) < sizeof(login.url.text));
}

static void check_texts(const char *text)
{
    int64_t time;
    token_time_parse(text, &time);
    const char *path = strchr(text, '\n');
    if (path == NULL)
        return;
    const char *pattern = arena_strndup(&arena, text, (size_t)(path - text));
    bool matches = access_rules_match_path(pattern, path + 1);
    require(matches || strcmp(pattern, "**") != 0);
    if (strpbrk(pattern, "*{") == NULL)
        require(matches == (strcmp(pattern, path + 1) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (settings.placement_database_connection == NULL)
        start();
    begin_input();
    char *answer = malloc(size > 0 ? size : 1); /* without a NUL after */
    require(answer != NULL);
    if (size > 0)
        memcpy(answer, bytes, size);
    check_token(answer, size);
    check_record(answer, size);
    check_version(answer, size);
    check_login(answer, size);
    free(answer);
    char *text = text_of(bytes, size);
    check_texts(text);
    free(text);
    return 0;
}
