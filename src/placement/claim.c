/*
 * Runs the transaction of a claim.
 *
 * Its steps, with the rows they lock until COMMIT. run_transaction() has them as a table.
 *
 *  1. Lock the consumers (rows of consumers, by uuid). Check their generations.
 *  2. Delete what the consumers hold (rows of allocations). If a consumer had no row to lock, but
 *     held something, another transaction may have created it since: look for its row again.
 *  3. Lock the providers that the claim names, and those that a consumer with an empty claim has
 *     used (rows of resource_providers, by uuid). Check that the named ones exist.
 *  4. Write the consumers; create projects, users and types where that is needed.
 *  5. Load the resource classes by name, inventories and their use. Check that the classes exist,
 *     units and capacity: claim_check_capacity(). Nobody can delete a class of which a locked
 *     provider has an inventory.
 *  6. Insert the allocations.
 *  7. Raise the generations of all providers of step 3, each by a compare-and-set, which also
 *     holds against the Python service.
 *
 * Every transaction that locks both kinds locks consumers before providers, each kind by uuid, so
 * two claims on the same rows wait for each other. Where they deadlock nevertheless, the server
 * undoes one of them, and it runs again. Consumers are written before the capacity is checked
 * because the write may find allocations that have to be deleted first; the transaction then runs
 * again, too. docs/design.md describes how all writes work.
 */
#include <config.h>

#include "placement/claim.h"

#include <string.h>
#include <strings.h>

#include "base/sorted.h"
#include "placement/claim_at_once.h"
#include "placement/claim_check.h"
#include "placement/claim_found.h"
#include "placement/claim_run.h"
#include "placement/provider.h"
#include "placement/trail.h"

static const struct sql delete_allocations = {
    "DELETE FROM allocations WHERE consumer_id IN (?*) "
    "RETURNING consumer_id, resource_provider_id, resource_class_id, used",
    "siii"};
/* Not as a subquery of the deletion, which would lock the rows, shared, in any order. */
static const struct sql select_uuids = {"SELECT uuid FROM resource_providers WHERE id IN (?*)",
                                        "s"};
static const struct sql lock_by_id = {
    "SELECT id, uuid, generation, root_provider_id FROM resource_providers WHERE id = ? FOR UPDATE",
    "isii"};
static const struct sql insert_allocation = {
    "INSERT INTO allocations (resource_provider_id, resource_class_id, consumer_id, used, "
    "created_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP())",
    NULL};
static const struct sql raise_generation = {
    "UPDATE resource_providers SET generation = generation + 1, updated_at = UTC_TIMESTAMP() "
    "WHERE id = ? AND generation = ?",
    NULL};

/* The trail. */

/* Notes what the claims ask for. */
static void trace_claims(const struct claim_run *run)
{
    struct trail *trail = run->context->trail;
    for (size_t i = 0; trail != NULL && i < run->claim_count; i++) {
        const struct claim *claim = &run->claims[i];
        for (size_t j = 0; j < claim->amount_count; j++)
            trail_claimed(trail, claim->consumer_uuid, claim->amounts[j].provider_uuid,
                          claim->amounts[j].class_name, claim->amounts[j].used);
    }
}

/* Notes what the consumers held. */
static void trace_freed(const struct claim_run *run)
{
    struct trail *trail = run->context->trail;
    for (size_t i = 0; trail != NULL && i < run->freed.count; i++)
        trail_held(trail, row_text(&run->freed, i, 0), row_integer(&run->freed, i, 1),
                   row_integer(&run->freed, i, 2), row_integer(&run->freed, i, 3));
}

/* Notes what happens to the consumers. */
static void trace_consumers(const struct claim_run *run)
{
    for (size_t i = 0; run->context->trail != NULL && i < run->claim_count; i++) {
        const struct claim *claim = &run->claims[i];
        const struct consumer *consumer = run->consumers[i];
        int64_t before = consumer != NULL ? consumer->generation : TRAIL_NONE;
        int64_t after = consumer != NULL ? before + 1 : 1;
        trail_add_consumer(run->context->trail,
                           &(const struct trail_consumer){
                               .uuid = consumer != NULL ? consumer->uuid : claim->consumer_uuid,
                               .generation_before = before,
                               .generation_after = claim->amount_count > 0 ? after : TRAIL_NONE,
                               .project_id = claim->project_id,
                               .user_id = claim->user_id,
                               .type = claim->consumer_type,
                           });
    }
}

