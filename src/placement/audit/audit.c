/*
 * Finding what is wrong: one statement for each kind of finding, run over slices of its table.
 */
#include <config.h>

#include "placement/audit/audit.h"

#include <stdlib.h>
#include <strings.h>

#include "placement/ancestry.h"
#include "placement/audit/searches.h"

enum { SLICE = 50000 }; /* rows of a table that one statement looks at */

const struct audit_check audit_checks[AUDIT_KINDS] = {
#define AUDIT_CHECK(constant, name, thing, title, fix, advice)                                     \
    [AUDIT_##constant] = {name, thing, title, fix, advice},
#include "placement/audit/findings.def"
#undef AUDIT_CHECK
};

static const struct sql count_rows = {
    "SELECT (SELECT COUNT(*) FROM resource_providers), (SELECT COUNT(*) FROM inventories), "
    "(SELECT COUNT(*) FROM consumers), (SELECT COUNT(*) FROM allocations), "
    "(SELECT COUNT(*) FROM resource_provider_traits), "
    "(SELECT COUNT(*) FROM resource_provider_aggregates)",
    "iiiiii"};

/* The last row of a full slice that begins behind an id. */
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

static const struct sql select_kin = {
    "SELECT id, root_provider_id, parent_provider_id, uuid, name FROM resource_providers "
    "ORDER BY id",
    "iiiss"};

struct audit {
    struct context *context;
    const struct audit_options *options;
    struct audit_report *report;
    enum audit_kind kind; /* that is looked for */
    size_t room;          /* of report->findings */
    uint64_t steps, done; /* slices to be looked at, and so far */
};

double audit_capacity(const struct audit_finding *finding)
{
    return (double)(finding->total - finding->reserved) * finding->allocation_ratio;
}

static void audit_tell(struct audit *audit)
{
    if (audit->options->progress != NULL)
        audit->options->progress(audit->options->subject, audit_checks[audit->kind].title,
                                 audit->done, audit->steps);
    audit->done++;
}

static struct audit_finding *audit_add(struct audit *audit)
{
    struct audit_report *report = audit->report;
    if (report->count == audit->room) {
        size_t room = audit->room == 0 ? 64 : audit->room * 2;
        struct audit_finding *findings =
            arena_array(audit->context->arena, room, sizeof(*findings));
        if (report->count > 0)
            memcpy(findings, report->findings, report->count * sizeof(*findings));
        report->findings = findings;
        audit->room = room;
    }
    report->counts[audit->kind]++;
    struct audit_finding *finding = &report->findings[report->count++];
    *finding = (struct audit_finding){.kind = audit->kind, .age = -1};
    return finding;
}

/* Whether a row that was found is a finding. */
static bool is_finding(const struct audit *audit, const struct audit_finding *finding)
{
    if (audit->kind == AUDIT_ORPHANED_CONSUMER)
        return finding->age < 0 || finding->age >= audit->options->grace;
    if (audit->kind == AUDIT_OVER_CAPACITY)
        return (double)finding->used > audit_capacity(finding);
    return true;
}

/* A row of the searches. */
static enum outcome take_row(void *subject, const struct value *row)
{
    struct audit *audit = subject;
    struct arena *arena = audit->context->arena;
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
    if (!is_finding(audit, &found))
        return OUTCOME_OK;
    found.provider_uuid = arena_strdup(arena, row[AUDIT_PROVIDER_UUID].text);
    found.provider_name = arena_strdup(arena, row[AUDIT_PROVIDER_NAME].text);
    found.consumer_uuid = arena_strdup(arena, row[AUDIT_CONSUMER_UUID].text);
    found.thing = arena_strdup(arena, row[AUDIT_THING_TEXT].text);
    *audit_add(audit) = found;
    return OUTCOME_OK;
}

/* Slices. */

struct slices {
    const int64_t *ends;
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
        enum outcome outcome =
            database_select(audit->context->database, &slice_ends[table],
                            VALUES(value_integer(low), value_integer(SLICE - 1)), &rows);
        if (outcome != OUTCOME_OK)
            return outcome;
        if (rows.count == 0)
            break;
        ends[slices->count++] = low = row_integer(&rows, 0, 0);
    }
    ends[slices->count++] = INT64_MAX;
    return OUTCOME_OK;
}

static enum outcome search(struct audit *audit, const struct slices *slices)
{
    const struct audit_search *search = &audit_searches[audit->kind];
    int64_t low = -1;
    for (size_t i = 0; i < slices->count; i++) {
        audit_tell(audit);
        enum outcome outcome = database_visit(
            audit->context->database, &search->sql,
            VALUES(value_integer(low), value_integer(slices->ends[i])), take_row, audit);
        if (outcome != OUTCOME_OK)
            return outcome;
        low = slices->ends[i];
    }
    return OUTCOME_OK;
}

