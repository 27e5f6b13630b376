/*
 * Parses the language of policy checks (check.h).
 *
 * oslo.policy reduces a stack of tokens greedily. It accepts this grammar, and binds like it:
 *   rule    = some { "or" some }
 *   some    = one { "and" one }
 *   one     = "not" one | "(" rule ")" | check
 */
#include <config.h>

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "auth/policy/check.h"

struct policy_check *policy_check_new(struct arena *arena, enum policy_check_kind kind)
{
    struct policy_check *check = arena_alloc(arena, sizeof(*check));
    check->kind = kind;
    return check;
}

void policy_check_add(struct policy_check *check, struct policy_check *part)
{
    struct policy_check **end = &check->parts;
    while (*end != NULL)
        end = &(*end)->next;
    *end = part;
}

/* Single checks. */

/* Returns the length of the Python name at the beginning of text. Only ASCII letters count. */
static size_t identifier_length(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_')
        length++;
    return isdigit((unsigned char)*text) ? 0 : length;
}

/* Whether a word is a keyword of Python, and so not a name. */
static bool is_keyword(const char *text, size_t length)
{
    static const char *const keywords[] = {
        "and",    "as",   "assert", "async",  "await",  "break",   "class",    "continue",
        "def",    "del",  "elif",   "else",   "except", "finally", "for",      "from",
        "global", "if",   "import", "in",     "is",     "lambda",  "nonlocal", "not",
        "or",     "pass", "raise",  "return", "try",    "while",   "with",     "yield",
    };
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
        if (strlen(keywords[i]) == length && memcmp(keywords[i], text, length) == 0)
            return true;
    return false;
}

/* Names joined by "." or "-": an expression but no literal in Python, a path to a credential in
   oslo.policy. */
static bool is_path(const char *text)
{
    for (;;) {
        size_t length = identifier_length(text);
        if (length == 0 || is_keyword(text, length))
            return false;
        text += length;
        if (*text == '\0')
            return true;
        if (*text != '.' && *text != '-')
            return false;
        text++;
    }
}

/* The value of a whole number as Python shows it, or NULL. */
static const char *read_number(struct arena *arena, const char *text)
{
    const char *sign = *text == '-' ? "-" : "", *digits = text + (*text == '-' || *text == '+');
    size_t length = strspn(digits, "0123456789"), zeros = strspn(digits, "0");
    if (length == 0 || digits[length] != '\0' || (zeros > 0 && zeros < length))
        return NULL;
    return zeros > 0 ? "0" : arena_printf(arena, "%s%s", sign, digits);
}

/* The value of a literal as Python's str() shows it, or NULL: text in quotes, without escapes, a
   whole number, True, False, None. */
static const char *read_literal(struct arena *arena, const char *text)
{
    size_t length = strlen(text);
    if (strcmp(text, "True") == 0 || strcmp(text, "False") == 0 || strcmp(text, "None") == 0)
        return text;
    if (*text != '\'' && *text != '"')
        return read_number(arena, text);
    const char unfit[] = {*text, '\\', '\n', '\r', '\0'};
    if (length < 2 || text[length - 1] != *text || strcspn(text + 1, unfit) != length - 2)
        return NULL;
    return arena_strndup(arena, text + 1, length - 2);
}

/* Reads the left side of a check without its own kind: a literal or a credential. */
static void read_left_side(struct policy_check *check, struct arena *arena, const char *kind,
                           const char **problem)
{
    check->kind = CHECK_LITERAL;
    check->name = read_literal(arena, kind);
    if (check->name != NULL)
        return;
    size_t length = strcspn(kind, ".");
    check->kind = is_path(kind) ? CHECK_CREDENTIAL : CHECK_BROKEN;
    check->credential = policy_credential_find(kind, length);
    check->deeper = kind[length] == '.';
    if (check->kind == CHECK_BROKEN)
        *problem = "the left side of a check is neither a name nor a literal";
}

struct policy_check *policy_check_parse_single(struct arena *arena, const char *text,
                                               const char **problem)
{
    struct policy_check *check = policy_check_new(arena, CHECK_NOBODY);
    const char *colon = strchr(text, ':');
    check->text = text;
    if (strcmp(text, "!") == 0)
        return check;
    if (strcmp(text, "@") == 0) {
        check->kind = CHECK_EVERYBODY;
        return check;
    }
    if (colon == NULL) {
        *problem = "a check has no colon";
        return check;
    }
    const char *kind = arena_strndup(arena, text, (size_t)(colon - text));
    if (strcmp(kind, "rule") == 0) {
        check->kind = CHECK_RULE;
        check->name = colon + 1;
        return check;
    }
    if (strcmp(kind, "role") == 0)
        check->kind = CHECK_ROLE;
    else if (strcmp(kind, "http") == 0 || strcmp(kind, "https") == 0)
        check->kind = CHECK_REMOTE;
    else
        read_left_side(check, arena, kind, problem);
    check->match =
        policy_match_parse(arena, check->kind == CHECK_REMOTE ? text : colon + 1, problem);
    return check;
}

/* Words. */

enum token {
    TOKEN_END,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_NOT,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_CHECK,
    TOKEN_QUOTED
};

struct parser {
    struct arena *arena;
    const char **problem;
    const char *at;       /* the next byte to read */
    const char *word_end; /* the end of the current word */
    unsigned closing;     /* parentheses at the end of the word, not yet returned as tokens */
    enum token token;
    const char *text; /* of a TOKEN_CHECK, text_length bytes */
    size_t text_length;
    unsigned nesting;
    bool failed;
};

/* Returns the length in bytes of the blank at the beginning of text, 0 if there is none. A blank is
   what \s matches in Python's re. */
