/*
 * Runs a claim of one consumer as one statement.
 *
 *  1. Queue for the providers.
 *  2. Insert the consumer, which must be new; or raise its generation, which must be as the client
 *     thinks, and delete what it holds. Its project, user and type must exist.
 *  3. Raise the generations of the providers. This locks their rows, by uuid; all must exist.
 *  4. Check that units and capacity allow all of the allocations (ADMITTING), and insert them.
 *     Inventories and usages are read after the rows were locked, so they include every earlier
 *     claim.
 *  5. Leave the queue, and commit.
 *
 * The locks and their order are those of claim.c. Step 3 needs no generation to compare with, since
 * everything that depends on it is read later, under the lock. A writer that takes no locks, such
 * as the Python service, finds another generation than it has read, and gives way.
 *
 * The queue is a lock of the server by name (GET_LOCK). It guards nothing: the rows do. It makes
 * claims on one provider wait before they have written anything. A transaction that has written and
 * waits is older than what others commit while it waits. As long as it is open, InnoDB must look up
 * in the table each entry that it reads from an index of allocations, even entries of deleted rows,
 * and summing up the usages takes several times as long. So the queue saves only time, and a claim
 * does without it if it has waited for a second, and beyond the first few providers.
 */
#include <config.h>

#include "placement/claim_at_once.h"

#include <string.h>
#include <strings.h>

#include "base/sorted.h"
#include "base/text.h"

enum {
    AMOUNTS_MOST = 64, /* providers times classes; a larger claim runs in the steps of claim.c */
    QUEUES_MOST = 4,   /* providers to queue for */
};

/* AND: a claim that has waited in vain for one queue waits for no other. */
#define QUEUE       "DO GET_LOCK(?, 1) AND GET_LOCK(?, 1) AND GET_LOCK(?, 1) AND GET_LOCK(?, 1); "
#define LEAVE_QUEUE "DO RELEASE_LOCK(?), RELEASE_LOCK(?), RELEASE_LOCK(?), RELEASE_LOCK(?); "

/* What the claim wants of the provider and class of a row, from a table with a row for each
   provider and a column for each class. 0, which no unit allows, if it wants nothing of them. */
#define AMOUNT "CAST(ELT((FIELD(rp.uuid, ?...) - 1) * ? + FIELD(rc.name, ?...), ?...) AS SIGNED)"

/* An allocation ratio is stored with 24 bits and stands for the shortest decimal number with these
   bits, which may be a little less than what SQL reads. So take off more than the difference can
   be. If this refuses what just fits, the steps of claim.c decide. */
#define CAPACITY                                                                                   \
    "(i.total - i.reserved) * IF(i.allocation_ratio = 1, 1, i.allocation_ratio * 0.9999998)"

#define USED                                                                                       \
    "COALESCE((SELECT SUM(a.used) FROM allocations a "                                             \
    "FORCE INDEX (allocations_resource_provider_class_used_idx) "                                  \
    "WHERE a.resource_provider_id = i.resource_provider_id "                                       \
    "AND a.resource_class_id = i.resource_class_id), 0)"

#define REQUIRE_ROWS(count) "IF ROW_COUNT() <> " count " THEN SIGNAL SQLSTATE '45000'; END IF; "

#define CREATE(column, owner_id, table, condition)                                                 \
    "INSERT INTO consumers (uuid, project_id, user_id, generation, created_at" column ") "         \
    "SELECT ?, p.id, u.id, 1, UTC_TIMESTAMP()" owner_id " FROM projects p, users u" table " "      \
    "WHERE p.external_id = ? AND u.external_id = ? " condition "; " REQUIRE_ROWS("1")

/* BINARY: the allocations get the uuid as the claim spells it, so the row must spell it so, too. */
#define REPLACE(table, set, condition)                                                             \
    "UPDATE consumers c, projects p, users u" table " SET c.generation = c.generation + 1, "       \
    "c.project_id = p.id, c.user_id = u.id, " set "c.updated_at = UTC_TIMESTAMP() "                \
    "WHERE c.uuid = ? AND c.generation = ? AND BINARY c.uuid = ? "                                 \
    "AND p.external_id = ? AND u.external_id = ?" condition                                        \
    "; " REQUIRE_ROWS("1") "DELETE FROM allocations WHERE consumer_id = ?; "

#define CLAIM_PROVIDERS                                                                            \
    "UPDATE resource_providers FORCE INDEX (uniq_resource_providers0uuid) "                        \
    "SET generation = generation + 1, updated_at = UTC_TIMESTAMP() "                               \
    "WHERE uuid IN (?...) AND root_provider_id IS NOT NULL; " REQUIRE_ROWS("?")

/* Checks the capacity: selects the inventories that have room for the amounts of the claim, and
   whose units allow them. */
