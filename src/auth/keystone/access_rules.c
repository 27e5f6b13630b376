/*
 * Matches requests with access rules.
 */
#include <config.h>

#include "auth/keystone/access_rules.h"

#include <string.h>

#include "base/log.h"
#include "base/percent.h"

/* Longer than any path of this service; matching a longer one would take too long. */
enum { LONGEST_PATH = 2048 };

/* The part that a pattern begins with. */
enum part { PART_END, PART_LITERAL, PART_SEGMENT, PART_ANYTHING };

static enum part next_part(const char *pattern, size_t *length)
{
    const char *close = *pattern == '{' ? strchr(pattern, '}') : NULL;
    *length = close != NULL ? (size_t)(close - pattern) + 1 : 1;
    if (*pattern == '\0')
        return PART_END;
    if (pattern[0] == '*' && pattern[1] == '*') {
        *length = 2;
        return PART_ANYTHING;
    }
    return close != NULL || *pattern == '*' ? PART_SEGMENT : PART_LITERAL;
}

bool access_rules_match_path(const char *pattern, const char *path)
{
    /* Where a wildcard may take one more byte. The last "*" and the last "**" are enough: matches
       before them can stay. */
    struct {
        const char *pattern, *path;
    } segment = {NULL, NULL}, anything = {NULL, NULL};
    for (;;) {
        size_t length;
        enum part part = next_part(pattern, &length);
        if (part == PART_ANYTHING) {
            pattern += length;
            anything.pattern = pattern;
            anything.path = path;
            segment.pattern = NULL;
        } else if (part == PART_SEGMENT && *path != '\0' && *path != '/') {
            pattern += length;
            segment.pattern = pattern;
            segment.path = ++path;
        } else if (part == PART_LITERAL && *path == *pattern) {
            pattern++;
            path++;
        } else if (part == PART_END && *path == '\0') {
            return true;
        } else if (segment.pattern != NULL && *segment.path != '\0' && *segment.path != '/') {
            pattern = segment.pattern;
            path = ++segment.path;
        } else if (anything.pattern != NULL && *anything.path != '\0') {
            pattern = anything.pattern;
            path = ++anything.path;
            segment.pattern = NULL;
        } else {
            return false;
        }
    }
}

/* Returns the path of the request as it is in a URL: webob percent-encodes all but these
   characters. It is the path below the mount point. keystonemiddleware puts the mount point before
   it, but that may come from a header of the client (X-Forwarded-Prefix), and one service may be
   mounted at several places: a rule names a resource of the API, wherever it is reached. */
static const char *url_path(const struct exchange *exchange)
{
    return percent_encode(exchange->arena, exchange->path, "/!$&'()*+,;=:@");
}

static bool rules_allow(const struct keystone_token *token, const char *service_type,
                        const struct exchange *exchange)
{
    const char *path = url_path(exchange);
    if (strlen(path) > LONGEST_PATH)
        return false;
    for (size_t i = 0; i < token->access_rule_count; i++) {
        const struct access_rule *rule = &token->access_rules[i];
        if (strcmp(rule->method, exchange->method) == 0 &&
            strcmp(rule->service, service_type) == 0 && access_rules_match_path(rule->path, path))
            return true;
    }
    return false;
}

bool access_rules_allow(const struct keystone_token *token, const char *service_type,
                        bool for_service, const struct exchange *exchange)
{
    if (!token->is_restricted)
        return true;
    if (service_type == NULL || *service_type == '\0') {
        log_event(LOG_LEVEL_WARNING, "a token with access rules is refused: set "
                                     "[keystone_authtoken] service_type to have them checked");
        return false;
    }
    if (!token->has_service) {
        log_event(LOG_LEVEL_WARNING, "a token with access rules is refused: [keystone_authtoken] "
                                     "service_type is not in Keystone's catalog");
        return false;
    }
    return for_service || rules_allow(token, service_type, exchange);
}
