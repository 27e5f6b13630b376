/*
 * Searches for each kind of finding, over slices of its table.
 */
#include <config.h>

#include "placement/audit/audit.h"

#include <strings.h>

#include "base/sorted.h"

enum { SLICE = 50000 }; /* rows of a table that one statement looks at */

static const struct sql count_rows = {
    "SELECT (SELECT COUNT(*) FROM resource_providers), (SELECT COUNT(*) FROM inventories), "
    "(SELECT COUNT(*) FROM consumers), (SELECT COUNT(*) FROM allocations), "
    "(SELECT COUNT(*) FROM resource_provider_traits), "
    "(SELECT COUNT(*) FROM resource_provider_aggregates)",
    "iiiiii"};

/* Finds the last id of a full slice that begins after an id. */
#define SLICE_END(table, column)                                                                   \
    {                                                                                              \
        "SELECT " column " FROM " table " WHERE " column " > ? ORDER BY " column                   \
        " LIMIT 1 OFFSET ?",                                                                       \
            "i"                                                                                    \
    }
static const struct sql slice_ends[AUDIT_TABLES] = {
    [AUDIT_PROVIDERS] = SLICE_END("resource_providers", "id"),
    [AUDIT_INVENTORIES] = SLICE_END("inventories", "id"),
    [AUDIT_CONSUMERS] = SLICE_END("consumers", "id"),
    [AUDIT_ALLOCATIONS] = SLICE_END("allocations", "id"),
    [AUDIT_TRAITS] = SLICE_END("resource_provider_traits", "resource_provider_id"),
    [AUDIT_AGGREGATES] = SLICE_END("resource_provider_aggregates", "resource_provider_id"),
};

struct audit {
    struct context *context;
    const struct audit_options *options;
    struct audit_report *report;
    struct audit_trees trees;
    enum audit_kind kind; /* being searched for */
    size_t room;          /* of report->findings */
    uint64_t steps, done; /* slices to search, and searched so far; a judge counts as a slice */
};

static void audit_tell(struct audit *audit)
{
    if (audit->options->progress != NULL)
        audit->options->progress(audit->options->subject, audit_checks[audit->kind].title,
                                 audit->done, audit->steps);
    audit->done++;
}

static void audit_add(struct audit *audit, const struct audit_finding *finding)
{
    struct audit_report *report = audit->report;
    report->findings = arena_grow(audit->context->arena, report->findings, report->count,
                                  &audit->room, sizeof(*report->findings));
    report->findings[report->count++] = *finding;
    report->counts[audit->kind]++;
}

/* Takes a row that a statement found. */
static enum outcome take_row(void *subject, const struct value *row)
{
    struct audit *audit = subject;
    struct arena *arena = audit->context->arena;
    const struct audit_check *check = &audit_checks[audit->kind];
    struct audit_finding found = {
        .kind = audit->kind,
        .row_id = row[AUDIT_ROW_ID].integer,
        .provider_id = row[AUDIT_PROVIDER_ID].integer,
        .thing_id = row[AUDIT_THING_ID].integer,
        .has_used = row[AUDIT_USED].kind != VALUE_NULL,
        .used = row[AUDIT_USED].integer,
        .has_inventory = row[AUDIT_TOTAL].kind != VALUE_NULL,
        .total = row[AUDIT_TOTAL].integer,
        .reserved = row[AUDIT_RESERVED].integer,
        .allocation_ratio = float_meaning(row[AUDIT_RATIO].real),
        .age = row[AUDIT_AGE].kind == VALUE_NULL ? -1 : row[AUDIT_AGE].integer,
    };
    if (check->confirm != NULL && !check->confirm(&found, audit->options->grace))
        return OUTCOME_OK;
    found.provider_uuid = arena_strdup(arena, row[AUDIT_PROVIDER_UUID].text);
    found.provider_name = arena_strdup(arena, row[AUDIT_PROVIDER_NAME].text);
    found.consumer_uuid = arena_strdup(arena, row[AUDIT_CONSUMER_UUID].text);
    found.thing = arena_strdup(arena, row[AUDIT_THING_TEXT].text);
    audit_add(audit, &found);
    return OUTCOME_OK;
}

/* Slices. */

struct slices {
    const int64_t *ends; /* the last id of each slice */
    size_t count;
};

