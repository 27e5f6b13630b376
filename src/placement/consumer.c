/*
 * Reads and writes the rows of consumers, projects, users and consumer types.
 */
#include <config.h>

#include "placement/consumer.h"

#include "base/sorted.h"

/* Locks only the consumers. All consumers of a project share its row, so locking that would make
   the claims of a project wait for each other. */
static const struct sql lock_consumers = {
    "SELECT id, uuid, generation FROM consumers WHERE uuid IN (?*) FOR UPDATE", "isi"};

/* Owners never change and are never deleted, so two transactions may create the same one. */
static const struct sql ensure_project = {
    "INSERT IGNORE INTO projects (external_id, created_at) VALUES (?, UTC_TIMESTAMP())", NULL};
static const struct sql ensure_user = {
    "INSERT IGNORE INTO users (external_id, created_at) VALUES (?, UTC_TIMESTAMP())", NULL};
static const struct sql ensure_type = {
    "INSERT IGNORE INTO consumer_types (name, created_at) VALUES (?, UTC_TIMESTAMP())", NULL};

/* Without and with a type. Old databases may have allocations of a consumer without a row. */
static const struct sql insert_consumer[] = {
    {"INSERT INTO consumers (uuid, project_id, user_id, generation, created_at) "
     "SELECT ?, p.id, u.id, 1, UTC_TIMESTAMP() FROM projects p, users u "
     "WHERE p.external_id = ? AND u.external_id = ? "
     "AND NOT EXISTS (SELECT 1 FROM allocations WHERE consumer_id = ?)",
     NULL},
    {"INSERT INTO consumers (uuid, project_id, user_id, generation, created_at, consumer_type_id) "
     "SELECT ?, p.id, u.id, 1, UTC_TIMESTAMP(), t.id FROM projects p, users u, consumer_types t "
     "WHERE p.external_id = ? AND u.external_id = ? AND t.name = ? "
     "AND NOT EXISTS (SELECT 1 FROM allocations WHERE consumer_id = ?)",
     NULL},
};
/* For many consumers: an INSERT ... SELECT cannot be sent in bulk, and the server evaluates a
   subquery in VALUES only once for all rows. */
static const struct sql select_owners = {
    "SELECT 0, id, external_id FROM projects WHERE external_id IN (?...) "
    "UNION ALL SELECT 1, id, external_id FROM users WHERE external_id IN (?...) "
    "UNION ALL SELECT 2, id, name FROM consumer_types WHERE name IN (?...) "
    "UNION ALL SELECT 3, id, consumer_id FROM allocations WHERE consumer_id IN (?...)",
    "iis"};
static const struct sql insert_known = {
    "INSERT INTO consumers (uuid, project_id, user_id, consumer_type_id, generation, created_at) "
    "VALUES (?, ?, ?, ?, 1, UTC_TIMESTAMP())",
    NULL};
static const struct sql set_owners[] = {
    {"UPDATE consumers c, projects p, users u SET c.project_id = p.id, c.user_id = u.id "
     "WHERE c.uuid = ? AND p.external_id = ? AND u.external_id = ?",
     NULL},
    {"UPDATE consumers c, projects p, users u, consumer_types t "
     "SET c.project_id = p.id, c.user_id = u.id, c.consumer_type_id = t.id "
     "WHERE c.uuid = ? AND p.external_id = ? AND u.external_id = ? AND t.name = ?",
     NULL},
};
static const struct sql update_consumer[] = {
    {"UPDATE consumers c, projects p, users u SET c.generation = c.generation + 1, "
     "c.project_id = p.id, c.user_id = u.id, c.updated_at = UTC_TIMESTAMP() "
     "WHERE c.id = ? AND c.generation = ? AND p.external_id = ? AND u.external_id = ?",
     NULL},
    {"UPDATE consumers c, projects p, users u, consumer_types t "
     "SET c.generation = c.generation + 1, c.project_id = p.id, c.user_id = u.id, "
     "c.consumer_type_id = t.id, c.updated_at = UTC_TIMESTAMP() "
     "WHERE c.id = ? AND c.generation = ? AND p.external_id = ? AND u.external_id = ? "
     "AND t.name = ?",
     NULL},
};
static const struct sql delete_consumers = {"DELETE FROM consumers WHERE id IN (?*)", NULL};

