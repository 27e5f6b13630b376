/*
 * Reading the query parameter "required".
 */
#include <config.h>

#include "api/query/traits.h"

#include <string.h>

#include "api/query/python_text.h"

enum { FORBIDDEN_SINCE = 22, ANY_SINCE = 39 };

#define INVALID "Invalid query string parameters: "

static bool is_forbidden(const char *trait)
{
    return *trait == '!';
}

/* The name of a forbidden trait: upstream takes any number of exclamation marks. */
static const char *forbidden_name(const char *trait)
{
    return trait + strspn(trait, "!");
}

static bool has_empty(const struct name_set *traits)
{
    for (size_t i = 0; i < traits->count; i++)
        if (*forbidden_name(traits->names[i]) == '\0')
            return true;
    return false;
}

static bool has_forbidden(const struct name_set *traits)
{
    for (size_t i = 0; i < traits->count; i++)
        if (is_forbidden(traits->names[i]))
            return true;
    return false;
}

static struct name_set split_stripped(struct arena *arena, const char *text)
{
    struct name_set parts = query_split(arena, text);
    for (size_t i = 0; i < parts.count; i++)
        parts.names[i] = query_strip(arena, parts.names[i]);
    return parts;
}

static bool refuse(struct exchange *exchange, const char *reason, const char *value)
{
    exchange_fail(exchange, 400, NULL, INVALID "%s%s", reason, value);
    return false;
}

/* The traits after "in:" are one set. */
static bool read_any(struct exchange *exchange, const char *value, bool allowed,
                     struct membership *traits)
{
    if (!allowed)
        return refuse(exchange,
                      "The format 'in:HW_CPU_X86_VMX,CUSTOM_MAGIC' only supported since "
                      "microversion 1.39. Got: ",
                      value);
    struct name_set parts = split_stripped(exchange->arena, value + strlen("in:"));
    struct name_set *set = &traits->required[traits->required_count++];
    set->names = arena_array(exchange->arena, parts.count, sizeof(*set->names));
    for (size_t i = 0; i < parts.count; i++) {
        if (*parts.names[i] == '\0')
            return refuse(exchange,
                          "Expected 'required' parameter value of the form: "
                          "in:HW_CPU_X86_VMX,CUSTOM_MAGIC. Got an empty trait in: ",
                          value);
        name_set_add(set, parts.names[i]);
    }
    if (has_forbidden(set))
        return refuse(exchange,
                      "The format 'in:HW_CPU_X86_VMX,CUSTOM_MAGIC' does not support forbidden "
                      "traits. Got: ",
                      value);
    return true;
}

/* Each trait is a set of its own, or forbidden. */
static bool read_each(struct exchange *exchange, const char *value, struct membership *traits)
{
    bool allow_forbidden = microversion_since(exchange, FORBIDDEN_SINCE);
    struct name_set parts = split_stripped(exchange->arena, value);
    if (has_empty(&parts))
        return refuse(exchange,
                      allow_forbidden ? "Expected 'required' parameter value of the form: "
                                        "HW_CPU_X86_VMX,!CUSTOM_MAGIC. Got an empty trait in: "
                                      : "Expected 'required' parameter value of the form: "
                                        "HW_CPU_X86_VMX,CUSTOM_MAGIC. Got an empty trait in: ",
                      value);
    if (has_forbidden(&parts) && !allow_forbidden)
        return refuse(exchange,
                      "Expected 'required' parameter value of the form: "
                      "HW_CPU_X86_VMX,CUSTOM_MAGIC. Got: ",
                      value);
    for (size_t i = 0; i < parts.count; i++) {
        if (is_forbidden(parts.names[i]))
            name_set_add(&traits->forbidden, forbidden_name(parts.names[i]));
        else
            traits->required[traits->required_count++] =
                (struct name_set){.names = &parts.names[i], .count = 1};
    }
    return true;
}

static size_t count_parts(const char *value)
{
    size_t count = 1;
    for (; *value != '\0'; value++)
        count += *value == ',';
    return count;
}

static bool read_value(struct exchange *exchange, const char *value, bool any_allowed,
                       struct membership *traits)
{
    return strncmp(value, "in:", 3) == 0 ? read_any(exchange, value, any_allowed, traits)
                                         : read_each(exchange, value, traits);
}

static void make_room(struct exchange *exchange, struct membership *traits, size_t most)
{
    *traits = (struct membership){
        .required = arena_array(exchange->arena, most, sizeof(*traits->required)),
        .forbidden.names = arena_array(exchange->arena, most, sizeof(*traits->forbidden.names)),
    };
}

bool query_traits_read(struct exchange *exchange, const struct query *query, const char *name,
                       struct membership *traits)
{
    const char *value;
    size_t most = 0;
    for (size_t i = 0; (value = query_next(query, name, &i)) != NULL;)
        most += count_parts(value);
    make_room(exchange, traits, most);
    bool any_allowed = microversion_since(exchange, ANY_SINCE);
    if (!any_allowed)
        return most == 0 || read_value(exchange, query_last(query, name), false, traits);
    for (size_t i = 0; (value = query_next(query, name, &i)) != NULL;)
        if (!read_value(exchange, value, true, traits))
            return false;
    return true;
}

bool query_root_traits_read(struct exchange *exchange, const char *value, struct membership *traits)
{
    make_room(exchange, traits, count_parts(value));
    return read_value(exchange, value, false, traits);
}
