/*
 * Turns JSON into a record of a token, and a record into a struct.
 *
 * A record is struct head, then texts, each with a NUL: those that the head says are there, the
 * names of roles, and three texts an access rule.
 */
#include <config.h>

#include "auth/keystone/token.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "auth/keystone/json.h"

enum text { USER_ID, USER_DOMAIN_ID, PROJECT_ID, PROJECT_DOMAIN_ID, DOMAIN_ID, TEXTS };

struct head {
    int64_t expires_at;
    uint32_t text_is_there; /* a bit for each */
    uint32_t role_count;
    uint32_t access_rule_count;
    /* true or false; bytes of any value can be read as these */
    uint8_t is_system;
    uint8_t is_admin_project;
    uint8_t is_bound;
    uint8_t is_restricted;
    uint8_t has_service;
};

/* A record that is being written. */
struct writing {
    char *bytes;
    size_t size;
    size_t length;
    bool failed;
};

static void write_text(struct writing *writing, const char *text)
{
    size_t length = text != NULL ? strlen(text) + 1 : 0;
    if (length == 0 || writing->failed || writing->size - writing->length < length) {
        writing->failed = true;
        return;
    }
    memcpy(writing->bytes + writing->length, text, length);
    writing->length += length;
}

static const json_t *member(const json_t *object, const char *name)
{
    return json_object_get(object, name);
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(member(object, name));
}

static void write_texts(struct writing *writing, struct head *head, const json_t *token)
{
    const json_t *user = member(token, "user"), *project = member(token, "project");
    const char *const texts[TEXTS] = {
        [USER_ID] = text_of(user, "id"),
        [USER_DOMAIN_ID] = text_of(member(user, "domain"), "id"),
        [PROJECT_ID] = text_of(project, "id"),
        [PROJECT_DOMAIN_ID] = text_of(member(project, "domain"), "id"),
        [DOMAIN_ID] = text_of(member(token, "domain"), "id"),
    };
    for (unsigned i = 0; i < TEXTS; i++) {
        if (texts[i] == NULL)
            continue;
        head->text_is_there |= 1U << i;
        write_text(writing, texts[i]);
    }
    /* without a user and a domain it is not the description of a token */
    if (texts[USER_ID] == NULL || *texts[USER_ID] == '\0' ||
        (texts[USER_DOMAIN_ID] == NULL && member(user, "OS-FEDERATION") == NULL))
        writing->failed = true;
}

static void write_roles(struct writing *writing, struct head *head, const json_t *token)
{
    size_t i;
    const json_t *role;
    json_array_foreach(member(token, "roles"), i, role)
    {
        write_text(writing, text_of(role, "name"));
        head->role_count++;
    }
}

/* If the rules are null, the credential is not restricted. */
static void write_access_rules(struct writing *writing, struct head *head, const json_t *token)
{
    const json_t *rules = member(member(token, "application_credential"), "access_rules"), *rule;
    size_t i;
    head->is_restricted = rules != NULL && !json_is_null(rules);
    json_array_foreach(rules, i, rule)
    {
        write_text(writing, text_of(rule, "method"));
        write_text(writing, text_of(rule, "path"));
        write_text(writing, text_of(rule, "service"));
        head->access_rule_count++;
    }
}

static bool catalog_has(const json_t *catalog, const char *service_type)
{
    size_t i;
    const json_t *service;
    json_array_foreach(catalog, i, service)
    {
        const char *type = text_of(service, "type");
        if (type != NULL && service_type != NULL && strcmp(type, service_type) == 0)
            return true;
    }
    return false;
}

/* Whether Python takes the value for true. */
static bool is_true(const json_t *value)
{
    return json_is_true(value) || json_object_size(value) > 0 || json_array_size(value) > 0 ||
           json_string_length(value) > 0 || json_number_value(value) != 0;
}

static size_t write_record(const json_t *token, const char *service_type, void *record, size_t size)
{
    struct head head = {
        .is_system = is_true(member(member(token, "system"), "all")),
        .is_admin_project =
            member(token, "is_admin_project") == NULL || is_true(member(token, "is_admin_project")),
        .is_bound = is_true(member(token, "bind")),
        .has_service = catalog_has(member(token, "catalog"), service_type),
    };
    const char *expires_at = text_of(token, "expires_at");
    if (size < sizeof(head) || expires_at == NULL ||
        !token_time_parse(expires_at, &head.expires_at))
        return 0;
    struct writing writing = {.bytes = record, .size = size, .length = sizeof(head)};
    write_texts(&writing, &head, token);
    write_roles(&writing, &head, token);
    write_access_rules(&writing, &head, token);
    memcpy(record, &head, sizeof(head));
    return writing.failed ? 0 : writing.length;
}