/* Notes the generations that are raised, and names that need not be looked up. */
static void trace_providers(const struct claim_run *run)
{
    struct trail *trail = run->context->trail;
    for (size_t i = 0; trail != NULL && i < run->provider_count + run->emptied_count; i++) {
        const struct claimed_provider *provider = &run->providers[i];
        trail_raised(trail, provider->id, NULL, provider->generation);
    }
    for (size_t i = 0; trail != NULL && i < run->class_count; i++)
        trail_call_class(trail, run->classes[i].id, run->classes[i].name);
}

/* Consumers, and what they held. */

static int consumer_compare(const void *left, const void *right)
{
    const struct consumer *a = left, *b = right;
    return strcasecmp(a->uuid, b->uuid);
}

static enum outcome lock_consumers(struct claim_run *run)
{
    struct arena *arena = run->context->arena;
    const char **uuids = arena_array(arena, run->claim_count, sizeof(*uuids));
    for (size_t i = 0; i < run->claim_count; i++)
        uuids[i] = run->claims[i].consumer_uuid;
    struct consumer *found;
    size_t count;
    TRY(consumers_lock(run->context, uuids, run->claim_count, &found, &count));
    sort(found, count, sizeof(*found), consumer_compare);
    run->consumers = arena_array(arena, run->claim_count, sizeof(*run->consumers));
    for (size_t i = 0; i < run->claim_count; i++) {
        const struct consumer key = {.uuid = uuids[i]};
        run->consumers[i] = sorted_find(&key, found, count, sizeof(key), consumer_compare);
    }
    return OUTCOME_OK;
}

/* Whether to delete the allocations of a claim's consumer. A consumer without a row holds nothing,
   unless the database is damaged. An empty claim always deletes; other claims check first:
   consumers_create() refuses a consumer that holds something, and the next attempt is thorough. */
static bool must_delete(const struct claim_run *run, size_t index)
{
    return run->consumers[index] != NULL || run->thorough || run->claims[index].amount_count == 0;
}

/* A consumer without a row cannot be locked, so another transaction may have created it since, and
   what was just deleted may be its allocations. Returns OUTCOME_CONFLICT, so that the transaction
   runs again, if one of these consumers has a row now. */
static enum outcome check_consumers_created_since(struct claim_run *run)
{
    const char **uuids = arena_array(run->context->arena, run->claim_count, sizeof(*uuids));
    size_t count = 0, found = 0;
    for (size_t i = 0; i < run->claim_count; i++)
        if (run->consumers[i] == NULL && must_delete(run, i))
            uuids[count++] = run->claims[i].consumer_uuid;
    if (count == 0 || run->freed.count == 0)
        return OUTCOME_OK;
    struct consumer *consumers;
    TRY(consumers_lock(run->context, uuids, count, &consumers, &found));
    return found > 0 ? OUTCOME_CONFLICT : OUTCOME_OK;
}

static enum outcome free_allocations(struct claim_run *run)
{
    const char **uuids = arena_array(run->context->arena, run->claim_count, sizeof(*uuids));
    size_t count = 0;
    for (size_t i = 0; i < run->claim_count; i++)
        if (must_delete(run, i))
            uuids[count++] = run->claims[i].consumer_uuid;
    run->freed = (struct rows){0};
    if (count == 0)
        return OUTCOME_OK;
    TRY(database_select(run->context->database, &delete_allocations,
                        VALUES(value_texts(uuids, count)), &run->freed));
    TRY(check_consumers_created_since(run));
    trace_freed(run);
    return OUTCOME_OK;
}

/* Providers. */

/* Returns the ids of the providers that a consumer with an empty claim has used. */
static size_t find_emptied_providers(const struct claim_run *run, int64_t *ids)
{
    const char **emptied = arena_array(run->context->arena, run->claim_count, sizeof(*emptied));
    size_t emptied_count = 0, count = 0;
    for (size_t i = 0; i < run->claim_count; i++)
        if (run->claims[i].amount_count == 0)
            emptied[emptied_count++] = run->claims[i].consumer_uuid;
    sort(emptied, emptied_count, sizeof(*emptied), text_case_compare);
    for (size_t i = 0; i < run->freed.count && emptied_count > 0; i++) {
        const char *consumer = row_text(&run->freed, i, 0);
        if (sorted_find(&consumer, emptied, emptied_count, sizeof(*emptied), text_case_compare) !=
            NULL)
            ids[count++] = row_integer(&run->freed, i, 1);
    }
    return sort_unique(ids, count, sizeof(*ids), int64_compare);
}

