/*
 * Formats with Python's %(name)s.
 */
#include <config.h>

#include "base/log_template.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum {
    WORD_SIZE = 256, /* a value of a request, escaped */
    DATE_SIZE = 128,
    IDENTITY_SIZE = 1024,
    WIDEST = 99, /* the greatest width and precision */
};

/* A piece of a format: literal text, and then a variable. */
struct piece {
    char *literal;
    size_t literal_length;
    const struct variable *variable; /* NULL: none, at the end */
    char flags[8];
    int width;
    int precision; /* -1: none */
    char conversion;
};

struct log_template {
    struct piece *pieces;
    size_t count;
};

/* A value: text, or a number. */
struct value {
    const char *text; /* NULL: it is a number */
    double number;
    char memory[IDENTITY_SIZE];
};

struct variable {
    const char *name;
    void (*show)(const struct variable *variable, const struct log_record *record,
                 struct value *value);
    size_t offset;         /* of the text in struct log_context */
    const char *otherwise; /* without a request */
};

static void show_asctime(const struct variable *variable, const struct log_record *record,
                         struct value *value)
{
    struct tm parts;
    (void)variable;
    localtime_r(&record->now->tv_sec, &parts);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the operator's own */
    size_t length = strftime(value->memory, DATE_SIZE, record->date_format, &parts);
#pragma GCC diagnostic pop
    value->memory[length] = '\0';
    value->text = value->memory;
}

/* The time with its microseconds and zone, 2026-01-31T12:00:00.123456+01:00. */
static void show_isotime(const struct variable *variable, const struct log_record *record,
                         struct value *value)
{
    struct tm parts;
    char date[32], zone[16];
    (void)variable;
    localtime_r(&record->now->tv_sec, &parts);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts);
    strftime(zone, sizeof(zone), "%z", &parts); /* +0100 */
    snprintf(value->memory, sizeof(value->memory), "%s.%06ld%.3s:%s", date,
             record->now->tv_nsec / 1000, zone, zone + 3);
    value->text = value->memory;
}

static void show_msecs(const struct variable *variable, const struct log_record *record,
                       struct value *value)
{
    (void)variable;
    long milliseconds = record->now->tv_nsec / 1000000;
    value->number = (double)milliseconds;
}

static void show_created(const struct variable *variable, const struct log_record *record,
                         struct value *value)
{
    (void)variable;
    value->number = (double)record->now->tv_sec + (double)record->now->tv_nsec / 1e9;
}

static void show_process(const struct variable *variable, const struct log_record *record,
                         struct value *value)
{
    (void)variable;
    value->number = record->process;
}

static void show_level(const struct variable *variable, const struct log_record *record,
                       struct value *value)
{
    (void)variable;
    value->text = log_level_name(record->level);
}

static void show_level_number(const struct variable *variable, const struct log_record *record,
                              struct value *value)
{
    (void)variable;
    value->number = 10 * ((int)record->level + 1);
}

static void show_logger(const struct variable *variable, const struct log_record *record,
                        struct value *value)
{
    (void)variable;
    value->text = record->logger;
}

static void show_message(const struct variable *variable, const struct log_record *record,
                         struct value *value)
{
    (void)variable;
    value->text = record->message;
}

/* Writes a value that a client may have sent: one word without hidden characters. */
static void show_word(const char *text, char shown[WORD_SIZE])
{
    size_t used = 0;
    while (*text != '\0' && used + UTF8_SHOWN_SIZE < WORD_SIZE) {
        uint32_t character;
        text += utf8_next_shown(text, &character, shown + used);
        if (character == ' ')
            snprintf(shown + used, UTF8_SHOWN_SIZE, "\\x20");
        used += strlen(shown + used);
    }
    shown[used] = '\0';
}

static void show_context(const struct variable *variable, const struct log_record *record,
                         struct value *value)
{
    value->text = variable->otherwise;
    if (record->context == NULL)
        return;
    const char *text = *(const char *const *)((const char *)record->context + variable->offset);
    /* In the identity of the user a missing value is "-", elsewhere None. */
    value->text = record->user_identity != NULL ? "None" : "-";
    if (text == NULL || (*text == '\0' && record->user_identity == NULL))
        return;
    show_word(text, value->memory);
    value->text = value->memory;
}

