/*
 * The transaction of a claim. See DESIGN.md under Writes: consumers, then providers, then what is
 * there and used, then the writes, the generations last. Consumers are written before what is there
 * is looked at: it may turn out only then that more of it has to be given back first.
 */
#include <config.h>

#include "placement/claim.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "placement/capacity.h"
#include "placement/consumer.h"
#include "placement/names.h"
#include "placement/provider.h"

static const struct sql lock_providers_by_id = {
    "SELECT id, uuid, generation FROM resource_providers WHERE id IN (?...) FOR UPDATE", "isi"};
static const struct sql delete_allocations = {
    "DELETE FROM allocations WHERE consumer_id IN (?...) "
    "RETURNING consumer_id, resource_provider_id, resource_class_id, used",
    "siii"};
static const struct sql insert_allocation = {
    "INSERT INTO allocations (resource_provider_id, resource_class_id, consumer_id, used, "
    "created_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP())",
    NULL};
static const struct sql raise_generation = {
    "UPDATE resource_providers SET generation = generation + 1, updated_at = UTC_TIMESTAMP() "
    "WHERE id = ? AND generation = ?",
    NULL};

struct claimed_provider {
    const char *uuid; /* as the request has it; NULL: only of a consumer that gives all back */
    int64_t id;
    int64_t generation;
};

struct claimed_class {
    const char *name;
    int64_t id; /* -1: there is none */
};

struct claim_run {
    struct context *context;
    const struct claim *claims;
    size_t claim_count;
    size_t amount_count; /* of all claims */

    struct claimed_class *classes; /* by name */
    size_t class_count;
    /* The last attempt met what is rare: a project, user or type that does not exist, or
       allocations of a consumer that has no row. */
    bool thorough;

    /* Of one attempt: */
    struct claimed_provider *providers; /* by uuid, those without one behind */
    size_t provider_count;              /* of those with a uuid */
    size_t emptied_count;               /* of those without */
    struct consumer **consumers;        /* of each claim; NULL: it does not exist */
    struct rows freed;                  /* the rows of delete_allocations */
    struct stocks stocks;
};

/* Gathering what the claims refer to, each thing once. */

static int provider_compare(const void *left, const void *right)
{
    const struct claimed_provider *a = left, *b = right;
    return strcasecmp(a->uuid, b->uuid);
}

static int class_compare(const void *left, const void *right)
{
    const struct claimed_class *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static struct claimed_provider *run_find_provider(const struct claim_run *run, const char *uuid)
{
    struct claimed_provider key = {.uuid = uuid};
    return bsearch(&key, run->providers, run->provider_count, sizeof(key), provider_compare);
}

static const struct claimed_class *run_find_class(const struct claim_run *run, const char *name)
{
    struct claimed_class key = {.name = name};
    return bsearch(&key, run->classes, run->class_count, sizeof(key), class_compare);
}

static size_t unique(void *list, size_t count, size_t size,
                     int (*compare)(const void *, const void *))
{
    char *bytes = list;
    size_t kept = 0;
    if (count > 1)
        qsort(list, count, size, compare);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare(bytes + (kept - 1) * size, bytes + i * size) == 0)
            continue;
        if (kept != i)
            memcpy(bytes + kept * size, bytes + i * size, size);
        kept++;
    }
    return kept;
}

static void run_gather_providers(struct claim_run *run)
{
    run->providers = arena_array(run->context->arena, run->amount_count, sizeof(*run->providers));
    size_t count = 0;
    for (size_t i = 0; i < run->claim_count; i++)
        for (size_t j = 0; j < run->claims[i].amount_count; j++)
            run->providers[count++].uuid = run->claims[i].amounts[j].provider_uuid;
    run->provider_count = unique(run->providers, count, sizeof(*run->providers), provider_compare);
    run->emptied_count = 0;
}

static enum outcome run_gather_classes(struct claim_run *run)
{
    struct arena *arena = run->context->arena;
    run->classes = arena_array(arena, run->amount_count, sizeof(*run->classes));
    size_t count = 0;
    for (size_t i = 0; i < run->claim_count; i++)
        for (size_t j = 0; j < run->claims[i].amount_count; j++)
            run->classes[count++].name = run->claims[i].amounts[j].class_name;
    run->class_count = unique(run->classes, count, sizeof(*run->classes), class_compare);

