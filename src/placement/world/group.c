/*
 * The state between the events of a group, and what each event may do to it.
 */
#include <config.h>

#include "placement/world/group.h"

#include <string.h>
#include <strings.h>

#include "placement/world/changes.h"

/* Types of events that are LOG_EVENT_UNKNOWN, but say why (the server's sql/log_event.h). */
enum {
    INTVAR = 5, /* and RAND, USER_VAR: values for a statement that follows */
    RAND = 13,
    USER_VAR = 14,
    BEGIN_LOAD = 17,
    EXECUTE_LOAD = 18,
    INCIDENT = 26,
    COMPRESSED_FIRST = 165,
    COMPRESSED_LAST = 171,
};

static enum world_reason unknown_reason(unsigned type)
{
    switch (type) {
    case INTVAR:
    case RAND:
    case USER_VAR:
    case BEGIN_LOAD:
    case EXECUTE_LOAD:
        return WORLD_STATEMENT;
    case INCIDENT:
        return WORLD_LOG_LOST;
    default:
        return type >= COMPRESSED_FIRST && type <= COMPRESSED_LAST ? WORLD_COMPRESSED
                                                                   : WORLD_UNKNOWN;
    }
}

static enum world_reason begin_group(struct world_groups *groups, const struct log_event *event)
{
    const struct gtid *id = &event->begin.id;
    const struct gtid *last = gtid_position_find(&groups->position, id->domain);
    if (groups->open)
        return WORLD_UNKNOWN;
    if (event->begin.xa)
        return WORLD_XA;
    if (last != NULL &&
        (groups->sparse ? id->sequence <= last->sequence : id->sequence != last->sequence + 1))
        return WORLD_GAP;
    groups->open = true;
    groups->touched = false;
    groups->standalone = event->begin.standalone;
    groups->id = *id;
    groups->mapped_count = 0;
    return WORLD_KEPT;
}

static enum world_reason end_group(struct world_groups *groups)
{
    groups->open = false;
    groups->groups++;
    if (!gtid_position_advance(&groups->position, &groups->id))
        return WORLD_GAP;
    return groups->sink->commit(groups->sink->subject, &groups->position) ? WORLD_KEPT
                                                                          : WORLD_NO_ROOM;
}

static enum world_reason map_table(struct world_groups *groups, const struct log_event *event)
{
    struct mapped_table mapped = {.id = event->table.id};
    mapped.foreign =
        !world_layout_find(groups->layout, event->table.database, event->table.name, &mapped.table);
    if (!mapped.foreign &&
        (!log_columns_read(event->table.columns, &groups->columns[mapped.table]) ||
         !world_layout_fits(groups->layout, mapped.table, &groups->columns[mapped.table])))
        return WORLD_TABLES_UNEXPECTED;
    if (groups->mapped_count == MAPPED_TABLES)
        return WORLD_UNKNOWN;
    groups->mapped[groups->mapped_count++] = mapped;
    return WORLD_KEPT;
}

/* The table mapped last with an id is the one that is meant. */
static const struct mapped_table *find_mapped(const struct world_groups *groups, uint64_t id)
{
    for (unsigned i = groups->mapped_count; i > 0; i--)
        if (groups->mapped[i - 1].id == id)
            return &groups->mapped[i - 1];
    return NULL;
}

static enum world_reason read_rows(struct world_groups *groups, const struct log_event *event)
{
    enum world_reason reason = WORLD_KEPT;
    if (event->rows.data.length > 0) {
        const struct mapped_table *mapped = find_mapped(groups, event->rows.table);
        if (mapped == NULL)
            return WORLD_UNKNOWN;
        if (!mapped->foreign) {
            const struct log_columns *columns = &groups->columns[mapped->table];
            if (!event->rows.whole || event->rows.columns != columns->count)
                return WORLD_ROW_IMAGE;
            groups->touched = true;
            reason = world_changes_add(groups->layout, mapped->table, columns, event, groups->sink,
                                       &groups->rows);
        }
    }
    if (event->rows.last)
        groups->mapped_count = 0;
    return reason;
}

static bool is(struct log_bytes text, const char *word)
{
    return text.length == strlen(word) &&
           strncasecmp((const char *)text.data, word, text.length) == 0;
}

static bool begins(struct log_bytes text, const char *word)
{
    return text.length >= strlen(word) &&
           strncasecmp((const char *)text.data, word, strlen(word)) == 0;
}

/* Whether a statement only ends a temporary table, whose rows are never logged. */
static bool drops_temporary(struct log_bytes text)
{
    return begins(text, "DROP TEMPORARY TABLE") || begins(text, "DROP /*!40005 TEMPORARY */ TABLE");
}

/* A statement among rows. */
static enum world_reason read_inner(struct world_groups *groups, const struct log_event *event)
{
    struct log_bytes text = event->statement.text;
    if (is(text, "BEGIN") || begins(text, "SAVEPOINT ") || drops_temporary(text))
        return WORLD_KEPT;
    if (is(text, "COMMIT") || (is(text, "ROLLBACK") && !groups->touched))
        return end_group(groups);
    /* CREATE TABLE ... SELECT, with the rows that it inserts. */
    if ((begins(text, "CREATE TABLE") || begins(text, "CREATE OR REPLACE TABLE")) &&
        !world_layout_concerns(groups->layout, event->statement.database, text))
        return WORLD_KEPT;
    return WORLD_STATEMENT;
}

static enum world_reason read_statement(struct world_groups *groups, const struct log_event *event)
{
    struct log_bytes text = event->statement.text;
    if (!groups->standalone)
        return read_inner(groups, event);
    if (!drops_temporary(text) &&
        world_layout_concerns(groups->layout, event->statement.database, text))
        return WORLD_CHANGED;
    return end_group(groups);
}

enum world_reason world_groups_read(struct world_groups *groups, const struct log_event *event)
{
    bool inside = event->kind == LOG_EVENT_TABLE || event->kind == LOG_EVENT_ROWS ||
                  event->kind == LOG_EVENT_STATEMENT || event->kind == LOG_EVENT_COMMIT;
    if (inside && !groups->open)
        return WORLD_UNKNOWN;
    switch (event->kind) {
    case LOG_EVENT_NOTHING:
    case LOG_EVENT_HEARTBEAT:
        return WORLD_KEPT;
    case LOG_EVENT_BEGIN:
        return begin_group(groups, event);
    case LOG_EVENT_TABLE:
        return map_table(groups, event);
    case LOG_EVENT_ROWS:
        return read_rows(groups, event);
    case LOG_EVENT_STATEMENT:
        return read_statement(groups, event);
    case LOG_EVENT_COMMIT:
        return end_group(groups);
    case LOG_EVENT_MALFORMED:
    case LOG_EVENT_UNKNOWN:
    default:
        return unknown_reason(event->type);
    }
}
