/*
 * Reads whole tables, each once, row by row into the world.
 */
#include <config.h>

#include "placement/candidates/world_load.h"

#include "placement/names.h"

static const struct sql select_providers = {
    "SELECT id, uuid, root_provider_id, parent_provider_id FROM resource_providers ORDER BY id",
    "isii"};
static const struct sql select_inventories = {
    "SELECT resource_provider_id, resource_class_id, total, reserved, min_unit, max_unit, "
    "step_size, allocation_ratio FROM inventories",
    "iiiiiiir"};
/* The index alone answers this, in order. */
static const struct sql select_usages = {
    "SELECT resource_provider_id, resource_class_id, CAST(SUM(used) AS SIGNED) FROM allocations "
    "FORCE INDEX (allocations_resource_provider_class_used_idx) "
    "GROUP BY resource_provider_id, resource_class_id",
    "iii"};
static const struct sql select_traits = {
    "SELECT resource_provider_id, trait_id FROM resource_provider_traits WHERE trait_id IN (?...)",
    "ii"};
static const struct sql select_aggregates = {
    "SELECT resource_provider_id, aggregate_id FROM resource_provider_aggregates "
    "WHERE aggregate_id IN (?...)",
    "ii"};

static const struct sql select_members = {
    "SELECT aggregate_id, resource_provider_id FROM resource_provider_aggregates "
    "WHERE aggregate_id IN (SELECT sharing.aggregate_id "
    "FROM resource_provider_aggregates sharing JOIN resource_provider_traits has "
    "ON has.resource_provider_id = sharing.resource_provider_id WHERE has.trait_id = ?)",
    "ii"};

static const struct sql select_all_trait_ids = {
    "SELECT resource_provider_id, trait_id FROM resource_provider_traits "
    "ORDER BY resource_provider_id, trait_id",
    "ii"};
static const struct sql select_trait_ids = {
    "SELECT resource_provider_id, trait_id FROM resource_provider_traits "
    "WHERE resource_provider_id IN (?...) ORDER BY resource_provider_id, trait_id",
    "ii"};

/* There are few different ratios: the decimal meaning of each is computed once. */
enum { RATIOS = 16 };

struct loading {
    struct context *context;
    struct world *world;
    const struct world_interest *interest;
    struct world_kin *kin; /* for each provider so far */
    size_t kin_room;
    float ratios[RATIOS];
    double meanings[RATIOS];
    size_t ratio_count;
};

static enum outcome add_provider(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    uint32_t count = loading->world->provider_count;
    loading->kin = arena_grow(loading->context->arena, loading->kin, count, &loading->kin_room,
                              sizeof(*loading->kin));
    loading->kin[count] = (struct world_kin){row[2].integer, row[3].integer};
    world_add_provider(loading->world, row[0].integer, row[1].text);
    return OUTCOME_OK;
}

static double ratio_meaning(struct loading *loading, float ratio)
{
    for (size_t i = 0; i < loading->ratio_count; i++)
        if (loading->ratios[i] == ratio)
            return loading->meanings[i];
    size_t at = loading->ratio_count < RATIOS ? loading->ratio_count++ : RATIOS - 1;
    loading->ratios[at] = ratio;
    return loading->meanings[at] = float_meaning(ratio);
}

static enum outcome add_inventory(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    float ratio = (float)row[7].real;
    struct world_inventory inventory = {
        .class_id = (int32_t)row[1].integer,
        .total = (int32_t)row[2].integer,
        .reserved = (int32_t)row[3].integer,
        .min_unit = (int32_t)row[4].integer,
        .max_unit = (int32_t)row[5].integer,
        .step_size = (int32_t)row[6].integer,
        .allocation_ratio = ratio,
    };
    double capacity = (double)(row[2].integer - row[3].integer) * ratio_meaning(loading, ratio);
    /* Far more than amounts can add up to, and within the range of an integer. */
    inventory.capacity = capacity < 1e18 ? (int64_t)capacity : (int64_t)1e18;
    world_add_inventory(loading->world, row[0].integer, &inventory);
    return OUTCOME_OK;
}

static enum outcome add_usage(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    world_add_usage(loading->world, row[0].integer, row[1].integer, row[2].integer);
    return OUTCOME_OK;
}

static size_t number_of(const int64_t *ids, size_t count, int64_t id)
{
    size_t i = 0;
    while (i < count && ids[i] != id)
        i++;
    return i;
}

static enum outcome add_trait(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    size_t count = loading->interest->trait_count;
    size_t number = number_of(loading->interest->trait_ids, count, row[1].integer);
    if (number < count)
        world_add_trait(loading->world, row[0].integer, number);
    return OUTCOME_OK;
}

