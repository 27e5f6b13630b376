/*
 * Statements: prepared once a connection, found again by their text, run with bound values.
 */
#include <config.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/clock.h"
#include "db/connection.h"

enum {
    STATEMENTS_KEPT = 300, /* prepared at a time on a connection */
    TEXT_AT_ONCE = 400,    /* bytes of a text column that are fetched with its row */
    PARAMETERS_MOST = 65535,
    COLUMNS_MOST = 40,
};

struct statement {
    MYSQL_STMT *handle;
    uint64_t used; /* when, by the clock of the database */
    UT_hash_handle hh;
    char text[]; /* the key */
};

/* NOLINTBEGIN(clang-analyzer-*): uthash's macros are beyond the analyzer */
static void statement_drop(struct database *database, struct statement *statement)
{
    HASH_DEL(database->statements, statement);
    database->statement_count--;
    mysql_stmt_close(statement->handle);
    free(statement);
}

void statement_drop_all(struct database *database)
{
    struct statement *statement, *next;
    HASH_ITER(hh, database->statements, statement, next)
    {
        statement_drop(database, statement);
    }
}

static void statement_make_room(struct database *database)
{
    if (database->statement_count < STATEMENTS_KEPT)
        return;
    struct statement *oldest = NULL, *statement, *next;
    HASH_ITER(hh, database->statements, statement, next)
    {
        if (oldest == NULL || statement->used < oldest->used)
            oldest = statement;
    }
    statement_drop(database, oldest);
}

/* There is no memory for a statement. */
static void statement_starve(struct database *database, struct statement *statement,
                             MYSQL_STMT *handle)
{
    if (handle != NULL)
        mysql_stmt_close(handle);
    free(statement);
    arena_starve(database->arena);
}

static enum outcome statement_prepare(struct database *database, const char *text,
                                      struct statement **prepared)
{
    size_t length = strlen(text);
    statement_make_room(database);
    struct statement *statement = malloc(sizeof(*statement) + length + 1);
    MYSQL_STMT *handle = mysql_stmt_init(database->mysql);
    if (statement == NULL || handle == NULL)
        statement_starve(database, statement, handle);
    uint64_t since = clock_microseconds();
    int failed = mysql_stmt_prepare(handle, text, (unsigned long)length);
    connection_count(database, since);
    if (failed) {
        unsigned error = mysql_stmt_errno(handle);
        char state[8];
        snprintf(state, sizeof(state), "%s", mysql_stmt_sqlstate(handle));
        mysql_stmt_close(handle);
        free(statement);
        return connection_judge(database, error, state, text);
    }
    statement->handle = handle;
    memcpy(statement->text, text, length + 1);
    HASH_ADD(hh, database->statements, text, (unsigned)length, statement);
    if (statement->hh.tbl == NULL)
        statement_starve(database, statement, handle);
    database->statement_count++;
    *prepared = statement;
    return OUTCOME_OK;
}

static enum outcome statement_find(struct database *database, const char *text,
                                   struct statement **found)
{
    HASH_FIND(hh, database->statements, text, (unsigned)strlen(text), *found);
    if (*found == NULL) {
        enum outcome outcome = statement_prepare(database, text, found);
        if (outcome != OUTCOME_OK)
            return outcome;
    }
    (*found)->used = ++database->statement_clock;
    return OUTCOME_OK;
}

/* NOLINTEND(clang-analyzer-*) */

/* Lists. */

static bool is_list(const struct value *value)
{
    return value->kind == VALUE_INTEGERS || value->kind == VALUE_TEXTS;
}

