/*
 * Sorts error numbers into outcomes, and reduces a statement to words that may be logged.
 */
#include <config.h>

#include "db/server_error.h"

#include <ctype.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include <stddef.h>
#include <string.h>

#include "base/log.h"

/* Not in every version of mysqld_error.h. */
enum {
    ERROR_CONNECTION_KILLED = 1927,
    ERROR_STATEMENT_TIMEOUT = 1969,
    ERROR_WSREP_NOT_READY = 1047,
    ERROR_BINLOG_REFUSES = 1665,
};

/* Every other error is OUTCOME_BROKEN, and the connection stays. */
static const struct {
    unsigned error;
    enum outcome outcome;
    bool lost;
} meanings[] = {
    {ER_LOCK_DEADLOCK, OUTCOME_CONFLICT, false},
    {ER_LOCK_WAIT_TIMEOUT, OUTCOME_CONFLICT, false},
    {ER_CHECKREAD, OUTCOME_CONFLICT, false},
    {ER_AUTOINC_READ_FAILED, OUTCOME_CONFLICT, false}, /* undone while waiting for the next id */
    {ER_NO_REFERENCED_ROW_2, OUTCOME_CONFLICT, false},
    {ER_ROW_IS_REFERENCED_2, OUTCOME_CONFLICT, false},
    {ER_DUP_ENTRY, OUTCOME_DUPLICATE, false},
    {ER_SIGNAL_EXCEPTION, OUTCOME_UNMET, false},
    {ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, OUTCOME_UNSTORABLE, false},
    {ER_CANT_AGGREGATE_2COLLATIONS, OUTCOME_UNSTORABLE, false},
    {ER_CANT_AGGREGATE_3COLLATIONS, OUTCOME_UNSTORABLE, false},
    {ER_CANT_AGGREGATE_NCOLLATIONS, OUTCOME_UNSTORABLE, false},
    {CR_SERVER_GONE_ERROR, OUTCOME_UNAVAILABLE, true},
    {CR_SERVER_LOST, OUTCOME_UNAVAILABLE, true},
    {CR_SERVER_LOST_EXTENDED, OUTCOME_UNAVAILABLE, true},
    {CR_CONNECTION_ERROR, OUTCOME_UNAVAILABLE, true},
    {CR_CONN_HOST_ERROR, OUTCOME_UNAVAILABLE, true},
    {CR_UNKNOWN_HOST, OUTCOME_UNAVAILABLE, true},
    {CR_IPSOCK_ERROR, OUTCOME_UNAVAILABLE, true},
    {CR_SOCKET_CREATE_ERROR, OUTCOME_UNAVAILABLE, true},
    {CR_SSL_CONNECTION_ERROR, OUTCOME_UNAVAILABLE, true},
    {CR_COMMANDS_OUT_OF_SYNC, OUTCOME_BROKEN, true},
    {CR_MALFORMED_PACKET, OUTCOME_BROKEN, true},
    {CR_OUT_OF_MEMORY, OUTCOME_UNAVAILABLE, true},
    {0, OUTCOME_UNAVAILABLE, true}, /* libmariadb had no memory for the metadata of a result */
    {ER_SERVER_SHUTDOWN, OUTCOME_UNAVAILABLE, true},
    {ER_NORMAL_SHUTDOWN, OUTCOME_UNAVAILABLE, true},
    {ERROR_CONNECTION_KILLED, OUTCOME_UNAVAILABLE, true},
    {ER_NEW_ABORTING_CONNECTION, OUTCOME_UNAVAILABLE, true},
    {ER_CON_COUNT_ERROR, OUTCOME_UNAVAILABLE, true},
    {ER_TOO_MANY_USER_CONNECTIONS, OUTCOME_UNAVAILABLE, true},
    {ER_USER_LIMIT_REACHED, OUTCOME_UNAVAILABLE, true},
    {ER_ACCESS_DENIED_ERROR, OUTCOME_UNAVAILABLE, true},
    {ER_DBACCESS_DENIED_ERROR, OUTCOME_UNAVAILABLE, true},
    {ER_BAD_DB_ERROR, OUTCOME_UNAVAILABLE, true},
    {ERROR_WSREP_NOT_READY, OUTCOME_UNAVAILABLE, false},
    {ER_OPTION_PREVENTS_STATEMENT, OUTCOME_UNAVAILABLE, true}, /* read-only */
    {ERROR_BINLOG_REFUSES, OUTCOME_UNAVAILABLE, true},         /* a new session may be better */
    {ER_QUERY_INTERRUPTED, OUTCOME_UNAVAILABLE, false},
    {ERROR_STATEMENT_TIMEOUT, OUTCOME_UNAVAILABLE, false},
    {ER_MAX_PREPARED_STMT_COUNT_REACHED, OUTCOME_UNAVAILABLE, false},
};

enum outcome server_error_outcome(unsigned error, bool *lost)
{
    *lost = false;
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (meanings[i].error == error) {
            *lost = meanings[i].lost;
            return meanings[i].outcome;
        }
    }
    return OUTCOME_BROKEN;
}

bool server_error_is_unreachable(unsigned error)
{
    static const unsigned errors[] = {
        CR_CONNECTION_ERROR,  CR_CONN_HOST_ERROR, CR_UNKNOWN_HOST,         CR_IPSOCK_ERROR,
        CR_SERVER_GONE_ERROR, CR_SERVER_LOST,     CR_SERVER_LOST_EXTENDED, ERROR_WSREP_NOT_READY,
        ER_SERVER_SHUTDOWN,   ER_CON_COUNT_ERROR};
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i] == error)
            return true;
    return false;
}