/* Takes the rows of the locked providers. Those that no claim names go to the end of the list. */
static void take_providers(struct claim_run *run, const struct rows *rows)
{
    struct claimed_provider *providers =
        arena_array(run->context->arena, run->provider_count + rows->count, sizeof(*providers));
    if (run->provider_count > 0)
        memcpy(providers, run->providers, run->provider_count * sizeof(*providers));
    run->providers = providers;
    for (size_t i = 0; i < rows->count; i++) {
        struct claimed_provider *provider = claim_run_provider(run, row_text(rows, i, 1));
        if (provider != NULL && row_is_null(rows, i, 3))
            continue;
        if (provider == NULL)
            provider = &providers[run->provider_count + run->emptied_count++];
        else
            provider->uuid = row_text(rows, i, 1);
        provider->id = row_integer(rows, i, 0);
        trail_call_provider(run->context->trail, provider->id, row_text(rows, i, 1));
        provider->generation = row_integer(rows, i, 2);
    }
}

/* Adds the uuids of the emptied providers that no claim names to those of the named ones. */
static enum outcome add_emptied_providers(const struct claim_run *run, const int64_t *ids,
                                          size_t id_count, const char **uuids, size_t *count)
{
    struct rows rows;
    if (id_count == 0)
        return OUTCOME_OK;
    TRY(database_select(run->context->database, &select_uuids,
                        VALUES(value_integers(ids, id_count)), &rows));
    for (size_t i = 0; i < rows.count; i++)
        if (claim_run_provider(run, row_text(&rows, i, 0)) == NULL)
            uuids[(*count)++] = row_text(&rows, i, 0);
    return OUTCOME_OK;
}

/* Locks the providers that the claims name and those that they empty, all by uuid. The generations
   of emptied ones are raised too. One provider alone has no order. */
static enum outcome lock_providers(struct claim_run *run)
{
    struct arena *arena = run->context->arena;
    int64_t *ids = arena_array(arena, run->freed.count, sizeof(*ids));
    size_t id_count = find_emptied_providers(run, ids), count = run->provider_count;
    struct rows rows;
    if (count == 0 && id_count == 1) {
        TRY(database_select(run->context->database, &lock_by_id, VALUES(value_integer(ids[0])),
                            &rows));
        take_providers(run, &rows);
        return OUTCOME_OK;
    }
    const char **uuids = arena_array(arena, count + id_count, sizeof(*uuids));
    for (size_t i = 0; i < count; i++)
        uuids[i] = run->providers[i].uuid;
    TRY(add_emptied_providers(run, ids, id_count, uuids, &count));
    if (count == 0)
        return OUTCOME_OK;
    TRY(providers_lock(run->context, uuids, count, &rows));
    take_providers(run, &rows);
    return OUTCOME_OK;
}

/* Capacity. */

static enum outcome load_capacities(struct claim_run *run)
{
    if (run->amount_count == 0)
        return OUTCOME_OK;
    struct arena *arena = run->context->arena;
    int64_t *provider_ids = arena_array(arena, run->provider_count, sizeof(*provider_ids));
    const char **names = arena_array(arena, run->class_count, sizeof(*names));
    int64_t *class_ids = arena_array(arena, run->class_count, sizeof(*class_ids));
    const struct capacity_classes classes = {names, class_ids, run->class_count};
    for (size_t i = 0; i < run->provider_count; i++)
        provider_ids[i] = run->providers[i].id;
    for (size_t i = 0; i < run->class_count; i++)
        names[i] = run->classes[i].name;
    TRY(capacities_load(run->context, provider_ids, run->provider_count, &classes,
                        &run->capacities));
    for (size_t i = 0; i < run->class_count; i++)
        run->classes[i].id = class_ids[i];
    for (size_t i = 0; i < run->freed.count; i++)
        capacity_free(&run->capacities, row_integer(&run->freed, i, 1),
                      row_integer(&run->freed, i, 2), row_integer(&run->freed, i, 3));
    return OUTCOME_OK;
}

/* Writes. */

/* The consumers of the claims, by what happens to their rows. */
struct consumer_writes {
    struct consumer_record *create, *update;
    int64_t *delete; /* ids */
    size_t create_count, update_count, delete_count;
};

static struct consumer_record consumer_record_of(const struct claim_run *run, size_t index)
{
    const struct claim *claim = &run->claims[index];
    const struct consumer *consumer = run->consumers[index];
    return (struct consumer_record){
        .id = consumer != NULL ? consumer->id : 0,
        .generation = consumer != NULL ? consumer->generation : 0,
        .uuid = claim->consumer_uuid,
        .project_id = claim->project_id,
        .user_id = claim->user_id,
        .type = claim->consumer_type,
    };
}

