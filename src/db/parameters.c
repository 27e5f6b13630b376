/*
 * Expands lists and binds values.
 */
#include <config.h>

#include "db/parameters.h"

#include <assert.h>

#include "base/sorted.h"
#include "base/text.h"

enum {
    PARAMETERS_MOST = 65535, /* the protocol's limit */
    LIST_STEP = 4096,        /* longer lists have a multiple of this number of placeholders */
};

/* Lists. */

static bool is_list(const struct value *value)
{
    return value->kind == VALUE_INTEGERS || value->kind == VALUE_TEXTS;
}

/* Number of placeholders for a list: few different ones, so that few forms of a statement are
   prepared, and not many more than elements. */
static size_t list_width(const struct value *value)
{
    size_t width = 1;
    while (width < value->length && width < LIST_STEP)
        width *= 2;
    if (width < value->length)
        width = ((size_t)value->length + LIST_STEP - 1) / LIST_STEP * LIST_STEP;
    return width;
}

static struct value list_element(const struct value *list, size_t index)
{
    if (list->length == 0)
        return value_null();
    if (index >= list->length)
        index = list->length - 1;
    return list->kind == VALUE_INTEGERS ? value_integer(list->integers[index])
                                        : value_text(list->texts[index]);
}

/* Returns the text with as many placeholders as the lists need. */
static const char *expand_text(struct arena *arena, const char *text, const struct value *values,
                               size_t count, size_t total)
{
    char *expanded = arena_alloc(arena, strlen(text) + 2 * total + 1);
    char *to = expanded;
    size_t index = 0;
    for (const char *from = text; *from != '\0'; from++) {
        *to++ = *from;
        if (*from != '?')
            continue;
        assert(index < count);
        const struct value *value = &values[index++];
        size_t mark = strncmp(from, "?...", 4) == 0 ? 3 : strncmp(from, "?*)", 3) == 0;
        if (mark == 0)
            continue;
        assert(is_list(value));
        for (size_t i = 1; i < list_width(value); i++) {
            *to++ = ',';
            *to++ = '?';
        }
        from += mark;
    }
    assert(index == count);
    *to = '\0';
    return expanded;
}

static const struct value *expand_values(struct arena *arena, const struct value *values,
                                         size_t count, size_t total)
{
    struct value *expanded = arena_array(arena, total, sizeof(*expanded));
    size_t filled = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_list(&values[i])) {
            expanded[filled++] = values[i];
            continue;
        }
        size_t width = list_width(&values[i]);
        for (size_t j = 0; j < width; j++)
            expanded[filled++] = list_element(&values[i], j);
    }
    return expanded;
}

void parameters_expand(struct arena *arena, const char **text, const struct value **values,
                       size_t *count)
{
    size_t total = 0;
    bool lists = false;
    for (size_t i = 0; i < *count; i++) {
        bool list = is_list(&(*values)[i]);
        lists |= list;
        total += list ? list_width(&(*values)[i]) : 1;
    }
    if (!lists)
        return;
    if (total > PARAMETERS_MOST)
        arena_exhausted(arena);
    *text = expand_text(arena, *text, *values, *count, total);
    *values = expand_values(arena, *values, *count, total);
    *count = total;
}

/* Parts. */

/* Returns a list with the same elements, sorted and without repeats. */
static struct value list_sorted(struct arena *arena, struct value list)
{
    bool numbers = list.kind == VALUE_INTEGERS;
    size_t size = numbers ? sizeof(*list.integers) : sizeof(*list.texts);
    void *elements = arena_alloc(arena, list.length * size);
    memcpy(elements, numbers ? (const void *)list.integers : (const void *)list.texts,
           list.length * size);
    size_t count = sort_unique(elements, list.length, size, numbers ? int64_compare : text_compare);
    return numbers ? value_integers(elements, count) : value_texts(elements, count);
}

static struct value list_slice(const struct value *list, size_t from, size_t most)
{
    size_t count = list->length - from < most ? list->length - from : most;
    return list->kind == VALUE_INTEGERS ? value_integers(list->integers + from, count)
                                        : value_texts(list->texts + from, count);
}

/* What is known of the lists of a statement. */
struct division {
    const struct value *values;
    size_t count;
    bool *divisible;    /* for each value: it is a list marked with "?*" */
    unsigned *selects;  /* for each value: which SELECT of a UNION ALL it is in, from 0 */
    size_t lists;       /* that are divisible */
    size_t total, rest; /* placeholders of the statement, and of them those of no such list */
    unsigned select_count;
};

