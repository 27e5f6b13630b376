/*
 * Runs prepared statements: the statement functions of db/database.h.
 */
#include <config.h>

#include <assert.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "db/connection.h"
#include "db/database.h"
#include "db/parameters.h"
#include "db/prepared.h"
#include "db/row_buffer.h"
#include "db/server_error.h"

/* The library's error of a statement. */
struct statement_error {
    unsigned error;
    char state[8];
    char reason[256];
};

static struct statement_error error_of(const struct database *database, MYSQL_STMT *handle)
{
    struct statement_error error = {.error = mysql_stmt_errno(handle)};
    snprintf(error.state, sizeof(error.state), "%s", mysql_stmt_sqlstate(handle));
    snprintf(error.reason, sizeof(error.reason), "%s", mysql_stmt_error(handle));
    if (error.error == 0) {
        /* An error that ends the rows of a statement early is only noted in the connection. */
        error.error = mysql_errno(database->mysql);
        snprintf(error.state, sizeof(error.state), "%s", mysql_sqlstate(database->mysql));
        snprintf(error.reason, sizeof(error.reason), "%s", mysql_error(database->mysql));
    }
    return error;
}

static enum outcome handle_error(struct database *database, const struct prepared *prepared)
{
    struct statement_error error = error_of(database, prepared->handle);
    /* The text is copied because a lost connection takes the statement with it. */
    return connection_error(database, error.error, error.state,
                            arena_strdup(database->arena, prepared->text), error.reason);
}

/* Compares a count in an answer with that of the statement. If they differ, it is the answer to
   another statement, and nothing that comes on this connection can be trusted. */
static enum outcome check_count(struct database *database, const struct prepared *prepared,
                                size_t told, size_t count)
{
    return told == count ? OUTCOME_OK
                         : connection_error(database, CR_MALFORMED_PACKET, "HY000",
                                            arena_strdup(database->arena, prepared->text), NULL);
}

/* Sends the text of a statement. All connections of the server share a number of statements
   (max_prepared_stmt_count): if it is used up, drops own ones for the new one. Returns false if it
   fails. */
static bool send_text(struct database *database, struct prepared *prepared)
{
    int failed;
    do {
        uint64_t since = clock_microseconds();
        failed = mysql_stmt_prepare(prepared->handle, prepared->text,
                                    (unsigned long)strlen(prepared->text));
        connection_count(database, since);
    } while (failed && mysql_stmt_errno(prepared->handle) == ER_MAX_PREPARED_STMT_COUNT_REACHED &&
             prepared_drop_oldest(database));
    return !failed;
}

static enum outcome keep_or_starve(struct database *database, struct prepared *prepared)
{
    if (prepared_keep(database, prepared))
        return OUTCOME_OK;
    prepared_free(prepared);
    arena_starve(database->arena);
}

static enum outcome prepare(struct database *database, const char *text, struct prepared **result)
{
    struct prepared *prepared = prepared_new(database, text);
    if (prepared == NULL)
        arena_starve(database->arena);
    if (!send_text(database, prepared)) {
        struct statement_error error = error_of(database, prepared->handle);
        prepared_free(prepared);
        return connection_error(database, error.error, error.state, text, error.reason);
    }
    *result = prepared;
    return keep_or_starve(database, prepared);
}

static enum outcome find_or_prepare(struct database *database, const char *text,
                                    struct prepared **prepared)
{
    *prepared = prepared_find(database, text);
    return *prepared != NULL ? OUTCOME_OK : prepare(database, text, prepared);
}