bool server_error_is_refusal(unsigned error)
{
    return error == ER_OPTION_PREVENTS_STATEMENT || error == ERROR_BINLOG_REFUSES ||
           error == ERROR_WSREP_NOT_READY;
}

bool server_error_is_safe_to_tell(unsigned error)
{
    static const unsigned errors[] = {
        ER_OPTION_PREVENTS_STATEMENT, ER_READ_ONLY_MODE, ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION,
        ERROR_BINLOG_REFUSES, ERROR_WSREP_NOT_READY, ER_MAX_PREPARED_STMT_COUNT_REACHED,
        /* privileges */
        ER_TABLEACCESS_DENIED_ERROR, ER_COLUMNACCESS_DENIED_ERROR, ER_SPECIFIC_ACCESS_DENIED_ERROR,
        ER_DBACCESS_DENIED_ERROR, ER_MUST_CHANGE_PASSWORD, ER_USER_LIMIT_REACHED,
        /* the schema is another one */
        ER_NO_SUCH_TABLE, ER_NO_SUCH_TABLE_IN_ENGINE, ER_BAD_FIELD_ERROR, ER_TABLE_EXISTS_ERROR,
        ER_DUP_FIELDNAME, ER_DUP_KEYNAME, ER_CANT_DROP_FIELD_OR_KEY, ER_WRONG_OBJECT,
        ER_VIEW_INVALID, ER_NON_UPDATABLE_TABLE, ER_NON_INSERTABLE_TABLE, ER_CRASHED_ON_USAGE,
        /* tables that cannot be made */
        ER_CANT_CREATE_TABLE, ER_TOO_LONG_KEY, ER_INDEX_COLUMN_TOO_LONG, ER_REQUIRES_PRIMARY_KEY,
        ER_UNKNOWN_STORAGE_ENGINE,
        /* room */
        ER_RECORD_FILE_FULL, ER_DISK_FULL, ER_GET_ERRNO, ER_LOCK_TABLE_FULL,
        /* variables, which the configuration or the server sets */
        ER_WRONG_VALUE_FOR_VAR, ER_UNKNOWN_SYSTEM_VARIABLE, ER_TOO_BIG_SELECT,
        ER_UPDATE_WITHOUT_KEY_IN_SAFE_MODE};
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i] == error)
            return true;
    return false;
}

/* What a statement does and to which table, such as "select" and "allocations": enough to find the
   statement in the sources, while the log contains no SQL. */
struct statement_gist {
    char verb[16];
    char table[64]; /* "" if no word that comes before a table was found */
};

/* Copies a word of letters and "_" in lower case. */
static void copy_word(char *to, size_t room, const char *from)
{
    size_t length = 0;
    from += strspn(from, " ");
    while (length + 1 < room && (isalpha((unsigned char)from[length]) || from[length] == '_')) {
        to[length] = (char)tolower((unsigned char)from[length]);
        length++;
    }
    to[length] = '\0';
}

/* Returns where the first statement that reads or writes rows begins. In a compound statement,
   others come before it. */
static const char *first_of_compound(const char *text)
{
    static const char compound[] = "BEGIN NOT ATOMIC ";
    static const char *const preludes[] = {"DECLARE ", "START ", "DO "};
    if (strncmp(text, compound, sizeof(compound) - 1) != 0)
        return text;
    text += sizeof(compound) - 1;
    for (size_t i = 0; i < sizeof(preludes) / sizeof(preludes[0]); i++) {
        const char *next;
        while (strncmp(text, preludes[i], strlen(preludes[i])) == 0 &&
               (next = strstr(text, "; ")) != NULL)
            text = next + 2;
    }
    return text;
}

/* Returns the word that comes before the table that a statement is about. It may read others. */
static const char *word_before_table(const char *verb)
{
    static const struct {
        const char *verb, *word;
    } writes[] = {{"insert", " INTO "}, {"replace", " INTO "}, {"update", "UPDATE "}};
    for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
        if (strcmp(writes[i].verb, verb) == 0)
            return writes[i].word;
    return " FROM ";
}

static struct statement_gist gist_of(const char *text)
{
    struct statement_gist gist = {"", ""};
    text = first_of_compound(text);
    copy_word(gist.verb, sizeof(gist.verb), text);
    const char *word = word_before_table(gist.verb);
    const char *place = strstr(text, word);
    if (place != NULL)
        copy_word(gist.table, sizeof(gist.table), place + strlen(word));
    return gist;
}

void server_error_log(unsigned error, const char *state, const char *statement, const char *reason)
{
    struct statement_gist gist = gist_of(statement);
    const char *table = *gist.table != '\0' ? gist.table : NULL;
    if (reason != NULL && strcmp(statement, "connect") == 0)
        log_event(LOG_LEVEL_ERROR, "database error", log_integer("error", error),
                  log_identifier("sqlstate", state), log_text("operation", gist.verb),
                  log_text("reason", reason));
    else if (reason != NULL)
        log_event(LOG_LEVEL_ERROR, "database error", log_integer("error", error),
                  log_identifier("sqlstate", state), log_text("operation", gist.verb),
                  log_text("table", table), log_text("reason", reason));
    else
        log_event(LOG_LEVEL_ERROR, "database error", log_integer("error", error),
                  log_identifier("sqlstate", state), log_text("operation", gist.verb),
                  log_text("table", table));
}