static void show_identity(const struct variable *variable, const struct log_record *record,
                          struct value *value)
{
    struct log_record inner = *record;
    struct log_line line;
    value->text = variable->otherwise;
    if (record->context == NULL || record->user_identity == NULL)
        return;
    inner.user_identity = NULL;
    log_line_begin_empty(&line);
    log_template_write(record->user_identity, &inner, &line);
    snprintf(value->memory, sizeof(value->memory), "%.*s", (int)line.length, line.bytes);
    value->text = value->memory;
}

/* What Berth does not have. */
static void show_missing(const struct variable *variable, const struct log_record *record,
                         struct value *value)
{
    value->text = variable->otherwise;
    if (record->context != NULL && variable->offset != 0)
        value->text = record->user_identity != NULL ? "None" : "-";
}

#define FIELD(name) offsetof(struct log_context, name)

/* Sorted by what they are about. offset 1 with show_missing: a value of a request. */
static const struct variable variables[] = {
    {"asctime", show_asctime, 0, NULL},
    {"isotime", show_isotime, 0, NULL},
    {"msecs", show_msecs, 0, NULL},
    {"created", show_created, 0, NULL},
    {"process", show_process, 0, NULL},
    {"processName", show_missing, 0, "berth"},
    {"levelname", show_level, 0, NULL},
    {"levelno", show_level_number, 0, NULL},
    {"name", show_logger, 0, NULL},
    {"message", show_message, 0, NULL},
    {"msg", show_message, 0, NULL},
    {"version", show_missing, 0, PACKAGE_VERSION},
    {"request_id", show_context, FIELD(request_id), ""},
    {"global_request_id", show_context, FIELD(global_request_id), ""},
    {"user_identity", show_identity, 0, ""},
    {"user", show_context, FIELD(user_id), ""},
    {"user_id", show_context, FIELD(user_id), ""},
    {"user_domain", show_context, FIELD(user_domain_id), ""},
    {"user_domain_id", show_context, FIELD(user_domain_id), ""},
    {"project", show_context, FIELD(project_id), "placement"},
    {"project_id", show_context, FIELD(project_id), ""},
    {"project_domain", show_context, FIELD(project_domain_id), ""},
    {"project_domain_id", show_context, FIELD(project_domain_id), ""},
    {"domain", show_context, FIELD(domain_id), ""},
    {"domain_id", show_context, FIELD(domain_id), ""},
    {"system_scope", show_context, FIELD(system_scope), ""},
    {"user_name", show_missing, 1, ""},
    {"project_name", show_missing, 1, ""},
    {"domain_name", show_missing, 1, ""},
    {"user_domain_name", show_missing, 1, ""},
    {"project_domain_name", show_missing, 1, ""},
    {"resource_uuid", show_missing, 1, ""},
    {"error_summary", show_missing, 0, "-"},
    {"instance", show_missing, 0, ""},
    {"resource", show_missing, 0, ""},
    {"color", show_missing, 0, ""},
    {"reset_color", show_missing, 0, ""},
};

/* A name that only Python knows. */
static const struct variable unknown = {"", show_missing, 0, "-"};

static const struct variable *find_variable(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        if (strlen(variables[i].name) == length && memcmp(variables[i].name, name, length) == 0)
            return &variables[i];
    return &unknown;
}

/* Reads a number of at most two digits. */
static int read_number(const char **at)
{
    int number = 0;
    for (; isdigit((unsigned char)**at); ++*at)
        number = number > WIDEST ? number : 10 * number + (**at - '0');
    return number < WIDEST ? number : WIDEST;
}

/* Reads what follows "%". Returns the reason if it is wrong, or NULL. */
static const char *read_variable(const char **at, struct piece *piece)
{
    if (**at != '(')
        return "has a % without a name in parentheses";
    const char *name = ++*at, *end = strchr(name, ')');
    if (end == NULL)
        return "has a name without a closing parenthesis";
    piece->variable = find_variable(name, (size_t)(end - name));
    *at = end + 1;
    size_t flags = strspn(*at, "#0- +");
    snprintf(piece->flags, sizeof(piece->flags), "%.*s", (int)flags, *at);
    *at += flags;
    piece->width = read_number(at);
    piece->precision = -1;
    if (**at == '.') {
        ++*at;
        piece->precision = read_number(at);
    }
    *at += strspn(*at, "hlL");
    piece->conversion = **at;
    if (piece->conversion == '\0' || strchr("diouxXeEfFgGcrsa", piece->conversion) == NULL)
        return "has a name without a conversion, such as s";
    ++*at;
    return NULL;
}

