/*
 * Repairs findings, a batch at a time.
 *
 * A batch is one transaction. It locks as the API does: consumers by uuid, then providers by uuid.
 * Each statement that changes rows checks again that they are wrong: they may have been corrected
 * since the search.
 */
#include <config.h>

#include "placement/audit/audit.h"
#include "placement/consumer.h"
#include "placement/provider.h"

enum { BATCH = 200 }; /* findings repaired in one transaction */

static enum outcome run_batch(void *subject)
{
    struct audit_batch *batch = subject;
    struct context *context = batch->context;
    const struct audit_check *check = &audit_checks[batch->findings[0].kind];
    struct consumer *consumers;
    struct rows providers;
    size_t found;
    if (check->locks == AUDIT_LOCKS_CONSUMERS)
        TRY(consumers_lock(context, audit_batch_consumers(batch), batch->count, &consumers,
                           &found));
    else if (check->locks == AUDIT_LOCKS_PROVIDERS)
        TRY(providers_lock(context, audit_batch_providers(batch), batch->count, &providers));
    if (check->repair != NULL)
        return check->repair(batch);
    struct value ids = audit_batch_ids(batch);
    return database_execute(context->database, &check->repair_sql, &ids, 1, &batch->changed);
}

/* Returns the end of the batch that begins at start. The findings of a kind are next to each
   other. */
static size_t batch_end(const struct audit_report *report, size_t start)
{
    size_t end = start + 1;
    while (end < report->count && end - start < BATCH &&
           report->findings[end].kind == report->findings[start].kind)
        end++;
    return end;
}

/* As audit_fix(), with the arena of the context for each batch. */
static enum outcome fix_all(struct context *context, const struct audit_options *options,
                            const struct audit_report *report, uint64_t fixed[AUDIT_KINDS])
{
    uint64_t done = 0, total = audit_fixable(report);
    for (size_t start = 0, end; start < report->count; start = end) {
        enum audit_kind kind = report->findings[start].kind;
        end = batch_end(report, start);
        if (audit_checks[kind].fix == NULL)
            continue;
        if (options->progress != NULL)
            options->progress(options->subject, audit_checks[kind].title, done, total);
        struct audit_batch batch = {context, options->grace, &report->findings[start], end - start,
                                    0};
        database_begin_request(context->database, context->arena);
        enum outcome outcome = database_transaction(context->database, run_batch, &batch);
        if (outcome != OUTCOME_CONCURRENT_UPDATE) { /* others hold these rows: for another run */
            TRY(outcome);
            fixed[kind] += batch.changed;
        }
        done += end - start;
        arena_reset(context->arena);
    }
    return OUTCOME_OK;
}

enum outcome audit_fix(struct context *context, const struct audit_options *options,
                       const struct audit_report *report, uint64_t fixed[AUDIT_KINDS])
{
    struct arena arena;
    struct context own = *context;
    arena_init(&arena, 0);
    own.arena = &arena;
    enum outcome outcome = fix_all(&own, options, report, fixed);
    database_begin_request(context->database, context->arena);
    arena_free(&arena);
    return outcome;
}
