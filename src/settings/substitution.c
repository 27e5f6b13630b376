/* See substitution.h. */
#include <config.h>

#include "settings/substitution.h"

#include <ctype.h>
#include <string.h>

#include "settings/option_value.h"

enum { DEEPEST = 16 };

static const char *fail(struct substitution *substitution, const char *reason)
{
    substitution->reason = reason;
    return NULL;
}

/* The length of the name at text: a letter or "_", then also digits and dots; 0 if there is
   none. */
static size_t name_length(const char *text)
{
    size_t length = 0;
    if (*text != '_' && !isalpha((unsigned char)*text))
        return 0;
    while (text[length] == '_' || text[length] == '.' || isalnum((unsigned char)text[length]))
        length++;
    return length;
}

/* The option that a name in the value of option means. */
static const struct config_option *find_option(struct substitution *substitution,
                                               const struct config_option *option, const char *name)
{
    const char *dot = strchr(name, '.');
    if (dot != NULL) {
        const char *group = arena_strndup(substitution->arena, name, (size_t)(dot - name));
        return option_find(group, dot + 1);
    }
    const struct config_option *found = option_find(option->group, name);
    return found != NULL ? found : option_find("DEFAULT", name);
}

/* The value of an option as Python's str() shows it within other text; NULL after a failure. */
static const char *value_of(struct substitution *substitution, const struct config_option *option)
{
    struct config_name name = {.group = option->group, .name = option->name};
    struct config_value value = {.text = option->default_text};
    bool truth;
    config_get(substitution->config, &name, option->old_names, option_old_name_count(option),
               &value);
    if (value.text == NULL)
        return "";
    const char *text = substitute(substitution, option, value.text);
    if (text != NULL && option->type == OPTION_BOOLEAN && option_parse_boolean(text, &truth))
        return truth ? "True" : "False";
    return text;
}

/* The value of the option that the first length bytes of reference name. */
static const char *refer(struct substitution *substitution, const struct config_option *option,
                         const char *reference, size_t length)
{
    const char *name = arena_strndup(substitution->arena, reference, length);
    const struct config_option *found = find_option(substitution, option, name);
    if (found == NULL)
        return fail(substitution, "refers with \"$\" to an option that does not exist (\"$$\" is a "
                                  "dollar sign)");
    return value_of(substitution, found);
}

/* Reads what follows the "$" at text: gives what to put in its place, and moves *text behind it. */
static const char *read_reference(struct substitution *substitution,
                                  const struct config_option *option, const char **text)
{
    const char *after = *text + 1;
    size_t length;
    if (*after == '$') {
        *text = after + 1;
        return "$";
    }
    if ((length = name_length(after)) > 0) {
        *text = after + length;
        return refer(substitution, option, after, length);
    }
    if (*after == '{' && (length = name_length(after + 1)) > 0 && after[1 + length] == '}') {
        *text = after + length + 2;
        return refer(substitution, option, after + 1, length);
    }
    *text = after;
    return "$";
}

const char *substitute(struct substitution *substitution, const struct config_option *option,
                       const char *text)
{
    const char *result = "";
    if (substitution->depth >= DEEPEST)
        return fail(substitution, "refers to itself");
    substitution->depth++;
    while (*text != '\0') {
        const char *piece;
        size_t length = strcspn(text, "$\\");
        if (length == 0 && text[0] == '\\' && text[1] == '$') {
            piece = "$";
            text += 2;
        } else if (length == 0 && text[0] == '$') {
            piece = read_reference(substitution, option, &text);
        } else {
            length = length == 0 ? 1 : length;
            piece = arena_strndup(substitution->arena, text, length);
            text += length;
        }
        if (piece == NULL)
            return NULL;
        result = arena_printf(substitution->arena, "%s%s", result, piece);
    }
    substitution->depth--;
    return result;
}
