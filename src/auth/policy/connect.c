/*
 * Connects rules depth first, so that a rule is done after the rules that it refers to.
 */
#include <config.h>

#include "auth/policy/connect.h"

#include <string.h>

#include "base/sorted.h"

/* The rules being visited, each referred to by the one before it. */
struct path {
    const struct policy_rules *rules;
    struct policy_rule *steps[POLICY_CHAIN_MOST];
    size_t length;
    struct error_line *error;
};

/* For sorted_find(): the key is a name. */
static int name_compare(const void *name, const void *rule)
{
    return strcmp(name, ((const struct policy_rule *)rule)->name);
}

struct policy_rule *policy_rules_find(const struct policy_rules *rules, const char *name)
{
    return sorted_find(name, rules->items, rules->count, sizeof(*rules->items), name_compare);
}

/* Sets the error for a bad rule. The defaults alone are good, so some file is involved. */
static bool refuse(const struct path *path, const struct policy_rule *rule, const char *what,
                   const char *name)
{
    if (rule->file != NULL)
        error_line_set(path->error, "%s:%u: \"%.100s\" %s%.200s", rule->file, rule->line,
                       rule->name, what, name);
    else
        error_line_set(path->error, "\"%.100s\" %s%.200s", rule->name, what, name);
    return false;
}

/* Sets the error for a rule that leads back to itself. Names the first rule of the circle that
   comes from a file. */
static bool refuse_circle(const struct path *path, const struct policy_rule *met)
{
    struct buffer way;
    size_t begin = 0;
    while (path->steps[begin] != met)
        begin++;
    size_t length = path->length - begin, first = 0;
    while (first + 1 < length && path->steps[begin + first]->file == NULL)
        first++;
    buffer_init(&way, 0);
    for (size_t i = 0; i <= length; i++)
        buffer_printf(&way, "%s%s", i > 0 ? " -> " : "",
                      path->steps[begin + (first + i) % length]->name);
    buffer_add(&way, "", 1);
    refuse(path, path->steps[begin + first], "refers to itself: ", way.failed ? "" : way.data);
    buffer_free(&way);
    return false;
}

static bool visit(struct path *path, struct policy_rule *rule);

/* Connects the checks of a rule, which is the last step of the path. */
static bool connect_check(struct path *path, struct policy_check *check)
{
    struct policy_rule *rule = path->steps[path->length - 1];
    if (check->kind == CHECK_RULE) {
        struct policy_rule *other = policy_rules_find(path->rules, check->name);
        if (other == NULL)
            return refuse(path, rule, "refers to a rule that is not there: ", check->name);
        if (!visit(path, other))
            return false;
        if (other->chain + 1 > rule->chain)
            rule->chain = other->chain + 1;
        check->rule = other->check;
    }
    for (struct policy_check *part = check->parts; part != NULL; part = part->next)
        if (!connect_check(path, part))
            return false;
    return true;
}

static bool visit(struct path *path, struct policy_rule *rule)
{
    if (rule->visited && !rule->known)
        return refuse_circle(path, rule);
    if (rule->known)
        return true;
    if (path->length == POLICY_CHAIN_MOST)
        return refuse(path, rule, "is reached through too many other rules", "");
    rule->visited = true;
    path->steps[path->length++] = rule;
    if (!connect_check(path, rule->check))
        return false;
    path->length--;
    rule->known = true;
    return rule->chain < POLICY_CHAIN_MOST ||
           refuse(path, rule, "leads to too many other rules", "");
}

bool policy_rules_connect(struct policy_rules *rules, struct error_line *error)
{
    struct path path = {.rules = rules, .error = error};
    for (size_t i = 0; i < rules->count; i++)
        if (!visit(&path, &rules->items[i]))
            return false;
    return true;
}