/* Prepares, binds and executes. The caller fetches the rows, if there are any. */
static enum outcome run(struct database *database, const char *text, const struct value *values,
                        size_t count, struct prepared **prepared)
{
    TRY(find_or_prepare(database, text, prepared));
    assert(*prepared != NULL);
    MYSQL_STMT *handle = (*prepared)->handle;
    TRY(check_count(database, *prepared, mysql_stmt_param_count(handle), count));
    MYSQL_BIND *binds = parameters_bind(database->arena, values, count);
    uint64_t since = clock_microseconds();
    int failed =
        (binds != NULL && mysql_stmt_bind_param(handle, binds)) || mysql_stmt_execute(handle);
    connection_count(database, since);
    return failed ? handle_error(database, *prepared) : OUTCOME_OK;
}

/* Connects and runs. A read outside of a transaction that finds its idle connection closed is sent
   once more on a new one. A write is not: it may have taken effect already. */
static enum outcome connect_and_run(struct database *database, const char *text,
                                    const struct value *values, size_t count, bool repeatable,
                                    struct prepared **prepared)
{
    for (bool again = repeatable && !database->in_transaction;; again = false) {
        TRY(database_connect(database));
        uint64_t since = clock_microseconds();
        enum outcome outcome = run(database, text, values, count, prepared);
        if (outcome != OUTCOME_UNAVAILABLE || database->mysql != NULL || !again ||
            connection_was_mute(database, since))
            return outcome;
    }
}

static enum outcome fetch_all(struct database *database, struct prepared *prepared,
                              const char *columns, database_visitor visitor, void *subject)
{
    struct row_buffer buffer;
    MYSQL_STMT *handle = prepared->handle;
    row_buffer_init(&buffer, columns);
    uint64_t since = clock_microseconds();
    TRY(check_count(database, prepared, mysql_stmt_field_count(handle), buffer.columns));
    if (mysql_stmt_bind_result(handle, buffer.binds))
        return handle_error(database, prepared);
    enum outcome outcome = OUTCOME_OK;
    int status;
    struct value row[ROW_COLUMNS_MOST] = {{0}};
    while (outcome == OUTCOME_OK && (status = mysql_stmt_fetch(handle)) != MYSQL_NO_DATA) {
        if (status == 1)
            return handle_error(database, prepared);
        for (unsigned i = 0; i < buffer.columns; i++)
            row[i] = row_buffer_value(&buffer, database->arena, handle, i);
        outcome = visitor(subject, row);
    }
    mysql_stmt_free_result(handle);
    database->statistics.microseconds += clock_microseconds() - since;
    return outcome;
}

static enum outcome visit(struct database *database, const char *text, const char *columns,
                          const struct value *values, size_t count, database_visitor visitor,
                          void *subject)
{
    struct prepared *prepared;
    TRY(connect_and_run(database, text, values, count, true, &prepared));
    return fetch_all(database, prepared, columns, visitor, subject);
}

/* Texts that no column can hold. */

/* The character sets of the columns. */
static const char select_charsets[] =
    "SELECT DISTINCT character_set_name FROM information_schema.columns "
    "WHERE table_schema = DATABASE() AND character_set_name IS NOT NULL "
    "AND character_set_name <> 'utf8mb4'";

static const char select_unstorable[] =
    "SELECT j.number FROM JSON_TABLE(?, '$[*]' COLUMNS (number FOR ORDINALITY, "
    "text LONGTEXT CHARACTER SET utf8mb4 PATH '$')) j "
    "WHERE BINARY CONVERT(CONVERT(j.text USING %s) USING utf8mb4) <> BINARY j.text";

/* The values of a statement, some of which are being replaced by NULL. */
struct masking {
    struct database *database;
    struct value *values;
    size_t count;
    const char *texts; /* the values as an array in JSON */
};

static enum outcome mask_value(void *subject, const struct value *row)
{
    const struct masking *masking = subject;
    size_t number = (size_t)row[0].integer;
    if (number >= 1 && number <= masking->count)
        masking->values[number - 1] = value_null();
    return OUTCOME_OK;
}

static enum outcome note_charset(void *subject, const struct value *row)
{
    struct text_builder *names = subject;
    text_add_item(names, " ", row[0].text);
    return OUTCOME_OK;
}