enum outcome consumers_lock(struct context *context, const char *const *uuids, size_t count,
                            struct consumer **consumers, size_t *found)
{
    struct rows rows;
    TRY(database_select(context->database, &lock_consumers, VALUES(value_texts(uuids, count)),
                        &rows));
    *consumers = arena_array(context->arena, rows.count, sizeof(**consumers));
    *found = rows.count;
    for (size_t i = 0; i < rows.count; i++)
        (*consumers)[i] = (struct consumer){.id = row_integer(&rows, i, 0),
                                            .uuid = row_text(&rows, i, 1),
                                            .generation = row_integer(&rows, i, 2)};
    return OUTCOME_OK;
}

enum outcome consumer_owners_ensure(struct context *context, const struct consumer_record *records,
                                    size_t count)
{
    struct value *projects = arena_array(context->arena, count, sizeof(*projects));
    struct value *users = arena_array(context->arena, count, sizeof(*users));
    struct value *types = arena_array(context->arena, count, sizeof(*types));
    for (size_t i = 0; i < count; i++) {
        projects[i] = value_text(records[i].project_id);
        users[i] = value_text(records[i].user_id);
        types[i] = value_text(records[i].type);
    }
    TRY(database_execute_bulk(context->database, &ensure_project, projects, 1, count, NULL));
    TRY(database_execute_bulk(context->database, &ensure_user, users, 1, count, NULL));
    if (count == 0 || records[0].type == NULL)
        return OUTCOME_OK;
    return database_execute_bulk(context->database, &ensure_type, types, 1, count, NULL);
}

bool consumer_owners_are_common(const struct consumer_record *records, size_t count)
{
    enum { FOUR_BYTES = 0xf0 }; /* first byte of a character of four bytes in UTF-8 */
    for (size_t i = 0; i < count; i++) {
        const char *const texts[] = {records[i].project_id, records[i].user_id, records[i].type};
        for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++)
            for (const char *text = texts[j]; text != NULL && *text != '\0'; text++)
                if ((unsigned char)*text >= FOUR_BYTES)
                    return false;
    }
    return true;
}

/* What comes in a statement beside the owners of a record. */
enum record_key { KEY_ROW, KEY_UUID, KEY_UUID_TWICE };

/* Runs a statement for each record. OUTCOME_NOT_FOUND: a statement found no row. */
static enum outcome records_write(struct context *context, const struct sql statements[2],
                                  const struct consumer_record *records, size_t count,
                                  enum record_key key)
{
    if (count == 0)
        return OUTCOME_OK;
    bool typed = records[0].type != NULL;
    size_t width = (key == KEY_UUID ? 3U : 4U) + typed;
    struct value *values = arena_array(context->arena, count * width, sizeof(*values));
    struct value *next = values;
    for (size_t i = 0; i < count; i++) {
        if (key == KEY_ROW) {
            *next++ = value_integer(records[i].id);
            *next++ = value_integer(records[i].generation);
        } else {
            *next++ = value_text(records[i].uuid);
        }
        *next++ = value_text(records[i].project_id);
        *next++ = value_text(records[i].user_id);
        if (typed)
            *next++ = value_text(records[i].type);
        if (key == KEY_UUID_TWICE)
            *next++ = value_text(records[i].uuid);
    }
    uint64_t found;
    TRY(database_execute_bulk(context->database, &statements[typed], values, width, count, &found));
    return found == count ? OUTCOME_OK : OUTCOME_NOT_FOUND;
}

enum owner { OWNER_PROJECT, OWNER_USER, OWNER_TYPE, OWNERS, ALLOCATION = OWNERS };

/* A row of select_owners. */
struct owner_row {
    unsigned owner;
    const char *name;
    int64_t id;
};

static int owner_compare(const void *left, const void *right)
{
    const struct owner_row *a = left, *b = right;
    if (a->owner != b->owner)
        return a->owner < b->owner ? -1 : 1;
    return strcmp(a->name, b->name);
}

static const char *record_owner(const struct consumer_record *record, unsigned owner)
{
    const char *names[OWNERS] = {record->project_id, record->user_id, record->type};
    return names[owner];
}

/* The owners that were loaded. */
struct owner_list {
    struct owner_row *rows;
    size_t count, room;
};

/* Loads the owners of the records that exist. OUTCOME_NOT_FOUND: one of the consumers has
   allocations. */
