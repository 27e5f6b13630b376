/*
 * Looks up claims by their rows.
 *
 * They were committed if the consumers have the next generations, and the owners and amounts of the
 * claims. That holds even while the session that wrote them may go on: it would find other
 * generations than it wants.
 *
 * They were not if that session has ended, and one row has the id and the generation that it had
 * before the attempt: an attempt raises the generations of all its consumers and providers, and
 * none ever falls.
 *
 * A claim that is one statement does not know what was before, only what its client says of the
 * consumer. If there is none, and the claim creates it, it may also have been created and released
 * since; whoever released it did so beside this request, as if the claim came later.
 */
#include <config.h>

#include "placement/claim_found.h"

#include <string.h>
#include <strings.h>

#include "base/sorted.h"
#include "placement/pairs.h"

#define SELECT_SAME(table)                                                                         \
    "SELECT 1 FROM JSON_TABLE(?, '$[*]' COLUMNS (id INT PATH '$[0]', "                             \
    "generation INT PATH '$[1]')) was STRAIGHT_JOIN " table " now ON now.id = was.id "             \
    "AND now.generation = was.generation LIMIT 1"

static const struct sql select_same_consumer = {SELECT_SAME("consumers"), "i"};
static const struct sql select_same_provider = {SELECT_SAME("resource_providers"), "i"};
static const struct sql select_held = {
    "SELECT c.uuid, c.generation, p.external_id, u.external_id, COALESCE(ct.name, ''), "
    "COALESCE(rp.uuid, ''), COALESCE(rc.name, ''), COALESCE(a.used, 0) "
    "FROM consumers c JOIN projects p ON p.id = c.project_id JOIN users u ON u.id = c.user_id "
    "LEFT JOIN consumer_types ct ON ct.id = c.consumer_type_id "
    "LEFT JOIN allocations a ON a.consumer_id = c.uuid "
    "LEFT JOIN resource_providers rp ON rp.id = a.resource_provider_id "
    "LEFT JOIN resource_classes rc ON rc.id = a.resource_class_id WHERE c.uuid IN (?*)",
    "sisssssi"};

/* A consumer and one of its allocations; a consumer without any has one of nothing. */
struct holding {
    const char *consumer;
    int64_t generation;
    const char *project_id, *user_id, *type; /* type "": none */
    struct claim_amount amount;
};

struct holdings {
    struct holding *list; /* by consumer, then by amount */
    size_t count;
};

static int amount_compare(const void *left, const void *right)
{
    const struct claim_amount *a = left, *b = right;
    int order = strcasecmp(a->provider_uuid, b->provider_uuid);
    if (order == 0)
        order = strcasecmp(a->class_name, b->class_name);
    return order != 0 ? order : int64_compare(&a->used, &b->used);
}

static int holding_compare(const void *left, const void *right)
{
    const struct holding *a = left, *b = right;
    int order = strcasecmp(a->consumer, b->consumer);
    return order != 0 ? order : amount_compare(&a->amount, &b->amount);
}

static enum outcome load_holdings(struct context *context, const struct claim *claims, size_t count,
                                  struct holdings *holdings)
{
    struct rows rows;
    const char **uuids = arena_array(context->arena, count, sizeof(*uuids));
    for (size_t i = 0; i < count; i++)
        uuids[i] = claims[i].consumer_uuid;
    TRY(database_select(context->database, &select_held, VALUES(value_texts(uuids, count)), &rows));
    *holdings = (struct holdings){arena_array(context->arena, rows.count, sizeof(*holdings->list)),
                                  rows.count};
    for (size_t i = 0; i < rows.count; i++)
        holdings->list[i] = (struct holding){
            .consumer = row_text(&rows, i, 0),
            .generation = row_integer(&rows, i, 1),
            .project_id = row_text(&rows, i, 2),
            .user_id = row_text(&rows, i, 3),
            .type = row_text(&rows, i, 4),
            .amount = {row_text(&rows, i, 5), row_text(&rows, i, 6), row_integer(&rows, i, 7)},
        };
    sort(holdings->list, rows.count, sizeof(*holdings->list), holding_compare);
    return OUTCOME_OK;
}

static bool holding_is_before(const void *list, size_t index, const void *consumer)
{
    return strcasecmp(((const struct holding *)list)[index].consumer, consumer) < 0;
}

/* Returns what the consumer of a claim holds; count is 0 if it does not exist. */
static struct holdings holdings_of(const struct holdings *all, const char *consumer)
{
    size_t first = lower_bound(all->list, all->count, consumer, holding_is_before), count = 0;
    while (first + count < all->count &&
           strcasecmp(all->list[first + count].consumer, consumer) == 0)
        count++;
    return (struct holdings){&all->list[first], count};
}

static bool has_owner(const struct claim *claim, const struct holding *held)
{
    return strcmp(claim->project_id, held->project_id) == 0 &&
           strcmp(claim->user_id, held->user_id) == 0 &&
           (claim->consumer_type == NULL || strcmp(claim->consumer_type, held->type) == 0);
}