/* Replaces the texts that some column cannot hold by NULL. It matches nothing, and neither does
   such a text. The names of the character sets are the server's, not a client's. */
static enum outcome mask_unstorable(struct masking *masking)
{
    struct arena *arena = masking->database->arena;
    struct text_builder names = text_begin(arena);
    TRY(visit(masking->database, select_charsets, "s", NO_VALUES, note_charset, &names));
    const char *name = text_end(&names);
    while (*name != '\0') {
        size_t length = strcspn(name, " ");
        const char *text =
            arena_printf(arena, select_unstorable, arena_strndup(arena, name, length));
        TRY(visit(masking->database, text, "i", VALUES(value_text(masking->texts)), mask_value,
                  masking));
        name += length + (name[length] != '\0');
    }
    return OUTCOME_OK;
}

/* Prepares for running a statement again, after the server has refused to compare a text with a
   column of another character set: sets masked to the values without the texts that cannot be equal
   to anything. The error has not ended the transaction. */
static enum outcome mask(struct database *database, const struct value *values, size_t count,
                         const struct value **masked)
{
    struct masking masking = {.database = database,
                              .values = arena_array(database->arena, count, sizeof(*values)),
                              .count = count,
                              .texts = parameters_as_json(database->arena, values, count)};
    memcpy(masking.values, values, count * sizeof(*values));
    *masked = masking.values;
    database->doomed = OUTCOME_OK;
    return mask_unstorable(&masking);
}

static enum outcome visit_part(struct database *database, const struct sql *sql,
                               const struct value *values, size_t count, database_visitor visitor,
                               void *subject)
{
    const char *text = sql->text;
    parameters_expand(database->arena, &text, &values, &count);
    enum outcome outcome = visit(database, text, sql->columns, values, count, visitor, subject);
    if (outcome != OUTCOME_UNSTORABLE)
        return outcome;
    TRY(mask(database, values, count, &values));
    return visit(database, text, sql->columns, values, count, visitor, subject);
}

/* Returns the values of a part; there may be none at all. */
static const struct value *part_of(const struct value *values, size_t count, size_t part)
{
    return count > 0 ? &values[part * count] : NULL;
}

enum outcome database_visit(struct database *database, const struct sql *sql,
                            const struct value *values, size_t count, database_visitor visitor,
                            void *subject)
{
    size_t parts = parameters_divide(database->arena, sql->text, &values, count);
    for (size_t i = 0; i < parts; i++)
        TRY(visit_part(database, sql, part_of(values, count, i), count, visitor, subject));
    return OUTCOME_OK;
}

/* The rows that database_select() collects. */
struct collection {
    struct arena *arena;
    struct value *values;
    size_t count, room; /* in rows */
    unsigned columns;
};

static enum outcome collect_row(void *subject, const struct value *row)
{
    struct collection *collection = subject;
    unsigned columns = collection->columns;
    collection->values = arena_grow(collection->arena, collection->values, collection->count,
                                    &collection->room, columns * sizeof(*row));
    struct value *to = &collection->values[collection->count++ * columns];
    for (unsigned i = 0; i < columns; i++) {
        to[i] = row[i];
        if (row[i].kind == VALUE_TEXT)
            to[i].text = arena_strndup(collection->arena, row[i].text, row[i].length);
    }
    return OUTCOME_OK;
}

enum outcome database_select(struct database *database, const struct sql *sql,
                             const struct value *values, size_t count, struct rows *rows)
{
    struct collection collection = {.arena = database->arena,
                                    .columns = (unsigned)strlen(sql->columns)};
    *rows = (struct rows){.columns = collection.columns};
    TRY(database_visit(database, sql, values, count, collect_row, &collection));
    rows->values = collection.values;
    rows->count = collection.count;
    return OUTCOME_OK;
}