size_t token_record_make(const char *answer, size_t length, const char *service_type, void *record,
                         size_t size)
{
    struct keystone_json json;
    size_t made = 0;
    if (keystone_json_parse(&json, answer, length))
        made = write_record(member(json.root, "token"), service_type, record, size);
    keystone_json_free(&json);
    return made;
}

/* A record that is being read: from one text to the next. */
struct reading {
    const char *next;
    const char *end;
};

static const char *read_text(struct reading *reading)
{
    const char *text = reading->next;
    const char *nul = memchr(text, '\0', (size_t)(reading->end - text));
    if (nul == NULL)
        return NULL;
    reading->next = nul + 1;
    return text;
}

/* Each text has at least its NUL, which bounds the counts. */
static bool head_is_good(const struct head *head, size_t length)
{
    return head->role_count <= length && head->access_rule_count <= length / 3;
}

bool token_record_read(const void *record, size_t length, struct arena *arena,
                       struct keystone_token *token)
{
    struct head head;
    if (length < sizeof(head))
        return false;
    memcpy(&head, record, sizeof(head));
    length -= sizeof(head);
    if (!head_is_good(&head, length))
        return false;
    const char *texts = arena_strndup(arena, (const char *)record + sizeof(head), length);
    struct reading reading = {.next = texts, .end = texts + length};
    const char *known[TEXTS] = {NULL};
    const char **roles = arena_array(arena, head.role_count + 1, sizeof(*roles));
    struct access_rule *rules = arena_array(arena, head.access_rule_count + 1, sizeof(*rules));
    bool good = true;
    for (unsigned i = 0; i < TEXTS; i++)
        if ((head.text_is_there & 1U << i) != 0)
            good &= (known[i] = read_text(&reading)) != NULL;
    for (size_t i = 0; i < head.role_count; i++)
        good &= (roles[i] = read_text(&reading)) != NULL;
    for (size_t i = 0; i < head.access_rule_count; i++)
        good &= (rules[i].method = read_text(&reading)) != NULL &&
                (rules[i].path = read_text(&reading)) != NULL &&
                (rules[i].service = read_text(&reading)) != NULL;
    *token = (struct keystone_token){
        .expires_at = head.expires_at,
        .user_id = known[USER_ID],
        .user_domain_id = known[USER_DOMAIN_ID],
        .project_id = known[PROJECT_ID],
        .project_domain_id = known[PROJECT_DOMAIN_ID],
        .domain_id = known[DOMAIN_ID],
        .roles = {.names = roles, .count = head.role_count},
        .is_system = head.is_system != 0,
        .is_admin_project = head.is_admin_project != 0,
        .is_bound = head.is_bound != 0,
        .is_restricted = head.is_restricted != 0,
        .has_service = head.has_service != 0,
        .access_rules = rules,
        .access_rule_count = head.access_rule_count,
    };
    return good && token->user_id != NULL;
}

/* The fraction of a second, ".123456": as microseconds. Returns the rest. */
static const char *read_fraction(const char *text, int64_t *microseconds)
{
    int64_t unit = 100000;
    *microseconds = 0;
    if (*text != '.')
        return text;
    for (text++; *text >= '0' && *text <= '9'; text++) {
        *microseconds += (*text - '0') * unit;
        unit /= 10;
    }
    return text;
}

/* "Z", nothing, or "+hh:mm": as seconds. */
static bool read_zone(const char *text, int64_t *seconds)
{
    unsigned hours, minutes;
    int used = 0;
    *seconds = 0;
    if (*text == '\0' || strcmp(text, "Z") == 0)
        return true;
    if ((*text != '+' && *text != '-') ||
        sscanf(text + 1, "%2u:%2u%n", &hours, &minutes, &used) != 2 || text[1 + used] != '\0')
        return false;
    *seconds = (int64_t)(hours * 3600 + minutes * 60) * (*text == '-' ? -1 : 1);
    return true;
}

bool token_time_parse(const char *text, int64_t *microseconds)
{
    struct tm broken_down = {0};
    int64_t fraction, zone;
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &broken_down);
    if (rest == NULL)
        return false;
    rest = read_fraction(rest, &fraction);
    if (!read_zone(rest, &zone))
        return false;
    *microseconds = ((int64_t)timegm(&broken_down) - zone) * 1000000 + fraction;
    return true;
}

int64_t token_time_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