/* How many placeholders a list gets: the next power of two, at least one. */
static size_t list_width(const struct value *value)
{
    size_t width = 1;
    while (width < value->length)
        width *= 2;
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

/* The text with as many placeholders as the lists need. */
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
        if (strncmp(from, "?...", 4) != 0)
            continue;
        assert(is_list(value));
        for (size_t i = 1; i < list_width(value); i++) {
            *to++ = ',';
            *to++ = '?';
        }
        from += 3;
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

/* Replaces lists in text and values; leaves both alone when there are none. */
static void expand(struct database *database, const char **text, const struct value **values,
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
        arena_exhausted(database->arena);
    *text = expand_text(database->arena, *text, *values, *count, total);
    *values = expand_values(database->arena, *values, *count, total);
    *count = total;
}

/* Parameters. */

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

static enum outcome statement_judge(struct database *database, struct statement *statement)
{
    unsigned error = mysql_stmt_errno(statement->handle);
    char state[8];
    snprintf(state, sizeof(state), "%s", mysql_stmt_sqlstate(statement->handle));
    if (error == 0) {
        /* What ends the rows of a statement early is noted of the connection only. */
        error = mysql_errno(database->mysql);
        snprintf(state, sizeof(state), "%s", mysql_sqlstate(database->mysql));
    }
    /* the text outlives the statement, which a lost connection takes with it */
    return connection_judge(database, error, state, arena_strdup(database->arena, statement->text));
}

/* Finds, binds and executes. The rows, if any, are still to be fetched. */
static enum outcome statement_run(struct database *database, const char *text,
                                  const struct value *values, size_t count, struct statement **run)
{
    struct statement *statement;
    enum outcome outcome = statement_find(database, text, &statement);
    if (outcome != OUTCOME_OK)
        return outcome;
    assert(mysql_stmt_param_count(statement->handle) == count);
    MYSQL_BIND *binds = NULL;
    if (count > 0) {
        binds = arena_array(database->arena, count, sizeof(*binds));
        for (size_t i = 0; i < count; i++)
            bind_value(&binds[i], &values[i]);
    }
    uint64_t since = clock_microseconds();
    int failed = (binds != NULL && mysql_stmt_bind_param(statement->handle, binds)) ||
                 mysql_stmt_execute(statement->handle);
    connection_count(database, since);
    *run = statement;
    return failed ? statement_judge(database, statement) : OUTCOME_OK;
}

/* Connects, expands and runs. A read outside of a transaction that finds its idle connection closed
   is sent once more on a new one; a write is not: nobody knows how far it came. */
static enum outcome statement_start(struct database *database, const struct sql *sql,
                                    const struct value *values, size_t count, bool repeatable,
                                    struct statement **statement)
{
    const char *text = sql->text;
    expand(database, &text, &values, &count);
    for (bool again = repeatable && !database->in_transaction;; again = false) {
        enum outcome outcome = database_connect(database);
        if (outcome != OUTCOME_OK)
            return outcome;
        outcome = statement_run(database, text, values, count, statement);
        if (outcome != OUTCOME_UNAVAILABLE || database->mysql != NULL || !again)
            return outcome;
    }
}

/* Results. */

/* Where the columns of a row are put while it is fetched. */
struct landing {
    unsigned columns;
    MYSQL_BIND binds[COLUMNS_MOST];
    union {
        long long integer;
        double real;
        char text[TEXT_AT_ONCE];
    } places[COLUMNS_MOST];
    unsigned long lengths[COLUMNS_MOST];
    my_bool nulls[COLUMNS_MOST];
};

static void landing_init(struct landing *landing, const char *columns)
{
    landing->columns = (unsigned)strlen(columns);
    assert(landing->columns <= COLUMNS_MOST);
    memset(landing->binds, 0, landing->columns * sizeof(landing->binds[0]));
    for (unsigned i = 0; i < landing->columns; i++) {
        MYSQL_BIND *bind = &landing->binds[i];
        bind->buffer = &landing->places[i];
        bind->length = &landing->lengths[i];
        bind->is_null = &landing->nulls[i];
        if (columns[i] == 'i') {
            bind->buffer_type = MYSQL_TYPE_LONGLONG;
        } else if (columns[i] == 'r') {
            bind->buffer_type = MYSQL_TYPE_DOUBLE;
        } else {
            assert(columns[i] == 's');
            bind->buffer_type = MYSQL_TYPE_STRING;
            bind->buffer_length = TEXT_AT_ONCE;
        }
    }
}

/* A column's value; long text is fetched again, into the arena. Text points into the landing. */
static struct value landing_value(struct landing *landing, struct arena *arena, MYSQL_STMT *handle,
                                  unsigned column)
{
    if (landing->nulls[column])
        return value_null();
    MYSQL_BIND *bind = &landing->binds[column];
    if (bind->buffer_type == MYSQL_TYPE_LONGLONG)
        return value_integer(landing->places[column].integer);
    if (bind->buffer_type == MYSQL_TYPE_DOUBLE)
        return value_real(landing->places[column].real);
    unsigned long length = landing->lengths[column];
    char *text = landing->places[column].text;
    if (length >= TEXT_AT_ONCE) {
        text = arena_alloc(arena, length + 1);
        MYSQL_BIND whole = {
            .buffer_type = MYSQL_TYPE_STRING, .buffer = text, .buffer_length = length + 1};
        mysql_stmt_fetch_column(handle, &whole, column, 0);
    }
    text[length] = '\0';
    return (struct value){.kind = VALUE_TEXT, .length = (uint32_t)length, .text = text};
}

static enum outcome fetch_all(struct database *database, struct statement *statement,
                              const char *columns, database_visitor visitor, void *subject)
{
    struct landing landing;
    MYSQL_STMT *handle = statement->handle;
    landing_init(&landing, columns);
    uint64_t since = clock_microseconds();
    if (mysql_stmt_bind_result(handle, landing.binds))
        return statement_judge(database, statement);
    assert(mysql_stmt_field_count(handle) == landing.columns);
    enum outcome outcome = OUTCOME_OK;
    int status;
    struct value row[COLUMNS_MOST] = {{0}};
    while (outcome == OUTCOME_OK && (status = mysql_stmt_fetch(handle)) != MYSQL_NO_DATA) {
        if (status == 1)
            return statement_judge(database, statement);
        for (unsigned i = 0; i < landing.columns; i++)
            row[i] = landing_value(&landing, database->arena, handle, i);
        outcome = visitor(subject, row);
    }
    mysql_stmt_free_result(handle);
    database->statistics.microseconds += clock_microseconds() - since;
    return outcome;
}

enum outcome database_visit(struct database *database, const struct sql *sql,
                            const struct value *values, size_t count, database_visitor visitor,
                            void *subject)
{
    struct statement *statement;
    enum outcome outcome = statement_start(database, sql, values, count, true, &statement);
    if (outcome != OUTCOME_OK)
        return outcome;
    return fetch_all(database, statement, sql->columns, visitor, subject);
}

/* Gathers the rows of database_select(). */
struct gathering {
    struct arena *arena;
    struct value *values;
    size_t count, room; /* in rows */
    unsigned columns;
};

static enum outcome gather_row(void *subject, const struct value *row)
{
    struct gathering *gathering = subject;
    if (gathering->count == gathering->room) {
        size_t room = gathering->room == 0 ? 8 : gathering->room * 2;
        struct value *values =
            arena_array(gathering->arena, room, gathering->columns * sizeof(*values));
        if (gathering->count > 0)
            memcpy(values, gathering->values,
                   gathering->count * gathering->columns * sizeof(*values));
        gathering->values = values;
        gathering->room = room;
    }
    struct value *to = &gathering->values[gathering->count++ * gathering->columns];
    for (unsigned i = 0; i < gathering->columns; i++) {
        to[i] = row[i];
        if (row[i].kind == VALUE_TEXT)
            to[i].text = arena_strndup(gathering->arena, row[i].text, row[i].length);
    }
    return OUTCOME_OK;
}

enum outcome database_select(struct database *database, const struct sql *sql,
                             const struct value *values, size_t count, struct rows *rows)
{
    struct gathering gathering = {.arena = database->arena,
                                  .columns = (unsigned)strlen(sql->columns)};
    *rows = (struct rows){.columns = gathering.columns};
    enum outcome outcome = database_visit(database, sql, values, count, gather_row, &gathering);
    if (outcome == OUTCOME_OK) {
        rows->values = gathering.values;
        rows->count = gathering.count;
    }
    return outcome;
}

enum outcome database_execute(struct database *database, const struct sql *sql,
                              const struct value *values, size_t count, uint64_t *affected)
{
    struct statement *statement;
    enum outcome outcome = statement_start(database, sql, values, count, false, &statement);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (affected != NULL)
        *affected = mysql_stmt_affected_rows(statement->handle);
    database->insert_id = (int64_t)mysql_stmt_insert_id(statement->handle);
    return OUTCOME_OK;
}

int64_t database_insert_id(const struct database *database)
{
    return database->insert_id;
}

/* Bulk: the library wants a column's values side by side. */
static void bind_column(struct arena *arena, MYSQL_BIND *bind, const struct value *values,
                        size_t width, size_t count)
{
    char *indicators = arena_alloc(arena, count);
    unsigned long *lengths = arena_array(arena, count, sizeof(*lengths));
    int64_t *integers = arena_array(arena, count, sizeof(*integers));
    double *reals = arena_array(arena, count, sizeof(*reals));
    const char **texts = arena_array(arena, count, sizeof(*texts));
    enum value_kind kind = VALUE_NULL;
    for (size_t i = 0; i < count; i++) {
        const struct value *value = &values[i * width];
        if (value->kind == VALUE_NULL) {
            indicators[i] = STMT_INDICATOR_NULL;
            continue;
        }
        assert(kind == VALUE_NULL || kind == value->kind);
        kind = value->kind;
        if (kind == VALUE_INTEGER)
            integers[i] = value->integer;
        else if (kind == VALUE_REAL)
            reals[i] = value->real;
        else
            texts[i] = value->text;
        lengths[i] = value->length;
    }
    bind->u.indicator = indicators;
    bind->length = lengths;
    if (kind == VALUE_REAL) {
        bind->buffer_type = MYSQL_TYPE_DOUBLE;
        bind->buffer = reals;
    } else if (kind == VALUE_TEXT) {
        bind->buffer_type = MYSQL_TYPE_STRING;
        bind->buffer = (void *)texts;
    } else {
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = integers;
    }
}

static enum outcome run_bulk(struct database *database, struct statement *statement,
                             MYSQL_BIND *binds, size_t count, uint64_t *affected)
{
    unsigned rows = (unsigned)count, none = 0;
    MYSQL_STMT *handle = statement->handle;
    mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &rows);
    uint64_t since = clock_microseconds();
    int failed = mysql_stmt_bind_param(handle, binds) || mysql_stmt_execute(handle);
    connection_count(database, since);
    if (failed)
        return statement_judge(database, statement);
    if (affected != NULL)
        *affected = mysql_stmt_affected_rows(handle);
    mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &none);
    return OUTCOME_OK;
}

enum outcome database_execute_bulk(struct database *database, const struct sql *sql,
                                   const struct value *values, size_t width, size_t count,
                                   uint64_t *affected)
{
    if (affected != NULL)
        *affected = 0;
    if (count == 0)
        return OUTCOME_OK;
    if (count == 1)
        return database_execute(database, sql, values, width, affected);
    struct statement *statement;
    enum outcome outcome = database_connect(database);
    if (outcome == OUTCOME_OK)
        outcome = statement_find(database, sql->text, &statement);
    if (outcome != OUTCOME_OK)
        return outcome;
    assert(mysql_stmt_param_count(statement->handle) == width);
    MYSQL_BIND *binds = arena_array(database->arena, width, sizeof(*binds));
    for (size_t i = 0; i < width; i++)
        bind_column(database->arena, &binds[i], values + i, width, count);
    outcome = run_bulk(database, statement, binds, count, affected);
    if (outcome != OUTCOME_OK && database->mysql != NULL)
        statement_drop(database, statement);
    return outcome;
}