static struct division division_of(struct arena *arena, const char *text,
                                   const struct value *values, size_t count)
{
    struct division division = {.values = values,
                                .count = count,
                                .divisible = arena_array(arena, count, sizeof(bool)),
                                .selects = arena_array(arena, count, sizeof(unsigned)),
                                .select_count = 1};
    const char *mark = text, *next_select = strstr(text, "UNION ALL");
    for (size_t i = 0; i < count; i++, mark++) {
        mark = strchr(mark, '?');
        assert(mark != NULL);
        for (; next_select != NULL && next_select < mark; division.select_count++)
            next_select = strstr(next_select + 1, "UNION ALL");
        size_t width = is_list(&values[i]) ? list_width(&values[i]) : 1;
        division.selects[i] = division.select_count - 1;
        division.divisible[i] = strncmp(mark, "?*)", 3) == 0;
        division.lists += division.divisible[i];
        division.total += width;
        division.rest += division.divisible[i] ? 0 : width;
    }
    return division;
}

/* Returns the parts of one list times those that there are: each in combination with each. */
static struct value *divide(struct arena *arena, const struct value *parts, size_t *part_count,
                            size_t count, size_t index, size_t most)
{
    struct value list = list_sorted(arena, parts[index]);
    size_t pieces = list.length == 0 ? 1 : (list.length + most - 1) / most;
    struct value *divided = arena_array(arena, *part_count * pieces * count, sizeof(*divided));
    struct value *next = divided;
    for (size_t part = 0; part < *part_count; part++) {
        for (size_t piece = 0; piece < pieces; piece++) {
            memcpy(next, &parts[part * count], count * sizeof(*next));
            next[index] = list_slice(&list, piece * most, most);
            next += count;
        }
    }
    *part_count *= pieces;
    return divided;
}

/* Returns the parts of one SELECT: its lists divided, each part of one with each of the others. */
static struct value *divide_select(struct arena *arena, const struct division *division,
                                   unsigned select, size_t most, size_t *part_count)
{
    struct value *parts = arena_array(arena, division->count, sizeof(*parts));
    memcpy(parts, division->values, division->count * sizeof(*parts));
    *part_count = 1;
    for (size_t i = 0; i < division->count; i++)
        if (division->divisible[i] && division->selects[i] == select)
            parts = divide(arena, parts, part_count, division->count, i, most);
    return parts;
}

/* Puts the parts of a SELECT into those of the statement. Where it has no more, its lists are
   empty. */
static void fill_in(const struct division *division, unsigned select, const struct value *own,
                    size_t own_count, struct value *parts, size_t part_count)
{
    for (size_t part = 0; part < part_count; part++)
        for (size_t i = 0; i < division->count; i++)
            if (division->divisible[i] && division->selects[i] == select) {
                struct value *value = &parts[part * division->count + i];
                *value = part < own_count ? own[part * division->count + i]
                                          : list_slice(&division->values[i], 0, 0);
            }
}

size_t parameters_divide(struct arena *arena, const char *text, const struct value **values,
                         size_t count)
{
    const struct division division = division_of(arena, text, *values, count);
    if (division.total <= PARAMETERS_MOST || division.lists == 0 ||
        division.rest + division.lists * LIST_STEP > PARAMETERS_MOST)
        return 1;
    size_t most = (PARAMETERS_MOST - division.rest) / division.lists / LIST_STEP * LIST_STEP;
    struct value **own = arena_array(arena, division.select_count, sizeof(*own));
    size_t *own_counts = arena_array(arena, division.select_count, sizeof(*own_counts));
    size_t part_count = 1;
    for (unsigned i = 0; i < division.select_count; i++) {
        own[i] = divide_select(arena, &division, i, most, &own_counts[i]);
        if (own_counts[i] > part_count)
            part_count = own_counts[i];
    }
    struct value *parts = arena_array(arena, part_count * count, sizeof(*parts));
    for (size_t part = 0; part < part_count; part++)
        memcpy(&parts[part * count], *values, count * sizeof(*parts));
    for (unsigned i = 0; i < division.select_count; i++)
        fill_in(&division, i, own[i], own_counts[i], parts, part_count);
    *values = parts;
    return part_count;
}

/* Texts. */