    const char **names = arena_array(arena, run->class_count, sizeof(*names));
    int64_t *ids = arena_array(arena, run->class_count, sizeof(*ids));
    for (size_t i = 0; i < run->class_count; i++)
        names[i] = run->classes[i].name;
    enum outcome outcome =
        names_to_ids(run->context, NAME_RESOURCE_CLASS, names, run->class_count, ids);
    for (size_t i = 0; outcome == OUTCOME_OK && i < run->class_count; i++)
        run->classes[i].id = ids[i];
    return outcome;
}

/* Consumers. */

static enum outcome consumer_conflict(struct claim_run *run, const char *expected, const char *got)
{
    return context_fail(run->context, OUTCOME_GENERATION_CONFLICT,
                        "consumer generation conflict - expected %s but got %s", expected, got);
}

/* Whether the consumer is as the client thinks. */
static enum outcome check_consumer(struct claim_run *run, const struct claim *claim,
                                   const struct consumer *consumer)
{
    struct arena *arena = run->context->arena;
    if (!claim->check_generation)
        return OUTCOME_OK;
    const char *got =
        claim->generation_null ? "None" : arena_printf(arena, "%lld", (long long)claim->generation);
    if (consumer == NULL)
        return claim->generation_null ? OUTCOME_OK : consumer_conflict(run, "null", got);
    if (!claim->generation_null && claim->generation == consumer->generation)
        return OUTCOME_OK;
    return consumer_conflict(run, arena_printf(arena, "%lld", (long long)consumer->generation),
                             got);
}

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
    size_t found_count;
    enum outcome outcome =
        consumers_lock(run->context, uuids, run->claim_count, &found, &found_count);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (found_count > 1)
        qsort(found, found_count, sizeof(*found), consumer_compare);
    run->consumers = arena_array(arena, run->claim_count, sizeof(*run->consumers));
    for (size_t i = 0; i < run->claim_count; i++) {
        struct consumer key = {.uuid = uuids[i]};
        run->consumers[i] = bsearch(&key, found, found_count, sizeof(*found), consumer_compare);
        outcome = check_consumer(run, &run->claims[i], run->consumers[i]);
        if (outcome != OUTCOME_OK)
            return outcome;
    }
    return OUTCOME_OK;
}

/* Whether a claim's consumer is to give back what it has. One without a row has nothing, unless the
   database was damaged: who gives all back is taken at his word, the others only after a look. */
static bool gives_back(const struct claim_run *run, size_t index)
{
    return run->consumers[index] != NULL || run->thorough || run->claims[index].amount_count == 0;
}

/* Gives back what the consumers hold. */
static enum outcome free_allocations(struct claim_run *run)
{
    const char **uuids = arena_array(run->context->arena, run->claim_count, sizeof(*uuids));
    size_t count = 0;
    for (size_t i = 0; i < run->claim_count; i++)
        if (gives_back(run, i))
            uuids[count++] = run->claims[i].consumer_uuid;
    run->freed = (struct rows){0};
    if (count == 0)
        return OUTCOME_OK;
    return database_select(run->context->database, &delete_allocations,
                           VALUES(value_texts(uuids, count)), &run->freed);
}

/* Providers. */

static enum outcome lock_named_providers(struct claim_run *run)
{
    if (run->provider_count == 0)
        return OUTCOME_OK;
    const char **uuids = arena_array(run->context->arena, run->provider_count, sizeof(*uuids));
    for (size_t i = 0; i < run->provider_count; i++) {
        uuids[i] = run->providers[i].uuid;
        run->providers[i].id = 0;
    }
    struct rows rows;
    enum outcome outcome = providers_lock(run->context, uuids, run->provider_count, &rows);
    if (outcome != OUTCOME_OK)
        return outcome;
    for (size_t i = 0; i < rows.count; i++) {
        struct claimed_provider *provider = run_find_provider(run, row_text(&rows, i, 1));
        if (provider == NULL)
            continue;
        provider->id = row_integer(&rows, i, 0);
        provider->generation = row_integer(&rows, i, 2);
    }
    return OUTCOME_OK;
}

/* In the order of the request, as upstream reports them. */
static enum outcome check_providers(struct claim_run *run)
{
    for (size_t i = 0; i < run->claim_count; i++) {
        for (size_t j = 0; j < run->claims[i].amount_count; j++) {
            const char *uuid = run->claims[i].amounts[j].provider_uuid;
            if (run_find_provider(run, uuid)->id == 0)
                return context_fail(run->context, OUTCOME_PROVIDER_NOT_FOUND,
                                    "Allocation for resource provider '%s' that does not exist.",
                                    uuid);
        }
    }
    return OUTCOME_OK;
}