static bool has_amounts(struct arena *arena, const struct claim *claim, const struct holdings *held)
{
    size_t count = claim->amount_count;
    if (count != held->count)
        return false;
    struct claim_amount *amounts = arena_array(arena, count, sizeof(*amounts));
    memcpy(amounts, claim->amounts, count * sizeof(*amounts));
    sort(amounts, count, sizeof(*amounts), amount_compare);
    for (size_t i = 0; i < count; i++)
        if (amount_compare(&amounts[i], &held->list[i].amount) != 0)
            return false;
    return true;
}

/* Tells by what the consumer holds now, and its generation before. A consumer of another owner is
   uncertain, since the database may find equal what is not the same to the letter. */
static enum outcome judge_claim(struct arena *arena, const struct claim *claim, bool existed,
                                int64_t before, const struct holdings *held)
{
    if (claim->again != NULL)
        return OUTCOME_UNCERTAIN;
    if (held->count == 0)
        return claim->amount_count == 0 ? OUTCOME_OK : OUTCOME_UNCERTAIN;
    if (claim->amount_count == 0 || held->list[0].generation != (existed ? before + 1 : 1))
        return OUTCOME_UNCERTAIN;
    if (has_amounts(arena, claim, held))
        return has_owner(claim, &held->list[0]) ? OUTCOME_OK : OUTCOME_UNCERTAIN;
    /* Somebody else came first. The claim would find that, too. */
    return claim->check_generation ? OUTCOME_UNMET : OUTCOME_UNCERTAIN;
}

/* All must be as the claims make them, and one must hold something: that a consumer is gone does
   not tell who released it. */
static enum outcome judge(struct context *context, const struct claim *claims, size_t count,
                          const struct claim_run *run, const struct holdings *all)
{
    bool done = true, holds = false;
    for (size_t i = 0; i < count; i++) {
        const struct holdings held = holdings_of(all, claims[i].consumer_uuid);
        const struct consumer *consumer = run != NULL ? run->consumers[i] : NULL;
        bool existed = run != NULL ? consumer != NULL : !claims[i].generation_null;
        int64_t before = consumer != NULL ? consumer->generation : claims[i].generation;
        enum outcome outcome = judge_claim(context->arena, &claims[i], existed, before, &held);
        if (outcome == OUTCOME_UNMET)
            return OUTCOME_UNMET;
        done = done && outcome == OUTCOME_OK;
        holds = holds || claims[i].amount_count > 0;
    }
    return done && holds ? OUTCOME_OK : OUTCOME_UNCERTAIN;
}

/* Whether the consumer is as the client of a claim says it was before. */
static bool is_untouched(const struct claim *claim, const struct holdings *all)
{
    const struct holdings held = holdings_of(all, claim->consumer_uuid);
    if (claim->generation_null)
        return held.count == 0;
    return held.count > 0 && held.list[0].generation == claim->generation;
}

static enum outcome find_pair(struct context *context, const struct sql *sql, struct value pairs,
                              bool *found)
{
    struct rows rows;
    TRY(database_select(context->database, sql, &pairs, 1, &rows));
    *found = rows.count > 0;
    return OUTCOME_OK;
}

enum outcome providers_find_unraised(struct context *context, struct value pairs, bool *unraised)
{
    return find_pair(context, &select_same_provider, pairs, unraised);
}

/* Finds out whether a row is as it was before the attempt. */
static enum outcome find_unraised(const struct claim_run *run, bool *unraised)
{
    struct context *context = run->context;
    struct text_builder consumers = pairs_begin(context->arena),
                        providers = pairs_begin(context->arena);
    for (size_t i = 0; i < run->claim_count; i++)
        if (run->consumers[i] != NULL)
            pairs_add(&consumers, run->consumers[i]->id, run->consumers[i]->generation);
    for (size_t i = 0; i < run->provider_count + run->emptied_count; i++)
        pairs_add(&providers, run->providers[i].id, run->providers[i].generation);
    TRY(find_pair(context, &select_same_consumer, pairs_end(&consumers), unraised));
    return *unraised ? OUTCOME_OK
                     : providers_find_unraised(context, pairs_end(&providers), unraised);
}

enum outcome claims_look_up(struct context *context, const struct claim *claims, size_t count,
                            const struct claim_run *run, bool ended)
{
    struct holdings all;
    bool unraised = false;
    if (count == 0)
        return OUTCOME_UNCERTAIN;
    if (ended && run != NULL)
        TRY(find_unraised(run, &unraised));
    if (unraised)
        return OUTCOME_UNMET;
    TRY(load_holdings(context, claims, count, &all));
    if (ended && run == NULL && is_untouched(claims, &all))
        return OUTCOME_UNMET;
    enum outcome outcome = judge(context, claims, count, run, &all);
    return outcome == OUTCOME_OK || ended ? outcome : OUTCOME_UNCERTAIN;
}

struct question {
    struct context *context;
    const struct claim *claims;
    size_t count;
    const struct claim_run *run;
};

static enum outcome find(void *subject, bool ended)
{
    const struct question *question = subject;
    return claims_look_up(question->context, question->claims, question->count, question->run,
                          ended);
}

enum outcome claims_found(struct context *context, const struct claim *claims, size_t count,
                          const struct claim_run *run)
{
    struct question question = {context, claims, count, run};
    return database_find_out(context->database, find, &question);
}
