/*
 * Looks up a claim by its consumer.
 *
 * The session that may have committed it is ended first, so that it does not commit later. Then the
 * row of the consumer tells: its generation is the one that the client gave, and the claim has not
 * happened; or the next one, and the owner and the amounts are those of the claim, and it has. A
 * consumer that is not there, of a claim that creates it, may also have been created and released
 * since; whoever released it did so beside this request, as if the claim came later.
 */
#include <config.h>

#include "placement/claim_found.h"

#include <string.h>
#include <strings.h>

#include "placement/allocation.h"

static bool has_owner(const struct claim *claim, const struct allocation_owner *owner)
{
    return strcmp(claim->project_id, owner->project_id) == 0 &&
           strcmp(claim->user_id, owner->user_id) == 0 &&
           (claim->consumer_type == NULL ||
            strcmp(claim->consumer_type, owner->consumer_type) == 0);
}

static bool has_amount(const struct claim_amount *amount, const struct allocations *held)
{
    for (size_t i = 0; i < held->count; i++)
        if (strcasecmp(amount->provider_uuid, held->list[i].provider_uuid) == 0 &&
            strcasecmp(amount->class_name, held->list[i].class_name) == 0)
            return amount->used == held->list[i].used;
    return false;
}

static bool has_amounts(const struct claim *claim, const struct allocations *held)
{
    size_t same = 0;
    for (size_t i = 0; i < claim->amount_count; i++)
        same += has_amount(&claim->amounts[i], held);
    return same == claim->amount_count && same == held->count;
}

/* Tells by what the consumer holds now. */
static enum outcome judge(const struct claim *claim, const struct allocations *held,
                          const struct allocation_owner *owner)
{
    if (held->count == 0)
        return claim->generation_null ? OUTCOME_UNMET : OUTCOME_UNCERTAIN;
    int64_t now = held->list[0].consumer_generation;
    int64_t next = claim->generation_null ? 1 : claim->generation + 1;
    if (now < next)
        return OUTCOME_UNMET;
    if (now > next)
        return OUTCOME_UNCERTAIN;
    return has_owner(claim, owner) && has_amounts(claim, held) ? OUTCOME_OK : OUTCOME_UNMET;
}

enum outcome claim_found(struct context *context, const struct claim *claims, size_t count)
{
    enum { AMOUNTS_MOST = 100 }; /* each is compared with each */
    struct allocations held;
    struct allocation_owner owner;
    if (count != 1 || !claims->check_generation || claims->again != NULL ||
        claims->amount_count == 0 || claims->amount_count > AMOUNTS_MOST ||
        context->trail != NULL || database_settle(context->database) != OUTCOME_OK ||
        allocations_of_consumer(context, claims->consumer_uuid, &held, &owner) != OUTCOME_OK)
        return OUTCOME_UNCERTAIN;
    return judge(claims, &held, &owner);
}