/* Reads literal text up to a variable or the end; "%%" is "%". A newline would end the line: it
   becomes a blank. */
static void read_literal(const char **at, struct piece *piece)
{
    piece->literal = malloc(strlen(*at) + 1);
    if (piece->literal == NULL)
        abort();
    for (; **at != '\0' && (**at != '%' || (*at)[1] == '%'); ++*at) {
        if (**at == '%')
            ++*at;
        piece->literal[piece->literal_length++] = **at == '\n' || **at == '\r' ? ' ' : **at;
    }
}

struct log_template *log_template_new(const char *format, const char **reason)
{
    struct log_template *template = calloc(1, sizeof(*template));
    if (template == NULL ||
        (template->pieces = calloc(strlen(format) + 1, sizeof(*template->pieces))) == NULL)
        abort();
    for (*reason = NULL; *reason == NULL && *format != '\0';) {
        struct piece *piece = &template->pieces[template->count++];
        read_literal(&format, piece);
        if (*format++ == '\0')
            break;
        *reason = read_variable(&format, piece);
    }
    if (*reason == NULL)
        return template;
    log_template_free(template);
    return NULL;
}

void log_template_free(struct log_template *template)
{
    if (template == NULL)
        return;
    for (size_t i = 0; i < template->count; i++)
        free(template->pieces[i].literal);
    free(template->pieces);
    free(template);
}

/* Writes a number without padding. Python's s shows a whole number without a point. */
static void show_number(const struct piece *piece, double number, char shown[WORD_SIZE])
{
    int precision = piece->precision >= 0 ? piece->precision : 6;
    switch (piece->conversion) {
    case 'e':
    case 'E':
        snprintf(shown, WORD_SIZE, "%.*e", precision, number);
        break;
    case 'f':
    case 'F':
        snprintf(shown, WORD_SIZE, "%.*f", precision, number);
        break;
    case 'g':
    case 'G':
        snprintf(shown, WORD_SIZE, "%.*g", precision, number);
        break;
    case 'o':
        snprintf(shown, WORD_SIZE, "%jo", (uintmax_t)number);
        break;
    case 'x':
    case 'X':
        snprintf(shown, WORD_SIZE, "%jx", (uintmax_t)number);
        break;
    case 's':
    case 'r':
    case 'a':
        if (number != (double)(intmax_t)number) {
            snprintf(shown, WORD_SIZE, "%.6f", number);
            break;
        }
        /* fall through */
    default:
        snprintf(shown, WORD_SIZE, "%jd", (intmax_t)number);
        break;
    }
}

/* Adds a value in the width of the piece. */
static void add_padded(struct log_line *line, const struct piece *piece, const char *text,
                       size_t length, bool zeros)
{
    size_t padding = (size_t)piece->width > length ? (size_t)piece->width - length : 0;
    bool left = strchr(piece->flags, '-') != NULL;
    char filling[WIDEST + 1];
    memset(filling, zeros && !left ? '0' : ' ', sizeof(filling));
    if (!left)
        log_line_add(line, filling, padding);
    log_line_add(line, text, length);
    if (left)
        log_line_add(line, filling, padding);
}

static void add_value(struct log_line *line, const struct piece *piece,
                      const struct log_record *record)
{
    struct value value;
    char number[WORD_SIZE];
    value.text = NULL;
    piece->variable->show(piece->variable, record, &value);
    if (value.text == NULL) {
        show_number(piece, value.number, number);
        add_padded(line, piece, number, strlen(number), strchr(piece->flags, '0') != NULL);
        return;
    }
    size_t length = strlen(value.text);
    if (piece->precision >= 0 && (size_t)piece->precision < length)
        length = (size_t)piece->precision;
    add_padded(line, piece, value.text, length, false);
}

void log_template_write(const struct log_template *template, const struct log_record *record,
                        struct log_line *line)
{
    for (size_t i = 0; i < template->count; i++) {
        const struct piece *piece = &template->pieces[i];
        log_line_add(line, piece->literal, piece->literal_length);
        if (piece->variable != NULL)
            add_value(line, piece, record);
    }
}