static enum outcome cut_slices(struct audit *audit, enum audit_table table, struct slices *slices)
{
    struct arena *arena = audit->context->arena;
    size_t room = audit->report->rows[table] / SLICE + 1;
    int64_t *ends = arena_array(arena, room, sizeof(*ends)), low = -1;
    *slices = (struct slices){ends, 0};
    while (slices->count + 1 < room) {
        struct rows rows;
        TRY(database_select(audit->context->database, &slice_ends[table],
                            VALUES(value_integer(low), value_integer(SLICE - 1)), &rows));
        if (rows.count == 0)
            break;
        ends[slices->count++] = low = row_integer(&rows, 0, 0);
    }
    ends[slices->count++] = INT64_MAX;
    return OUTCOME_OK;
}

static enum outcome search_slices(struct audit *audit, const struct slices *slices)
{
    int64_t low = -1;
    for (size_t i = 0; i < slices->count; i++) {
        audit_tell(audit);
        TRY(database_visit(audit->context->database, &audit_checks[audit->kind].search,
                           VALUES(value_integer(low), value_integer(slices->ends[i])), take_row,
                           audit));
        low = slices->ends[i];
    }
    return OUTCOME_OK;
}

static void judge_providers(struct audit *audit)
{
    const struct audit_trees *trees = &audit->trees;
    audit_tell(audit);
    for (size_t i = 0; i < trees->ancestry.count; i++) {
        struct audit_finding finding = {.kind = audit->kind, .age = -1};
        if (!audit_checks[audit->kind].judge(trees, i, &finding))
            continue;
        audit_trees_name(trees, i, &finding);
        audit_add(audit, &finding);
    }
}

static enum outcome count_tables(struct audit *audit)
{
    struct rows rows;
    TRY(database_select(audit->context->database, &count_rows, NO_VALUES, &rows));
    for (unsigned i = 0; i < AUDIT_TABLES; i++)
        audit->report->rows[i] = (uint64_t)row_integer(&rows, 0, i);
    return OUTCOME_OK;
}

static enum outcome audit_body(void *subject)
{
    struct audit *audit = subject;
    struct slices slices[AUDIT_TABLES];
    *audit->report = (struct audit_report){0};
    audit->room = 0;
    audit->steps = audit->done = 0;
    TRY(count_tables(audit));
    for (unsigned i = 0; i < AUDIT_TABLES; i++)
        TRY(cut_slices(audit, i, &slices[i]));
    for (unsigned i = 0; i < AUDIT_KINDS; i++)
        audit->steps += audit_checks[i].judge != NULL ? 1 : slices[audit_checks[i].table].count;
    TRY(audit_trees_load(audit->context, &audit->trees));
    for (unsigned i = 0; i < AUDIT_KINDS; i++) {
        audit->kind = i;
        if (audit_checks[i].judge != NULL)
            judge_providers(audit);
        else
            TRY(search_slices(audit, &slices[audit_checks[i].table]));
    }
    return OUTCOME_OK;
}

/* The order of findings: no text sorts before any text. */
static int uuid_compare(const char *left, const char *right)
{
    if (left == NULL || right == NULL)
        return (left != NULL) - (right != NULL);
    return strcasecmp(left, right);
}

static int finding_compare(const void *left, const void *right)
{
    const struct audit_finding *a = left, *b = right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    int order = uuid_compare(a->consumer_uuid, b->consumer_uuid);
    if (order == 0)
        order = uuid_compare(a->provider_uuid, b->provider_uuid);
    if (order == 0 && a->provider_id != b->provider_id)
        order = a->provider_id < b->provider_id ? -1 : 1;
    if (order == 0)
        order = (a->thing_id > b->thing_id) - (a->thing_id < b->thing_id);
    return order != 0 ? order : (a->row_id > b->row_id) - (a->row_id < b->row_id);
}

enum outcome audit_run(struct context *context, const struct audit_options *options,
                       struct audit_report *report)
{
    struct audit audit = {.context = context, .options = options, .report = report};
    TRY(database_snapshot(context->database, audit_body, &audit));
    sort(report->findings, report->count, sizeof(*report->findings), finding_compare);
    return OUTCOME_OK;
}

size_t audit_fixable(const struct audit_report *report)
{
    size_t count = 0;
    for (unsigned i = 0; i < AUDIT_KINDS; i++)
        if (audit_checks[i].fix != NULL)
            count += report->counts[i];
    return count;
}