static enum outcome execute_part(struct database *database, const struct sql *sql,
                                 const struct value *values, size_t count, uint64_t *affected)
{
    const char *text = sql->text;
    struct prepared *prepared;
    parameters_expand(database->arena, &text, &values, &count);
    enum outcome outcome = connect_and_run(database, text, values, count, false, &prepared);
    if (outcome == OUTCOME_UNSTORABLE && strncmp(text, "DELETE ", 7) == 0) {
        TRY(mask(database, values, count, &values));
        outcome = connect_and_run(database, text, values, count, false, &prepared);
    }
    if (outcome != OUTCOME_OK)
        return outcome;
    *affected += mysql_stmt_affected_rows(prepared->handle);
    database->insert_id = (int64_t)mysql_stmt_insert_id(prepared->handle);
    return OUTCOME_OK;
}

enum outcome database_execute(struct database *database, const struct sql *sql,
                              const struct value *values, size_t count, uint64_t *affected)
{
    uint64_t found = 0;
    size_t parts = parameters_divide(database->arena, sql->text, &values, count);
    for (size_t i = 0; i < parts; i++)
        TRY(execute_part(database, sql, part_of(values, count, i), count, &found));
    if (affected != NULL)
        *affected = found;
    return OUTCOME_OK;
}

bool database_concludes(struct database *database)
{
    return database->witness == NULL &&
           (database_connect(database) != OUTCOME_OK ||
            (database->bulk && !database->no_compound && !database->node));
}

/* Returns whether the transaction is still open; false if the server does not say. */
static bool is_open(struct database *database)
{
    static const char text[] = "SELECT @@in_transaction";
    if (database->mysql == NULL)
        return false;
    uint64_t since = clock_microseconds();
    MYSQL_RES *result = NULL;
    if (mysql_real_query(database->mysql, text, sizeof(text) - 1) == 0)
        result = mysql_store_result(database->mysql);
    connection_count(database, since);
    MYSQL_ROW row = result != NULL ? mysql_fetch_row(result) : NULL;
    bool open = row != NULL && row[0] != NULL && strcmp(row[0], "1") == 0;
    mysql_free_result(result);
    return open;
}

/* Finds or prepares a compound statement. OUTCOME_UNMET: the server cannot prepare such. */
static enum outcome prepare_compound(struct database *database, const char *text,
                                     struct prepared **prepared)
{
    if ((*prepared = prepared_find(database, text)) != NULL)
        return OUTCOME_OK;
    *prepared = prepared_new(database, text);
    if (*prepared == NULL)
        arena_starve(database->arena);
    if (send_text(database, *prepared))
        return keep_or_starve(database, *prepared);
    struct statement_error error = error_of(database, (*prepared)->handle);
    prepared_free(*prepared);
    if (error.error != ER_PARSE_ERROR && error.error != ER_UNSUPPORTED_PS)
        return connection_error(database, error.error, error.state, text, error.reason);
    database->no_compound = true;
    return OUTCOME_UNMET;
}

/* What the failure of a statement that ends with COMMIT means. */
static enum outcome conclusion(struct database *database, enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_CONFLICT:
    case OUTCOME_UNMET:
        return outcome;
    case OUTCOME_DUPLICATE:
    case OUTCOME_UNSTORABLE:
        return OUTCOME_UNMET;
    default:
        /* Not even sent: the library has this error only where writing failed. */
        if (database->error == CR_SERVER_GONE_ERROR)
            return OUTCOME_UNAVAILABLE;
        return server_error_is_refusal(database->error) || is_open(database) ? outcome
                                                                             : OUTCOME_UNCERTAIN;
    }
}

