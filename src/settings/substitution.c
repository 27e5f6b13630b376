/*
 * Scans for "$", and recurses into the values that it refers to.
 */
#include <config.h>

#include "settings/substitution.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "settings/option_value.h"

enum { DEEPEST = 16 };

static const char *fail(struct substitution *substitution, const char *reason)
{
    substitution->reason = reason;
    return NULL;
}

/* Returns the length of the name at text: a letter or "_", then also digits and dots. 0 if there is
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

/* Returns the option that name refers to within the value of option, or NULL. */
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

/* Returns the value of an option as Python's str() shows it, or NULL after a failure. */
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

/* Returns the value of the option that the first length bytes of reference name, or NULL. */
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

/* Reads the reference that begins with the "$" at *text, and moves *text behind it. Returns the
   text to put in its place, or NULL after a failure. */
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
    struct text_builder result = text_begin(substitution->arena);
    if (substitution->depth >= DEEPEST)
        return fail(substitution, "refers to itself");
    substitution->depth++;
    while (*text != '\0') {
        if (*text == '$') {
            const char *value = read_reference(substitution, option, &text);
            if (value == NULL)
                return NULL;
            text_add(&result, value);
        } else if (text[0] == '\\' && text[1] == '$') {
            text_add(&result, "$");
            text += 2;
        } else {
            size_t length = 1 + strcspn(text + 1, "$\\");
            text_add_bytes(&result, text, length);
            text += length;
        }
    }
    substitution->depth--;
    return text_end(&result);
}