static struct consumer_writes plan_consumers(const struct claim_run *run)
{
    struct arena *arena = run->context->arena;
    struct consumer_writes writes = {
        .create = arena_array(arena, run->claim_count, sizeof(*writes.create)),
        .update = arena_array(arena, run->claim_count, sizeof(*writes.update)),
        .delete = arena_array(arena, run->claim_count, sizeof(*writes.delete)),
    };
    for (size_t i = 0; i < run->claim_count; i++) {
        struct consumer_record record = consumer_record_of(run, i);
        if (run->claims[i].amount_count > 0 && record.id == 0)
            writes.create[writes.create_count++] = record;
        else if (run->claims[i].amount_count > 0)
            writes.update[writes.update_count++] = record;
        else if (record.id != 0)
            writes.delete[writes.delete_count++] = record.id;
    }
    return writes;
}

static enum outcome carry_out_consumers(struct claim_run *run, const struct consumer_writes *writes)
{
    if (run->thorough) {
        TRY(consumer_owners_ensure(run->context, writes->create, writes->create_count));
        TRY(consumer_owners_ensure(run->context, writes->update, writes->update_count));
    }
    TRY(consumers_create(run->context, writes->create, writes->create_count));
    TRY(consumers_update(run->context, writes->update, writes->update_count));
    return consumers_delete(run->context, writes->delete, writes->delete_count);
}

/* OUTCOME_CONFLICT: something rare is in the way; the transaction runs again, thoroughly. */
static enum outcome write_consumers(struct claim_run *run)
{
    const struct consumer_writes writes = plan_consumers(run);
    trace_consumers(run);
    enum outcome outcome = carry_out_consumers(run, &writes);
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    if (run->thorough && !(consumer_owners_are_common(writes.create, writes.create_count) &&
                           consumer_owners_are_common(writes.update, writes.update_count)))
        return OUTCOME_UNSTORABLE;
    run->thorough = true;
    return OUTCOME_CONFLICT;
}

static enum outcome write_allocations(struct claim_run *run)
{
    enum { WIDTH = 4 };
    struct value *values =
        arena_array(run->context->arena, run->amount_count * WIDTH, sizeof(*values));
    struct value *next = values;
    for (size_t i = 0; i < run->claim_count; i++) {
        const struct claim *claim = &run->claims[i];
        const struct consumer *consumer = run->consumers[i];
        for (size_t j = 0; j < claim->amount_count; j++) {
            const struct claim_amount *amount = &claim->amounts[j];
            *next++ = value_integer(claim_run_provider(run, amount->provider_uuid)->id);
            *next++ = value_integer(claim_run_class(run, amount->class_name)->id);
            *next++ = value_text(consumer != NULL ? consumer->uuid : claim->consumer_uuid);
            *next++ = value_integer(amount->used);
        }
    }
    return database_execute_bulk(run->context->database, &insert_allocation, values, WIDTH,
                                 run->amount_count, NULL);
}

static enum outcome raise_generations(struct claim_run *run)
{
    enum { WIDTH = 2 };
    size_t count = run->provider_count + run->emptied_count;
    struct value *values = arena_array(run->context->arena, count * WIDTH, sizeof(*values));
    for (size_t i = 0; i < count; i++) {
        values[i * WIDTH] = value_integer(run->providers[i].id);
        values[i * WIDTH + 1] = value_integer(run->providers[i].generation);
    }
    uint64_t found;
    TRY(database_execute_bulk(run->context->database, &raise_generation, values, WIDTH, count,
                              &found));
    trace_providers(run);
    return found == count ? OUTCOME_OK : OUTCOME_CONFLICT;
}

static enum outcome run_transaction(void *subject)
{
    static enum outcome (*const steps[])(struct claim_run *) = {
        lock_consumers,        claim_check_consumers, free_allocations,  lock_providers,
        claim_check_providers, write_consumers,       load_capacities,   claim_check_classes,
        claim_check_capacity,  write_allocations,     raise_generations,
    };
    struct claim_run *run = subject;
    claim_run_begin(run);
    trace_claims(run);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        TRY(steps[i](run));
    return OUTCOME_OK;
}

struct claim_run *claims_prepare(struct context *context, const struct claim *claims, size_t count)
{
    return claim_run_new(context, claims, count);
}

enum outcome claims_run(struct claim_run *run)
{
    return run->claim_count > 0 ? run_transaction(run) : OUTCOME_OK;
}

enum outcome claims_replace(struct context *context, const struct claim *claims, size_t count)
{
    enum outcome outcome = claim_at_once(context, claims, count);
    if (outcome == OUTCOME_UNCERTAIN)
        outcome = claims_found(context, claims, count, NULL);
    if (outcome != OUTCOME_UNMET)
        return outcome;
    struct claim_run *run = claims_prepare(context, claims, count);
    outcome = database_transaction(context->database, run_transaction, run);
    if (outcome == OUTCOME_UNCERTAIN)
        outcome = claims_found(context, claims, count, run);
    return outcome == OUTCOME_UNMET ? database_transaction(context->database, run_transaction, run)
                                    : outcome;
}