/* Trees: all providers are read, and walked over here. */

static struct audit_finding *add_provider(struct audit *audit, enum audit_kind kind,
                                          const struct rows *rows, size_t row)
{
    audit->kind = kind;
    struct audit_finding *finding = audit_add(audit);
    finding->row_id = finding->provider_id = row_integer(rows, row, 0);
    finding->provider_uuid = row_text(rows, row, 3);
    finding->provider_name = row_text(rows, row, 4);
    return finding;
}

static void judge_provider(struct audit *audit, const struct rows *rows,
                           const struct ancestry *ancestry, size_t at, size_t top)
{
    struct audit_finding *finding;
    const struct ancestry_provider *provider = &ancestry->providers[at];
    size_t parent = ancestry->parents[at];
    if (!row_is_null(rows, at, 2) && parent == ANCESTRY_NONE) {
        finding = add_provider(audit, AUDIT_PARENT_GONE, rows, at);
        finding->thing_id = provider->parent_id;
    }
    if (top == ANCESTRY_NONE) {
        finding = add_provider(audit, AUDIT_PARENT_CIRCLE, rows, at);
        finding->thing_id = provider->parent_id;
        finding->thing = row_text(rows, parent, 3);
    } else if (provider->root_id != ancestry->providers[top].id) {
        size_t root = ancestry_find(ancestry, provider->root_id);
        finding = add_provider(audit, AUDIT_WRONG_ROOT, rows, at);
        finding->thing_id = provider->root_id;
        finding->thing = root != ANCESTRY_NONE ? row_text(rows, root, 3) : NULL;
        finding->expected_root = row_text(rows, top, 3);
    }
}

static enum outcome search_trees(struct audit *audit)
{
    struct rows rows;
    struct arena *arena = audit->context->arena;
    audit->kind = AUDIT_WRONG_ROOT;
    audit_tell(audit);
    enum outcome outcome = database_select(audit->context->database, &select_kin, NO_VALUES, &rows);
    if (outcome != OUTCOME_OK)
        return outcome;
    const struct ancestry ancestry = ancestry_from_rows(arena, &rows);
    const size_t *tops = ancestry_tops(arena, &ancestry);
    for (size_t i = 0; i < rows.count; i++)
        judge_provider(audit, &rows, &ancestry, i, tops[i]);
    return OUTCOME_OK;
}

/* The whole. */

static enum outcome count_tables(struct audit *audit)
{
    struct rows rows;
    enum outcome outcome = database_select(audit->context->database, &count_rows, NO_VALUES, &rows);
    for (unsigned i = 0; outcome == OUTCOME_OK && i < AUDIT_TABLES; i++)
        audit->report->rows[i] = (uint64_t)row_integer(&rows, 0, i);
    return outcome;
}

static enum outcome audit_body(void *subject)
{
    struct audit *audit = subject;
    struct slices slices[AUDIT_TABLES];
    *audit->report = (struct audit_report){0};
    audit->room = 0;
    audit->done = 0;
    audit->steps = 1; /* the trees */
    enum outcome outcome = count_tables(audit);
    for (unsigned i = 0; outcome == OUTCOME_OK && i < AUDIT_TABLES; i++)
        outcome = cut_slices(audit, i, &slices[i]);
    for (unsigned i = 0; outcome == OUTCOME_OK && i < AUDIT_KINDS; i++)
        if (audit_searches[i].sql.text != NULL)
            audit->steps += slices[audit_searches[i].table].count;
    for (unsigned i = 0; outcome == OUTCOME_OK && i < AUDIT_KINDS; i++) {
        audit->kind = i;
        if (audit_searches[i].sql.text != NULL)
            outcome = search(audit, &slices[audit_searches[i].table]);
    }
    return outcome == OUTCOME_OK ? search_trees(audit) : outcome;
}

static int text_compare(const char *left, const char *right)
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
    int order = text_compare(a->consumer_uuid, b->consumer_uuid);
    if (order == 0)
        order = text_compare(a->provider_uuid, b->provider_uuid);
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
    enum outcome outcome = database_snapshot(context->database, audit_body, &audit);
    if (outcome == OUTCOME_OK && report->count > 1)
        qsort(report->findings, report->count, sizeof(*report->findings), finding_compare);
    return outcome;
}

size_t audit_fixable(const struct audit_report *report)
{
    size_t count = 0;
    for (unsigned i = 0; i < AUDIT_KINDS; i++)
        if (audit_checks[i].fix != NULL)
            count += report->counts[i];
    return count;
}
