/*
 * Keeps the right side of a check as a list of parts: text, and names to fill in.
 */
#include <config.h>

#include "auth/policy/match.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

enum part_kind { PART_TEXT, PART_NAME, PART_WRONG };

struct policy_match_part {
    enum part_kind kind;
    size_t length;
    const char *text; /* or the name */
    struct policy_match_part *next;
};

struct parts {
    struct arena *arena;
    struct policy_match_part *first, **end;
};

static void add_part(struct parts *parts, enum part_kind kind, const char *text, size_t length)
{
    if (kind == PART_TEXT && length == 0)
        return;
    struct policy_match_part *part = arena_alloc(parts->arena, sizeof(*part));
    *part = (struct policy_match_part){
        .kind = kind, .length = length, .text = arena_strndup(parts->arena, text, length)};
    *parts->end = part;
    parts->end = &part->next;
}

/* Reads what follows "%(": the name up to the closing parenthesis, and "s". Returns the rest of the
   text, or NULL if it is wrong. The name is added even then: Python looks it up before it sees what
   follows. */
static const char *add_name(struct parts *parts, const char *text)
{
    size_t length = 0;
    for (unsigned open = 1; text[length] != '\0'; length++) {
        if (text[length] == '(')
            open++;
        else if (text[length] == ')' && --open == 0)
            break;
    }
    if (text[length] == '\0')
        return NULL;
    add_part(parts, PART_NAME, text, length);
    text += length + 1;
    return *text == 's' ? text + 1 : NULL;
}

struct policy_match policy_match_parse(struct arena *arena, const char *text, const char **problem)
{
    struct parts parts = {.arena = arena};
    parts.end = &parts.first;
    while (text != NULL && *text != '\0') {
        size_t length = strcspn(text, "%");
        add_part(&parts, PART_TEXT, text, length);
        text += length;
        if (*text == '\0')
            break;
        if (text[1] == '%') {
            add_part(&parts, PART_TEXT, text, 1);
            text += 2;
        } else {
            text = text[1] == '(' ? add_name(&parts, text + 2) : NULL;
        }
    }
    if (text == NULL) {
        add_part(&parts, PART_WRONG, "", 0);
        *problem = "a % is followed by neither (name)s nor %";
    }
    return (struct policy_match){.parts = parts.first};
}

static const struct policy_fact *find_fact(const struct policy_match_part *part,
                                           const struct policy_target *target)
{
    for (size_t i = 0; i < target->count; i++)
        if (strcmp(target->facts[i].name, part->text) == 0)
            return &target->facts[i];
    return NULL;
}

enum policy_verdict policy_match_applies(const struct policy_match *match,
                                         const struct policy_target *target)
{
    for (const struct policy_match_part *part = match->parts; part != NULL; part = part->next) {
        if (part->kind == PART_WRONG)
            return POLICY_BROKEN;
        if (part->kind == PART_NAME && find_fact(part, target) == NULL)
            return POLICY_NO;
    }
    return POLICY_YES;
}

/* Returns the text that replaces a part. */
static const char *fill_part(const struct policy_match_part *part,
                             const struct policy_target *target)
{
    if (part->kind == PART_TEXT)
        return part->text;
    const struct policy_fact *fact = find_fact(part, target);
    return fact != NULL && fact->value != NULL ? fact->value : "None";
}

bool policy_match_equals(const struct policy_match *match, const struct policy_target *target,
                         const char *value, bool ignore_case)
{
    for (const struct policy_match_part *part = match->parts; part != NULL; part = part->next) {
        const char *text = fill_part(part, target);
        size_t length = strlen(text);
        if ((ignore_case ? strncasecmp(value, text, length) : strncmp(value, text, length)) != 0)
            return false;
        value += length;
    }
    return *value == '\0';
}

const char *policy_match_fill(const struct policy_match *match, const struct policy_target *target,
                              struct arena *arena)
{
    struct text_builder filled = text_begin(arena);
    for (const struct policy_match_part *part = match->parts; part != NULL; part = part->next)
        text_add(&filled, fill_part(part, target));
    return text_end(&filled);
}