static bool is_beyond_ascii(const struct value *value)
{
    for (uint32_t i = 0; value->kind == VALUE_TEXT && i < value->length; i++)
        if ((unsigned char)value->text[i] >= 0x80)
            return true;
    return false;
}

static void add_json_text(struct text_builder *json, const struct value *value)
{
    text_add(json, "\"");
    for (uint32_t i = 0; i < value->length; i++) {
        unsigned char byte = (unsigned char)value->text[i];
        if (byte < ' ' || byte == '"' || byte == '\\')
            text_add_format(json, "\\u%04x", byte);
        else
            text_add_bytes(json, &byte, 1);
    }
    text_add(json, "\"");
}

const char *parameters_as_json(struct arena *arena, const struct value *values, size_t count)
{
    struct text_builder json = text_begin(arena);
    text_add(&json, "[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_add(&json, ",");
        if (is_beyond_ascii(&values[i]))
            add_json_text(&json, &values[i]);
        else
            text_add(&json, "null");
    }
    text_add(&json, "]");
    return text_end(&json);
}

/* Binding. */

static void bind_value(MYSQL_BIND *bind, const struct value *value)
{
    union {
        const void *constant;
        void *changeable;
    } data; /* the library does not write to what it sends, but its type is not const */
    switch (value->kind) {
    case VALUE_INTEGER:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        data.constant = &value->integer;
        break;
    case VALUE_REAL:
        bind->buffer_type = MYSQL_TYPE_DOUBLE;
        data.constant = &value->real;
        break;
    case VALUE_TEXT:
        bind->buffer_type = MYSQL_TYPE_STRING;
        bind->buffer_length = value->length;
        bind->length_value = value->length;
        bind->length = &bind->length_value;
        data.constant = value->text;
        break;
    default:
        bind->buffer_type = MYSQL_TYPE_NULL;
        data.constant = NULL;
        break;
    }
    bind->buffer = data.changeable;
}

MYSQL_BIND *parameters_bind(struct arena *arena, const struct value *values, size_t count)
{
    if (count == 0)
        return NULL;
    MYSQL_BIND *binds = arena_array(arena, count, sizeof(*binds));
    for (size_t i = 0; i < count; i++)
        bind_value(&binds[i], &values[i]);
    return binds;
}

/* The kind of the values of a column: of the first that is not NULL. */
static enum value_kind column_kind(const struct value *values, size_t width, size_t count)
{
    size_t i = 0;
    while (i < count && values[i * width].kind == VALUE_NULL)
        i++;
    return i < count ? values[i * width].kind : VALUE_NULL;
}

/* For a bulk execution the library wants the values of a column side by side. */
static void bind_column(struct arena *arena, MYSQL_BIND *bind, const struct value *values,
                        size_t width, size_t count)
{
    enum value_kind kind = column_kind(values, width, count);
    bool is_text = kind == VALUE_TEXT;
    char *indicators = arena_alloc(arena, count);
    unsigned long *lengths = is_text ? arena_array(arena, count, sizeof(*lengths)) : NULL;
    union {
        int64_t integer;
        double real;
        const char *text;
    } *column = arena_array(arena, count, sizeof(*column));
    for (size_t i = 0; i < count; i++) {
        const struct value *value = &values[i * width];
        if (value->kind == VALUE_NULL) {
            indicators[i] = STMT_INDICATOR_NULL;
            continue;
        }
        assert(kind == value->kind);
        if (kind == VALUE_INTEGER) {
            column[i].integer = value->integer;
        } else if (kind == VALUE_REAL) {
            column[i].real = value->real;
        } else {
            assert(lengths != NULL);
            column[i].text = value->text;
            lengths[i] = value->length;
        }
    }
    bind->u.indicator = indicators;
    bind->length = lengths;
    bind->buffer = column;
    bind->buffer_type = is_text              ? MYSQL_TYPE_STRING
                        : kind == VALUE_REAL ? MYSQL_TYPE_DOUBLE
                                             : MYSQL_TYPE_LONGLONG;
}

MYSQL_BIND *parameters_bind_rows(struct arena *arena, const struct value *values, size_t width,
                                 size_t count)
{
    MYSQL_BIND *binds = arena_array(arena, width, sizeof(*binds));
    for (size_t i = 0; i < width; i++)
        bind_column(arena, &binds[i], values + i, width, count);
    return binds;
}