static size_t blank_length(const char *text)
{
    static const char *const wide[] = {
        "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002",   "\u2003", "\u2004",
        "\u2005", "\u2006", "\u2007", "\u2008", "\u2009",   "\u200a", "\u2028",
        "\u2029", "\u202f", "\u205f", "\u3000", "\xc2\x85",
    };
    if ((*text >= '\t' && *text <= '\r') || (*text >= 0x1c && *text <= ' '))
        return 1;
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
        if (strncmp(text, wide[i], strlen(wide[i])) == 0)
            return strlen(wide[i]);
    return 0;
}

static void begin_word(struct parser *parser)
{
    size_t length;
    while ((length = blank_length(parser->at)) > 0)
        parser->at += length;
    parser->word_end = parser->at;
    while (*parser->word_end != '\0' && blank_length(parser->word_end) == 0)
        parser->word_end++;
}

/* Returns the token that a word is. A word in quotes is not a check, and is valid nowhere. */
static enum token classify(const struct parser *parser)
{
    static const struct {
        const char *word;
        enum token token;
    } operators[] = {{"not", TOKEN_NOT}, {"and", TOKEN_AND}, {"or", TOKEN_OR}};
    size_t length = parser->text_length;
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
        if (strlen(operators[i].word) == length &&
            strncasecmp(operators[i].word, parser->text, length) == 0)
            return operators[i].token;
    bool quoted = parser->closing == 0 && length >= 2 &&
                  (parser->text[0] == '"' || parser->text[0] == '\'') &&
                  parser->text[length - 1] == parser->text[0];
    return quoted ? TOKEN_QUOTED : TOKEN_CHECK;
}

/* Reads the next token. Parentheses count only at the ends of a word, since "%(name)s" has some
   inside. */
static void advance(struct parser *parser)
{
    if (parser->closing > 0) {
        parser->closing--;
        parser->token = TOKEN_CLOSE;
        return;
    }
    if (parser->at == parser->word_end)
        begin_word(parser);
    if (*parser->at == '\0') {
        parser->token = TOKEN_END;
    } else if (*parser->at == '(') {
        parser->at++;
        parser->token = TOKEN_OPEN;
    } else {
        const char *end = parser->word_end;
        while (end > parser->at && end[-1] == ')')
            end--;
        parser->text = parser->at;
        parser->text_length = (size_t)(end - parser->at);
        parser->closing = (unsigned)(parser->word_end - end);
        parser->at = parser->word_end;
        parser->token = TOKEN_CLOSE;
        if (parser->text_length > 0)
            parser->token = classify(parser);
        else
            parser->closing--;
    }
}

/* The grammar. Each function returns NULL after a failure. */

static struct policy_check *parse_rule(struct parser *parser);

static struct policy_check *fail(struct parser *parser, const char *problem)
{
    if (!parser->failed)
        *parser->problem = problem;
    parser->failed = true;
    return NULL;
}

static struct policy_check *parse_not(struct parser *parser);

static struct policy_check *parse_one(struct parser *parser)
{
    struct policy_check *check = NULL;
    enum token token = parser->token;
    if (token == TOKEN_CHECK) {
        const char *text = arena_strndup(parser->arena, parser->text, parser->text_length);
        check = policy_check_parse_single(parser->arena, text, parser->problem);
        advance(parser);
        return check;
    }
    if (token != TOKEN_NOT && token != TOKEN_OPEN)
        return fail(parser, "there is no check where one should be");
    if (++parser->nesting > POLICY_CHECK_NESTING)
        return fail(parser, "it is nested too deeply");
    advance(parser);
    check = token == TOKEN_NOT ? parse_not(parser) : parse_rule(parser);
    parser->nesting--;
    if (check == NULL || token == TOKEN_NOT)
        return check;
    if (parser->token != TOKEN_CLOSE)
        return fail(parser, "a parenthesis is not closed");
    advance(parser);
    return check;
}

/* Parses the check after "not". */
static struct policy_check *parse_not(struct parser *parser)
{
    struct policy_check *inside = parse_one(parser);
    if (inside == NULL)
        return NULL;
    struct policy_check *check = policy_check_new(parser->arena, CHECK_NOT);
    policy_check_add(check, inside);
    return check;
}

/* Parses parts joined by an operator. Returns a single part as it is. */
static struct policy_check *parse_joined(struct parser *parser, enum token operator_token,
                                         enum policy_check_kind kind,
                                         struct policy_check *(*parse)(struct parser *))
{
    struct policy_check *first = parse(parser), *joined = NULL, *last = first;
    while (first != NULL && parser->token == operator_token) {
        if (joined == NULL) {
            joined = policy_check_new(parser->arena, kind);
            joined->parts = first;
        }
        advance(parser);
        last->next = parse(parser);
        last = last->next;
        if (last == NULL)
            return NULL;
    }
    return joined != NULL ? joined : first;
}

static struct policy_check *parse_some(struct parser *parser)
{
    return parse_joined(parser, TOKEN_AND, CHECK_AND, parse_one);
}

static struct policy_check *parse_rule(struct parser *parser)
{
    return parse_joined(parser, TOKEN_OR, CHECK_OR, parse_some);
}

struct policy_check *policy_check_parse(struct arena *arena, const char *text, const char **problem)
{
    struct parser parser = {.arena = arena, .problem = problem, .at = text, .word_end = text};
    if (*text == '\0')
        return policy_check_new(arena, CHECK_EVERYBODY);
    advance(&parser);
    struct policy_check *check = parse_rule(&parser);
    if (check != NULL && parser.token != TOKEN_END)
        check = fail(&parser, "it goes on where it should end");
    return check != NULL ? check : policy_check_new(arena, CHECK_NOBODY);
}