static bool gives_all_back(const struct claim_run *run, const char *consumer_uuid)
{
    for (size_t i = 0; i < run->claim_count; i++)
        if (run->claims[i].amount_count == 0 &&
            strcasecmp(run->claims[i].consumer_uuid, consumer_uuid) == 0)
            return true;
    return false;
}

static int id_compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* The providers of consumers that give all back: their generations are raised too. */
static enum outcome lock_emptied_providers(struct claim_run *run)
{
    struct arena *arena = run->context->arena;
    int64_t *ids = arena_array(arena, run->freed.count, sizeof(*ids));
    size_t count = 0;
    for (size_t i = 0; i < run->freed.count; i++) {
        int64_t id = row_integer(&run->freed, i, 1);
        bool named = false;
        for (size_t j = 0; j < run->provider_count && !named; j++)
            named = run->providers[j].id == id;
        if (!named && gives_all_back(run, row_text(&run->freed, i, 0)))
            ids[count++] = id;
    }
    count = unique(ids, count, sizeof(*ids), id_compare);
    run->emptied_count = 0;
    if (count == 0)
        return OUTCOME_OK;
    struct rows rows;
    enum outcome outcome = database_select(run->context->database, &lock_providers_by_id,
                                           VALUES(value_integers(ids, count)), &rows);
    if (outcome != OUTCOME_OK)
        return outcome;
    struct claimed_provider *providers =
        arena_array(arena, run->provider_count + rows.count, sizeof(*providers));
    if (run->provider_count > 0)
        memcpy(providers, run->providers, run->provider_count * sizeof(*providers));
    for (size_t i = 0; i < rows.count; i++)
        providers[run->provider_count + i] = (struct claimed_provider){
            .id = row_integer(&rows, i, 0), .generation = row_integer(&rows, i, 2)};
    run->providers = providers;
    run->emptied_count = rows.count;
    return OUTCOME_OK;
}

/* Classes, inventory and capacity. */

static enum outcome check_classes(struct claim_run *run)
{
    for (size_t i = 0; i < run->claim_count; i++) {
        for (size_t j = 0; j < run->claims[i].amount_count; j++) {
            const char *name = run->claims[i].amounts[j].class_name;
            if (run_find_class(run, name)->id < 0)
                return context_fail(run->context, OUTCOME_CLASS_NOT_FOUND,
                                    "No such resource class %s.", name);
        }
    }
    return OUTCOME_OK;
}

static enum outcome load_stocks(struct claim_run *run)
{
    if (run->amount_count == 0)
        return OUTCOME_OK;
    struct arena *arena = run->context->arena;
    int64_t *provider_ids = arena_array(arena, run->provider_count, sizeof(*provider_ids));
    int64_t *class_ids = arena_array(arena, run->class_count, sizeof(*class_ids));
    for (size_t i = 0; i < run->provider_count; i++)
        provider_ids[i] = run->providers[i].id;
    for (size_t i = 0; i < run->class_count; i++)
        class_ids[i] = run->classes[i].id;
    enum outcome outcome = stocks_load(run->context, provider_ids, run->provider_count, class_ids,
                                       run->class_count, &run->stocks);
    for (size_t i = 0; outcome == OUTCOME_OK && i < run->freed.count; i++)
        stock_free(&run->stocks, row_integer(&run->freed, i, 1), row_integer(&run->freed, i, 2),
                   row_integer(&run->freed, i, 3));
    return outcome;
}

/* Providers that have none of the classes at all are reported together, before all else. */
static enum outcome check_missing_inventory(struct claim_run *run)
{
    const char *providers = "", *classes = "", *comma = "";
    struct arena *arena = run->context->arena;
    for (size_t i = 0; i < run->provider_count; i++) {
        if (stocks_find(&run->stocks, run->providers[i].id, -1) != NULL)
            continue;
        providers = arena_printf(arena, "%s%s%s", providers, comma, run->providers[i].uuid);
        comma = ", ";
    }
    if (*providers == '\0')
        return OUTCOME_OK;
    comma = "";
    for (size_t i = 0; i < run->class_count; i++) {
        classes = arena_printf(arena, "%s%s%s", classes, comma, run->classes[i].name);
        comma = ", ";
    }
    return context_fail(run->context, OUTCOME_INVENTORY_INVALID,
                        "Inventory for '%s' on resource provider '%s' invalid.", classes,
                        providers);
}