enum outcome database_conclude(struct database *database, const struct sql *sql,
                               const struct value *values, size_t count)
{
    const char *text = sql->text;
    struct prepared *prepared;
    assert(database->in_transaction);
    TRY(database_connect(database));
    parameters_expand(database->arena, &text, &values, &count);
    TRY(prepare_compound(database, text, &prepared));
    enum outcome outcome = run(database, text, values, count, &prepared);
    database->concluded = outcome == OUTCOME_OK;
    database->may_hold_locks = outcome != OUTCOME_OK;
    return outcome == OUTCOME_OK ? outcome : conclusion(database, outcome);
}

int64_t database_insert_id(const struct database *database)
{
    return database->insert_id;
}

static enum outcome run_bulk(struct database *database, struct prepared *prepared,
                             MYSQL_BIND *binds, size_t count, uint64_t *affected)
{
    unsigned rows = (unsigned)count, none = 0;
    MYSQL_STMT *handle = prepared->handle;
    mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &rows);
    uint64_t since = clock_microseconds();
    int failed = mysql_stmt_bind_param(handle, binds) || mysql_stmt_execute(handle);
    connection_count(database, since);
    if (failed)
        return handle_error(database, prepared);
    if (affected != NULL)
        *affected = mysql_stmt_affected_rows(handle);
    mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &none);
    return OUTCOME_OK;
}

/* Runs an INSERT that ends with VALUES (...) for as many rows as its text has then. */
static enum outcome insert_rows(struct database *database, const char *text,
                                const struct value *values, size_t width, size_t rows,
                                uint64_t *affected)
{
    const char *row = strstr(text, "VALUES (") + strlen("VALUES ");
    struct text_builder longer = text_begin(database->arena);
    struct prepared *prepared;
    text_add(&longer, text);
    for (size_t i = 1; i < rows; i++) {
        text_add(&longer, ", ");
        text_add(&longer, row);
    }
    TRY(connect_and_run(database, text_end(&longer), values, rows * width, false, &prepared));
    *affected += mysql_stmt_affected_rows(prepared->handle);
    return OUTCOME_OK;
}

/* Does the work of database_execute_bulk() on a connection without bulk execution: an INSERT gets
   many rows, a few or a power of two so that few forms of it are prepared; any other statement runs
   for each row. */
static enum outcome execute_rows(struct database *database, const char *text,
                                 const struct value *values, size_t width, size_t count,
                                 uint64_t *affected)
{
    enum { FEW = 4, ROWS_MOST = 256 };
    const char *row = strncmp(text, "INSERT ", 7) == 0 ? strstr(text, "VALUES (") : NULL;
    bool many = row != NULL && text[strlen(text) - 1] == ')';
    while (count > 0) {
        size_t rows = many && count <= FEW ? count : 1;
        while (many && rows * 2 <= count && rows < ROWS_MOST)
            rows *= 2;
        uint64_t found = 0;
        if (many)
            TRY(insert_rows(database, text, values, width, rows, &found));
        else
            TRY(database_execute(database, &(struct sql){text, NULL}, values, width, &found));
        if (affected != NULL)
            *affected += found;
        values += rows * width;
        count -= rows;
    }
    return OUTCOME_OK;
}

enum outcome database_execute_bulk(struct database *database, const struct sql *sql,
                                   const struct value *values, size_t width, size_t count,
                                   uint64_t *affected)
{
    struct prepared *prepared;
    if (affected != NULL)
        *affected = 0;
    if (count == 0)
        return OUTCOME_OK;
    if (count == 1)
        return database_execute(database, sql, values, width, affected);
    TRY(database_connect(database));
    if (!database->bulk)
        return execute_rows(database, sql->text, values, width, count, affected);
    TRY(find_or_prepare(database, sql->text, &prepared));
    TRY(check_count(database, prepared, mysql_stmt_param_count(prepared->handle), width));
    MYSQL_BIND *binds = parameters_bind_rows(database->arena, values, width, count);
    enum outcome outcome = run_bulk(database, prepared, binds, count, affected);
    if (outcome != OUTCOME_OK && database->mysql != NULL)
        prepared_drop(database, prepared);
    return outcome;
}