static enum outcome owners_load_some(struct context *context, const struct consumer_record *records,
                                     size_t count, struct owner_list *owners)
{
    struct value lists[OWNERS + 1];
    for (unsigned owner = 0; owner < OWNERS; owner++) {
        const char **names = arena_array(context->arena, count, sizeof(*names));
        size_t named = 0;
        for (size_t i = 0; i < count; i++)
            if (record_owner(&records[i], owner) != NULL)
                names[named++] = record_owner(&records[i], owner);
        lists[owner] = value_texts(names, named);
    }
    const char **uuids = arena_array(context->arena, count, sizeof(*uuids));
    for (size_t i = 0; i < count; i++)
        uuids[i] = records[i].uuid;
    lists[ALLOCATION] = value_texts(uuids, count);
    struct rows rows;
    TRY(database_select(context->database, &select_owners, lists, OWNERS + 1, &rows));
    for (size_t i = 0; i < rows.count; i++) {
        if (row_integer(&rows, i, 0) == ALLOCATION)
            return OUTCOME_NOT_FOUND;
        owners->rows = arena_grow(context->arena, owners->rows, owners->count, &owners->room,
                                  sizeof(*owners->rows));
        owners->rows[owners->count++] =
            (struct owner_row){.owner = (unsigned)row_integer(&rows, i, 0),
                               .name = row_text(&rows, i, 2),
                               .id = row_integer(&rows, i, 1)};
    }
    return OUTCOME_OK;
}

/* The same for any number of records, and sorts the owners. */
static enum outcome owners_load(struct context *context, const struct consumer_record *records,
                                size_t count, struct owner_row **owners, size_t *found)
{
    enum { AT_ONCE = 12288 }; /* the most with four lists in a statement */
    struct owner_list list = {0};
    for (size_t i = 0; i < count; i += AT_ONCE)
        TRY(owners_load_some(context, &records[i], count - i < AT_ONCE ? count - i : AT_ONCE,
                             &list));
    sort(list.rows, list.count, sizeof(*list.rows), owner_compare);
    *owners = list.rows;
    *found = list.count;
    return OUTCOME_OK;
}

/* Fills in a row of insert_known. Returns false if an owner of the record is not in the list,
   letter by letter; the row then has 0 or NULL for it. */
static bool record_values(const struct consumer_record *record, const struct owner_row *owners,
                          size_t count, struct value *row)
{
    bool complete = true;
    row[0] = value_text(record->uuid);
    for (unsigned owner = 0; owner < OWNERS; owner++) {
        struct owner_row key = {.owner = owner, .name = record_owner(record, owner)};
        row[1 + owner] = owner == OWNER_TYPE ? value_null() : value_integer(0);
        if (key.name == NULL)
            continue;
        const struct owner_row *found =
            sorted_find(&key, owners, count, sizeof(*owners), owner_compare);
        if (found != NULL)
            row[1 + owner] = value_integer(found->id);
        complete = complete && found != NULL;
    }
    return complete;
}

/* Only the server knows which names are equal in the collation of a column. So records that have
   other names than the rows are first written without owners, and then updated. */
static enum outcome create_many(struct context *context, const struct consumer_record *records,
                                size_t count)
{
    enum { WIDTH = 1 + OWNERS };
    struct owner_row *owners;
    size_t owner_count;
    TRY(owners_load(context, records, count, &owners, &owner_count));
    struct value *values = arena_array(context->arena, count * WIDTH, sizeof(*values));
    struct consumer_record *others = arena_array(context->arena, count, sizeof(*others));
    size_t other_count = 0;
    for (size_t i = 0; i < count; i++)
        if (!record_values(&records[i], owners, owner_count, &values[i * WIDTH]))
            others[other_count++] = records[i];
    TRY(database_execute_bulk(context->database, &insert_known, values, WIDTH, count, NULL));
    return records_write(context, set_owners, others, other_count, KEY_UUID);
}

enum outcome consumers_create(struct context *context, const struct consumer_record *records,
                              size_t count)
{
    enum outcome outcome =
        count > 1 ? create_many(context, records, count)
                  : records_write(context, insert_consumer, records, count, KEY_UUID_TWICE);
    return outcome == OUTCOME_DUPLICATE ? OUTCOME_CONFLICT : outcome;
}

enum outcome consumers_update(struct context *context, const struct consumer_record *records,
                              size_t count)
{
    return records_write(context, update_consumer, records, count, KEY_ROW);
}

enum outcome consumers_delete(struct context *context, const int64_t *ids, size_t count)
{
    if (count == 0)
        return OUTCOME_OK;
    return database_execute(context->database, &delete_consumers,
                            VALUES(value_integers(ids, count)), NULL);
}