static enum outcome check_capacity(struct claim_run *run)
{
    enum outcome outcome = check_missing_inventory(run);
    for (size_t i = 0; i < run->claim_count; i++) {
        for (size_t j = 0; j < run->claims[i].amount_count && outcome == OUTCOME_OK; j++) {
            const struct claim_amount *amount = &run->claims[i].amounts[j];
            struct demand demand = {
                .provider_id = run_find_provider(run, amount->provider_uuid)->id,
                .class_id = run_find_class(run, amount->class_name)->id,
                .provider_uuid = amount->provider_uuid,
                .class_name = amount->class_name,
                .used = amount->used,
            };
            outcome = stock_claim(run->context, &run->stocks, &demand);
        }
    }
    return outcome;
}

/* Writes. */

static struct consumer_record record_of(const struct claim_run *run, size_t index)
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

static enum outcome write_consumers(struct claim_run *run)
{
    struct arena *arena = run->context->arena;
    struct consumer_record *old = arena_array(arena, run->claim_count, sizeof(*old));
    struct consumer_record *new = arena_array(arena, run->claim_count, sizeof(*new));
    int64_t *gone = arena_array(arena, run->claim_count, sizeof(*gone));
    size_t old_count = 0, new_count = 0, gone_count = 0;
    for (size_t i = 0; i < run->claim_count; i++) {
        struct consumer_record record = record_of(run, i);
        if (run->claims[i].amount_count > 0 && record.id == 0)
            new[new_count++] = record;
        else if (run->claims[i].amount_count > 0)
            old[old_count++] = record;
        else if (record.id != 0)
            gone[gone_count++] = record.id;
    }
    enum outcome outcome = OUTCOME_OK;
    if (run->thorough)
        outcome = consumer_owners_ensure(run->context, new, new_count);
    if (run->thorough && outcome == OUTCOME_OK)
        outcome = consumer_owners_ensure(run->context, old, old_count);
    if (outcome == OUTCOME_OK)
        outcome = consumers_create(run->context, new, new_count);
    if (outcome == OUTCOME_OK)
        outcome = consumers_update(run->context, old, old_count);
    if (outcome == OUTCOME_OK)
        outcome = consumers_delete(run->context, gone, gone_count);
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    if (run->thorough &&
        !(consumer_owners_are_common(new, new_count) && consumer_owners_are_common(old, old_count)))
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
            *next++ = value_integer(run_find_provider(run, amount->provider_uuid)->id);
            *next++ = value_integer(run_find_class(run, amount->class_name)->id);
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
    enum outcome outcome = database_execute_bulk(run->context->database, &raise_generation, values,
                                                 WIDTH, count, &found);
    if (outcome == OUTCOME_OK && found != count)
        return OUTCOME_CONFLICT;
    return outcome;
}

static enum outcome run_transaction(void *subject)
{
    static enum outcome (*const steps[])(struct claim_run *) = {
        lock_consumers, free_allocations,       lock_named_providers, check_providers,
        check_classes,  lock_emptied_providers, write_consumers,      load_stocks,
        check_capacity, write_allocations,      raise_generations,
    };
    struct claim_run *run = subject;
    run_gather_providers(run);
    enum outcome outcome = OUTCOME_OK;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && outcome == OUTCOME_OK; i++)
        outcome = steps[i](run);
    return outcome;
}

enum outcome claims_prepare(struct context *context, const struct claim *claims, size_t count,
                            struct claim_run **run)
{
    *run = arena_alloc(context->arena, sizeof(**run));
    **run = (struct claim_run){.context = context, .claims = claims, .claim_count = count};
    for (size_t i = 0; i < count; i++)
        (*run)->amount_count += claims[i].amount_count;
    return run_gather_classes(*run);
}

enum outcome claims_run(struct claim_run *run)
{
    return run->claim_count > 0 ? run_transaction(run) : OUTCOME_OK;
}

enum outcome claims_replace(struct context *context, const struct claim *claims, size_t count)
{
    struct claim_run *run;
    enum outcome outcome = claims_prepare(context, claims, count, &run);
    if (outcome != OUTCOME_OK)
        return outcome;
    return database_transaction(context->database, run_transaction, run);
}