static enum outcome add_aggregate(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    size_t count = loading->interest->aggregate_count;
    size_t number = number_of(loading->interest->aggregate_ids, count, row[1].integer);
    if (number < count)
        world_add_aggregate(loading->world, row[0].integer, number);
    return OUTCOME_OK;
}

static enum outcome add_member(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    world_add_member(loading->world, row[0].integer, row[1].integer);
    return OUTCOME_OK;
}

static enum outcome load_inventories(struct loading *loading)
{
    struct database *database = loading->context->database;
    TRY(database_visit(database, &select_inventories, NO_VALUES, add_inventory, loading));
    world_sort_inventories(loading->world);
    return database_visit(database, &select_usages, NO_VALUES, add_usage, loading);
}

static enum outcome load_interest(struct loading *loading)
{
    struct database *database = loading->context->database;
    const struct world_interest *interest = loading->interest;
    if (interest->trait_count > 0)
        TRY(database_visit(database, &select_traits,
                           VALUES(value_integers(interest->trait_ids, interest->trait_count)),
                           add_trait, loading));
    if (interest->aggregate_count > 0)
        TRY(database_visit(
            database, &select_aggregates,
            VALUES(value_integers(interest->aggregate_ids, interest->aggregate_count)),
            add_aggregate, loading));
    return OUTCOME_OK;
}

static enum outcome load_sharing(struct loading *loading)
{
    const struct world_interest *interest = loading->interest;
    if (loading->world->sharing_count == 0)
        return OUTCOME_OK;
    return database_visit(loading->context->database, &select_members,
                          VALUES(value_integer(interest->trait_ids[interest->sharing_trait])),
                          add_member, loading);
}

enum outcome world_load(struct context *context, const struct world_interest *interest,
                        struct world *world)
{
    struct loading loading = {.context = context, .world = world, .interest = interest};
    world_begin(world, context->arena, interest);
    TRY(database_visit(context->database, &select_providers, NO_VALUES, add_provider, &loading));
    world_link(world, loading.kin);
    TRY(load_inventories(&loading));
    TRY(load_interest(&loading));
    TRY(load_sharing(&loading));
    world_end(world);
    return OUTCOME_OK;
}

/* Names of traits. */

/* Up to this many providers, and up to this fraction of all, are looked up one by one. For more,
   reading the whole table is faster. */
enum { LISTED_MOST = 256, LISTED_PART = 4 };

struct naming {
    struct context *context;
    struct world *world;
    const bool *wanted;
    uint32_t *first;
    int64_t *trait_ids;
    uint32_t count;
    size_t room;
    uint32_t reached; /* first[] is known up to here */
};

/* Takes a row of select_trait_ids, which come by provider. */
static enum outcome add_trait_id(void *subject, const struct value *row)
{
    struct naming *naming = subject;
    uint32_t provider = world_find(naming->world, row[0].integer);
    if (provider == WORLD_NONE || !naming->wanted[provider])
        return OUTCOME_OK;
    while (naming->reached < provider)
        naming->first[++naming->reached] = naming->count;
    naming->trait_ids = arena_grow(naming->context->arena, naming->trait_ids, naming->count,
                                   &naming->room, sizeof(*naming->trait_ids));
    naming->trait_ids[naming->count++] = row[1].integer;
    return OUTCOME_OK;
}

static enum outcome read_trait_ids(struct naming *naming)
{
    struct world *world = naming->world;
    struct database *database = naming->context->database;
    int64_t *ids = arena_array(naming->context->arena, LISTED_MOST, sizeof(*ids));
    size_t count = 0;
    for (uint32_t i = 0; i < world->provider_count && count <= LISTED_MOST; i++) {
        if (!naming->wanted[i])
            continue;
        if (count < LISTED_MOST)
            ids[count] = world->providers[i].id;
        count++;
    }
    if (count > LISTED_MOST || count > world->provider_count / LISTED_PART)
        return database_visit(database, &select_all_trait_ids, NO_VALUES, add_trait_id, naming);
    return database_visit(database, &select_trait_ids, VALUES(value_integers(ids, count)),
                          add_trait_id, naming);
}

enum outcome world_traits_load(struct context *context, struct world *world, const bool *wanted,
                               struct trait_names *traits)
{
    struct naming naming = {.context = context, .world = world, .wanted = wanted};
    naming.first =
        arena_array(context->arena, (size_t)world->provider_count + 1, sizeof(*naming.first));
    TRY(read_trait_ids(&naming));
    while (naming.reached < world->provider_count)
        naming.first[++naming.reached] = naming.count;
    *traits = (struct trait_names){
        .first = naming.first,
        .names = arena_array(context->arena, naming.count, sizeof(*traits->names)),
    };
    for (uint32_t i = 0; i < naming.count; i++)
        TRY(names_from_id(context, NAME_TRAIT, naming.trait_ids[i], &traits->names[i]));
    return OUTCOME_OK;
}