#define ADMITTING                                                                                  \
    " FROM resource_providers rp FORCE INDEX (uniq_resource_providers0uuid) "                      \
    "STRAIGHT_JOIN inventories i "                                                                 \
    "FORCE INDEX (uniq_inventories0resource_provider_resource_class) "                             \
    "ON i.resource_provider_id = rp.id "                                                           \
    "STRAIGHT_JOIN resource_classes rc ON rc.id = i.resource_class_id "                            \
    "WHERE rp.uuid IN (?...) AND rc.name IN (?...) "                                               \
    "AND " AMOUNT " BETWEEN GREATEST(i.min_unit, 1) "                                              \
    "AND LEAST(i.max_unit, " CAPACITY " - " USED ") "                                              \
    "AND (i.step_size <= 0 OR " AMOUNT " % i.step_size = 0)"

/* Old databases may have allocations of a consumer without a row. */
#define HOLDS_NOTHING " AND NOT EXISTS (SELECT 1 FROM allocations WHERE consumer_id = ?)"

/* First for a new consumer, then for one that exists; each without and with a consumer type. */
static const char *const write_consumer[2][2] = {
    {CREATE("", "", "", ""),
     CREATE(", consumer_type_id", ", t.id", ", consumer_types t", "AND t.name = ? ")},
    {REPLACE("", "", ""),
     REPLACE(", consumer_types t", "c.consumer_type_id = t.id, ", " AND t.name = ?")},
};

/* The place of an amount in the table. */
struct cell {
    size_t row, column;
};

/* The claim as a table. */
struct table {
    struct context *context;
    const struct claim *claim;
    const char **providers; /* in the order of the claim */
    const char **classes;
    size_t provider_count, class_count;
    int64_t *amounts;   /* a row for each provider, a column for each class; 0: none */
    struct cell *cells; /* for each amount of the claim */
};

/* Adds the names of the variables for the ids of the providers and classes. */
static void add_variables(struct text_builder *text, const struct table *table)
{
    for (size_t i = 0; i < table->provider_count; i++)
        text_add_format(text, ", provider%zu", i);
    for (size_t i = 0; i < table->class_count; i++)
        text_add_format(text, ", class%zu", i);
}

/* Adds the statements that check whether all amounts are admitted, and insert them. INSERT ...
   SELECT could do both, but it keeps the table's AUTO_INCREMENT locked while it waits for other
   locks, and a Python service that inserts just then gets error 1467 and answers 500. */
static void add_allocations(struct text_builder *text, const struct table *table)
{
    const struct claim *claim = table->claim;
    text_add(text, "SELECT COUNT(*)");
    for (size_t i = 0; i < table->provider_count; i++)
        text_add(text, ", MAX(IF(rp.uuid = ?, rp.id, NULL))");
    for (size_t i = 0; i < table->class_count; i++)
        text_add(text, ", MAX(IF(rc.name = ?, rc.id, NULL))");
    text_add(text, " INTO admitted");
    add_variables(text, table);
    text_add(text, claim->generation_null ? ADMITTING HOLDS_NOTHING : ADMITTING);
    text_add(text, "; IF admitted <> ? THEN SIGNAL SQLSTATE '45000'; END IF; "
                   "INSERT INTO allocations (resource_provider_id, resource_class_id, "
                   "consumer_id, used, created_at) VALUES ");
    for (size_t i = 0; i < claim->amount_count; i++)
        text_add_format(text, "%s(provider%zu, class%zu, ?, ?, UTC_TIMESTAMP())", i > 0 ? ", " : "",
                        table->cells[i].row, table->cells[i].column);
}

/* Returns the statement. Claims with the same layout get the same text, so that the connection can
   keep it prepared. */
static struct sql statement_of(const struct table *table)
{
    const struct claim *claim = table->claim;
    struct text_builder text = text_begin(table->context->arena);
    text_add(&text, "BEGIN NOT ATOMIC DECLARE admitted");
    add_variables(&text, table);
    text_add(&text, " BIGINT; START TRANSACTION; " QUEUE);
    text_add(&text, write_consumer[!claim->generation_null][claim->consumer_type != NULL]);
    text_add(&text, CLAIM_PROVIDERS);
    add_allocations(&text, table);
    text_add(&text, "; " LEAVE_QUEUE "COMMIT; END");
    return (struct sql){text_end(&text), NULL};
}

/* Returns the index of a text, whatever its case; adds it if it is not there. */
static size_t find_or_add(const char **texts, size_t *count, const char *text)
{
    size_t i = 0;
    while (i < *count && strcasecmp(texts[i], text) != 0)
        i++;
    if (i == *count)
        texts[(*count)++] = text;
    return i;
}

/* Fills in the table. Returns false if it is too large, or if the claim names a class of a provider
   twice. */
static bool fill_in(struct table *table)
{
    const struct claim *claim = table->claim;
    struct arena *arena = table->context->arena;
    if (claim->amount_count > AMOUNTS_MOST)
        return false;
    table->providers = arena_array(arena, claim->amount_count, sizeof(*table->providers));
    table->classes = arena_array(arena, claim->amount_count, sizeof(*table->classes));
    table->cells = arena_array(arena, claim->amount_count, sizeof(*table->cells));
    for (size_t i = 0; i < claim->amount_count; i++) {
        const struct claim_amount *amount = &claim->amounts[i];
        table->cells[i] = (struct cell){
            find_or_add(table->providers, &table->provider_count, amount->provider_uuid),
            find_or_add(table->classes, &table->class_count, amount->class_name)};
    }
    size_t cells = table->provider_count * table->class_count;
    if (cells > AMOUNTS_MOST)
        return false;
    table->amounts = arena_array(arena, cells, sizeof(*table->amounts));
    memset(table->amounts, 0, cells * sizeof(*table->amounts));
    for (size_t i = 0; i < claim->amount_count; i++) {
        int64_t *amount =
            &table->amounts[table->cells[i].row * table->class_count + table->cells[i].column];
        if (*amount != 0)
            return false;
        *amount = claim->amounts[i].used;
    }
    return true;
}

/* Adds the parameters of AMOUNT. */
static struct value *add_amount(struct value *next, const struct table *table)
{
    *next++ = value_texts(table->providers, table->provider_count);
    *next++ = value_integer((int64_t)table->class_count);
    *next++ = value_texts(table->classes, table->class_count);
    *next++ = value_integers(table->amounts, table->provider_count * table->class_count);
    return next;
}

/* Adds the names of the queues, in the order of the providers' uuids, so that claims cannot wait
   for each other in a circle. */
static struct value *add_queues(struct value *next, const struct table *table)
{
    struct arena *arena = table->context->arena;
    const char **uuids = arena_array(arena, table->provider_count, sizeof(*uuids));
    memcpy(uuids, table->providers, table->provider_count * sizeof(*uuids));
    sort(uuids, table->provider_count, sizeof(*uuids), text_case_compare);
    for (size_t i = 0; i < QUEUES_MOST; i++)
        *next++ = i < table->provider_count
                      ? value_text(arena_printf(arena, "berth_claim_%s", uuids[i]))
                      : value_null();
    return next;
}

/* Adds the parameters of CREATE or REPLACE. */
static struct value *add_consumer(struct value *next, const struct claim *claim)
{
    *next++ = value_text(claim->consumer_uuid);
    if (!claim->generation_null) {
        *next++ = value_integer(claim->generation);
        *next++ = value_text(claim->consumer_uuid);
    }
    *next++ = value_text(claim->project_id);
    *next++ = value_text(claim->user_id);
    if (claim->consumer_type != NULL)
        *next++ = value_text(claim->consumer_type);
    if (!claim->generation_null)
        *next++ = value_text(claim->consumer_uuid);
    return next;
}

/* Adds the parameters of what add_allocations() adds. */
static struct value *add_amounts(struct value *next, const struct table *table)
{
    const struct claim *claim = table->claim;
    for (size_t i = 0; i < table->provider_count; i++)
        *next++ = value_text(table->providers[i]);
    for (size_t i = 0; i < table->class_count; i++)
        *next++ = value_text(table->classes[i]);
    *next++ = value_texts(table->providers, table->provider_count);
    *next++ = value_texts(table->classes, table->class_count);
    next = add_amount(next, table);
    next = add_amount(next, table);
    if (claim->generation_null)
        *next++ = value_text(claim->consumer_uuid);
    *next++ = value_integer((int64_t)claim->amount_count);
    for (size_t i = 0; i < claim->amount_count; i++) {
        *next++ = value_text(claim->consumer_uuid);
        *next++ = value_integer(claim->amounts[i].used);
    }
    return next;
}

static enum outcome run_statement(void *subject)
{
    enum { VALUES_MOST = 40 + 4 * AMOUNTS_MOST };
    const struct table *table = subject;
    struct value values[VALUES_MOST], *next = values;
    next = add_queues(next, table);
    next = add_consumer(next, table->claim);
    *next++ = value_texts(table->providers, table->provider_count);
    *next++ = value_integer((int64_t)table->provider_count);
    next = add_amounts(next, table);
    memcpy(next, values, QUEUES_MOST * sizeof(*next));
    next += QUEUES_MOST;
    const struct sql statement = statement_of(table);
    return database_conclude(table->context->database, &statement, values, (size_t)(next - values));
}

/* Whether the client states the consumer's generation, or that it is new, and claims something. */
static bool is_simple(const struct claim *claim)
{
    return claim->check_generation && claim->again == NULL && claim->amount_count > 0;
}

enum outcome claim_at_once(struct context *context, const struct claim *claims, size_t count)
{
    struct table table = {.context = context, .claim = claims};
    if (count != 1 || !is_simple(claims) || !database_concludes(context->database) ||
        !fill_in(&table))
        return OUTCOME_UNMET;
    return database_transaction_at_once(context->database, run_statement, &table);
}
