/*
 * Reads whole tables, each once, row by row into the world.
 */
#include <config.h>

#include "placement/candidates/world_load.h"

#include <math.h>

#include "base/sorted.h"
#include "placement/candidates/relevance.h"

#define PROVIDERS "SELECT id, uuid, root_provider_id, parent_provider_id FROM resource_providers "
static const struct sql select_providers = {PROVIDERS "ORDER BY id", "isii"};
static const struct sql select_providers_of_trees = {
    PROVIDERS "WHERE root_provider_id IN (?*) ORDER BY id", "isii"};
/* The names of all classes, then inventories. */
#define INVENTORIES                                                                                \
    "SELECT NULL, id, NULL, NULL, NULL, NULL, NULL, NULL, name FROM resource_classes "             \
    "UNION ALL SELECT resource_provider_id, resource_class_id, total, reserved, min_unit, "        \
    "max_unit, step_size, allocation_ratio, NULL FROM inventories "
static const struct sql select_inventories = {INVENTORIES, "iiiiiiirs"};
static const struct sql select_inventories_of = {
    INVENTORIES "FORCE INDEX (uniq_inventories0resource_provider_resource_class) "
                "WHERE resource_provider_id IN (?*)",
    "iiiiiiirs"};
/* The ids of names, for a world of some trees, and which of its providers have these ids. */
static const struct sql select_trait_ids = {
    "SELECT NULL, id, name FROM traits WHERE name IN (?...)", "iis"};
static const struct sql select_aggregate_ids = {
    "SELECT NULL, id, uuid FROM placement_aggregates WHERE uuid IN (?...)", "iis"};
static const struct sql select_traits_of = {
    "SELECT resource_provider_id, trait_id FROM resource_provider_traits "
    "FORCE INDEX (resource_provider_traits_resource_provider_trait_idx) "
    "WHERE resource_provider_id IN (?*) AND trait_id IN (?...) ORDER BY trait_id",
    "ii"};
static const struct sql select_aggregates_of = {
    "SELECT resource_provider_id, aggregate_id FROM resource_provider_aggregates "
    "FORCE INDEX (PRIMARY) "
    "WHERE resource_provider_id IN (?*) AND aggregate_id IN (?...) ORDER BY aggregate_id",
    "ii"};
/* The index alone answers this, in order. */
#define USAGES                                                                                     \
    "SELECT resource_provider_id, resource_class_id, CAST(SUM(used) AS SIGNED) FROM allocations "  \
    "FORCE INDEX (allocations_resource_provider_class_used_idx) "
#define BY_CLASS "GROUP BY resource_provider_id, resource_class_id"
static const struct sql select_usages = {USAGES BY_CLASS, "iii"};
static const struct sql select_usages_of = {USAGES "WHERE resource_provider_id IN (?*) " BY_CLASS,
                                            "iii"};
/* A name that nothing has comes in one row, without a provider. */
static const struct sql select_traits = {
    "SELECT has.resource_provider_id, t.id, t.name FROM traits t "
    "LEFT JOIN resource_provider_traits has ON has.trait_id = t.id WHERE t.name IN (?...)",
    "iis"};
static const struct sql select_aggregates = {
    "SELECT has.resource_provider_id, a.id, a.uuid FROM placement_aggregates a "
    "LEFT JOIN resource_provider_aggregates has ON has.aggregate_id = a.id "
    "WHERE a.uuid IN (?...)",
    "iis"};

static const struct sql select_members = {
    "SELECT aggregate_id, resource_provider_id FROM resource_provider_aggregates "
    "WHERE aggregate_id IN (SELECT sharing.aggregate_id "
    "FROM resource_provider_aggregates sharing JOIN resource_provider_traits has "
    "ON has.resource_provider_id = sharing.resource_provider_id WHERE has.trait_id = ?)",
    "ii"};

/* The names of all traits, and the traits of providers. The index makes it likely that these come
   in order. */
#define TRAIT_NAMES                                                                                \
    "SELECT NULL, id, name FROM traits "                                                           \
    "UNION ALL SELECT resource_provider_id, trait_id, NULL FROM resource_provider_traits "         \
    "FORCE INDEX (resource_provider_traits_resource_provider_trait_idx)"
static const struct sql select_all_trait_names = {TRAIT_NAMES, "iis"};
static const struct sql select_trait_names = {TRAIT_NAMES " WHERE resource_provider_id IN (?...)",
                                              "iis"};

/* There are few different ratios: the decimal meaning of each is computed once. */
enum { RATIOS = 16 };

struct loading {
    struct context *context;
    struct world *world;
    struct vocabularies *names;
    struct class_names *classes;
    size_t class_room;
    int64_t last_id;       /* of a trait or an aggregate: rows with one id come together */
    size_t last_number;    /* of that id */
    struct world_kin *kin; /* for each provider so far */
    size_t kin_room;
    int64_t *ids; /* of the providers, if it is a world of some trees */
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

static void add_class(struct loading *loading, int64_t id, const char *name)
{
    struct arena *arena = loading->context->arena;
    struct class_names *classes = loading->classes;
    struct vocabulary *wanted = &loading->names->classes;
    const char **found =
        sorted_find(&name, wanted->names, wanted->count, sizeof(*wanted->names), text_compare);
    if (found != NULL)
        wanted->ids[found - wanted->names] = id;
    classes->list = arena_grow(arena, classes->list, classes->count, &loading->class_room,
                               sizeof(*classes->list));
    classes->list[classes->count++] = (struct class_name){id, arena_strdup(arena, name)};
}

static enum outcome add_inventory(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    if (row[8].kind != VALUE_NULL) {
        add_class(loading, row[1].integer, row[8].text);
        return OUTCOME_OK;
    }
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
    inventory.whole_capacity = capacity;
    inventory.capacity = (int64_t)fmin(fmax(capacity, -1e18), 1e18);
    world_add_inventory(loading->world, row[0].integer, &inventory);
    return OUTCOME_OK;
}

static enum outcome add_usage(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    world_add_usage(loading->world, row[0].integer, row[1].integer, row[2].integer);
    return OUTCOME_OK;
}

/* Returns the number of a name, and sets its id, or returns the number of names if the name is not
   in the vocabulary: the database may find names that differ in case. */
static size_t number_of(struct loading *loading, struct vocabulary *vocabulary,
                        const struct value *row)
{
    if (row[1].integer == loading->last_id)
        return loading->last_number;
    const char **found = sorted_find(&row[2].text, vocabulary->names, vocabulary->count,
                                     sizeof(*vocabulary->names), text_compare);
    loading->last_id = row[1].integer;
    loading->last_number = found != NULL ? (size_t)(found - vocabulary->names) : vocabulary->count;
    if (found != NULL)
        vocabulary->ids[loading->last_number] = row[1].integer;
    return loading->last_number;
}

static enum outcome add_trait(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    size_t number = number_of(loading, &loading->names->traits, row);
    if (number < loading->names->traits.count && row[0].kind != VALUE_NULL)
        world_add_trait(loading->world, row[0].integer, number);
    return OUTCOME_OK;
}

static enum outcome add_aggregate(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    size_t number = number_of(loading, &loading->names->aggregates, row);
    if (number < loading->names->aggregates.count && row[0].kind != VALUE_NULL)
        world_add_aggregate(loading->world, row[0].integer, number);
    return OUTCOME_OK;
}

static enum outcome add_member(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    world_add_member(loading->world, row[0].integer, row[1].integer);
    return OUTCOME_OK;
}

static int class_compare(const void *left, const void *right)
{
    const struct class_name *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

const char *class_name_find(const struct class_names *classes, int64_t id)
{
    const struct class_name key = {.id = id};
    const struct class_name *found =
        sorted_find(&key, classes->list, classes->count, sizeof(key), class_compare);
    return found != NULL ? found->name : NULL;
}

static enum outcome load_inventories(struct loading *loading)
{
    struct database *database = loading->context->database;
    struct class_names *classes = loading->classes;
    if (loading->ids == NULL)
        TRY(database_visit(database, &select_inventories, NO_VALUES, add_inventory, loading));
    else
        TRY(database_visit(database, &select_inventories_of,
                           VALUES(value_integers(loading->ids, loading->world->provider_count)),
                           add_inventory, loading));
    sort(classes->list, classes->count, sizeof(*classes->list), class_compare);
    world_sort_inventories(loading->world);
    return OUTCOME_OK;
}

/* If fewer than this part of the providers are relevant, only their usages are read. For more,
   reading the whole index is faster. */
#define RELEVANT_PART 0.5

/* Reads the usages of the relevant providers (NULL: all are), or perhaps of all. */
static enum outcome load_usages(struct loading *loading, const bool *relevant)
{
    struct world *world = loading->world;
    struct database *database = loading->context->database;
    int64_t *ids = arena_array(loading->context->arena, world->provider_count, sizeof(*ids));
    size_t count = 0;
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (relevant == NULL || relevant[i])
            ids[count++] = world->providers[i].id;
    world->all_usages =
        loading->ids == NULL && (double)count >= world->provider_count * RELEVANT_PART;
    if (world->all_usages)
        return database_visit(database, &select_usages, NO_VALUES, add_usage, loading);
    if (count == 0)
        return OUTCOME_OK;
    return database_visit(database, &select_usages_of, VALUES(value_integers(ids, count)),
                          add_usage, loading);
}

/* Reads which providers have the names of a vocabulary. */
static enum outcome load_named(struct loading *loading, const struct sql *sql,
                               const struct vocabulary *vocabulary, database_visitor visitor)
{
    loading->last_id = -1;
    if (vocabulary->count == 0)
        return OUTCOME_OK;
    return database_visit(loading->context->database, sql,
                          VALUES(value_texts(vocabulary->names, vocabulary->count)), visitor,
                          loading);
}

/* Number of an id that was read before: rows with one id come together. */
static bool find_number(struct loading *loading, const struct vocabulary *vocabulary, int64_t id)
{
    if (id != loading->last_id) {
        loading->last_id = id;
        loading->last_number = 0;
        while (loading->last_number < vocabulary->count &&
               vocabulary->ids[loading->last_number] != id)
            loading->last_number++;
    }
    return loading->last_number < vocabulary->count;
}

static enum outcome add_trait_id(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    if (find_number(loading, &loading->names->traits, row[1].integer))
        world_add_trait(loading->world, row[0].integer, loading->last_number);
    return OUTCOME_OK;
}

static enum outcome add_aggregate_id(void *subject, const struct value *row)
{
    struct loading *loading = subject;
    if (find_number(loading, &loading->names->aggregates, row[1].integer))
        world_add_aggregate(loading->world, row[0].integer, loading->last_number);
    return OUTCOME_OK;
}

/* Reads which of some providers have the ids of a vocabulary. */
static enum outcome load_held(struct loading *loading, const struct sql *sql,
                              const struct vocabulary *vocabulary, database_visitor visitor)
{
    loading->last_id = -1;
    if (vocabulary->count == 0 || loading->world->provider_count == 0)
        return OUTCOME_OK;
    return database_visit(loading->context->database, sql,
                          VALUES(value_integers(loading->ids, loading->world->provider_count),
                                 value_integers(vocabulary->ids, vocabulary->count)),
                          visitor, loading);
}

static enum outcome load_sharing(struct loading *loading)
{
    const struct vocabularies *names = loading->names;
    if (loading->world->sharing_count == 0)
        return OUTCOME_OK;
    return database_visit(loading->context->database, &select_members,
                          VALUES(value_integer(names->traits.ids[names->sharing_trait])),
                          add_member, loading);
}

static void forget_ids(struct vocabulary *vocabulary)
{
    for (size_t i = 0; i < vocabulary->count; i++)
        vocabulary->ids[i] = -1;
}

static void begin_world(struct loading *loading)
{
    struct vocabularies *names = loading->names;
    const struct world_interest interest = {
        .trait_count = names->traits.count,
        .sharing_trait = names->sharing_trait,
        .aggregate_count = names->aggregates.count,
    };
    *loading->classes = (struct class_names){0};
    forget_ids(&names->classes);
    forget_ids(&names->traits);
    forget_ids(&names->aggregates);
    world_begin(loading->world, loading->context->arena, &interest);
}

enum outcome world_load(struct context *context, struct vocabularies *names,
                        const struct candidate_request *request, struct world *world,
                        struct class_names *classes)
{
    struct loading loading = {
        .context = context, .world = world, .names = names, .classes = classes};
    begin_world(&loading);
    TRY(database_visit(context->database, &select_providers, NO_VALUES, add_provider, &loading));
    world_link(world, loading.kin);
    TRY(load_inventories(&loading));
    TRY(load_named(&loading, &select_traits, &names->traits, add_trait));
    TRY(load_named(&loading, &select_aggregates, &names->aggregates, add_aggregate));
    TRY(load_sharing(&loading));
    TRY(load_usages(&loading, request != NULL && vocabularies_exist(names)
                                  ? relevance_find(request, names, world, context->arena)
                                  : NULL));
    world_end(world);
    return OUTCOME_OK;
}

enum outcome world_load_trees(struct context *context, struct vocabularies *names,
                              const struct candidate_request *request, const int64_t *roots,
                              size_t count, struct world *world, struct class_names *classes)
{
    struct loading loading = {
        .context = context, .world = world, .names = names, .classes = classes};
    begin_world(&loading);
    if (count > 0)
        TRY(database_visit(context->database, &select_providers_of_trees,
                           VALUES(value_integers(roots, count)), add_provider, &loading));
    world_link(world, loading.kin);
    world->some_trees = true;
    loading.ids = arena_array(context->arena, world->provider_count, sizeof(*loading.ids));
    for (uint32_t i = 0; i < world->provider_count; i++)
        loading.ids[i] = world->providers[i].id;
    TRY(load_inventories(&loading));
    TRY(load_named(&loading, &select_trait_ids, &names->traits, add_trait));
    TRY(load_named(&loading, &select_aggregate_ids, &names->aggregates, add_aggregate));
    TRY(load_held(&loading, &select_traits_of, &names->traits, add_trait_id));
    TRY(load_held(&loading, &select_aggregates_of, &names->aggregates, add_aggregate_id));
    TRY(load_usages(&loading, relevance_find(request, names, world, context->arena)));
    world_end(world);
    return OUTCOME_OK;
}

/* Names of traits. */

/* Up to this many providers, and up to this fraction of all, are looked up one by one. For more,
   reading the whole table is faster. */
enum { LISTED_MOST = 4096, LISTED_PART = 4 };

struct naming {
    struct context *context;
    struct world *world;
    const bool *wanted;
    struct trait_name *names; /* all traits, by id once they are sorted */
    size_t name_count, name_room;
    struct trait_of_provider *traits; /* of the wanted providers */
    uint32_t count;
    size_t room;
    bool in_order; /* so far */
};

static int trait_name_compare(const void *left, const void *right)
{
    const struct trait_name *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static int trait_compare(const void *left, const void *right)
{
    const struct trait_of_provider *a = left, *b = right;
    if (a->provider != b->provider)
        return a->provider < b->provider ? -1 : 1;
    return (a->trait_id > b->trait_id) - (a->trait_id < b->trait_id);
}

static enum outcome add_trait_name(void *subject, const struct value *row)
{
    struct naming *naming = subject;
    struct arena *arena = naming->context->arena;
    if (row[0].kind == VALUE_NULL) {
        naming->names = arena_grow(arena, naming->names, naming->name_count, &naming->name_room,
                                   sizeof(*naming->names));
        naming->names[naming->name_count++] =
            (struct trait_name){row[1].integer, arena_strdup(arena, row[2].text)};
        return OUTCOME_OK;
    }
    uint32_t provider = world_find(naming->world, row[0].integer);
    if (provider == WORLD_NONE || !naming->wanted[provider])
        return OUTCOME_OK;
    naming->traits =
        arena_grow(arena, naming->traits, naming->count, &naming->room, sizeof(*naming->traits));
    struct trait_of_provider *trait = &naming->traits[naming->count];
    *trait = (struct trait_of_provider){provider, (int32_t)row[1].integer};
    if (naming->count > 0 && trait_compare(trait - 1, trait) > 0)
        naming->in_order = false;
    naming->count++;
    return OUTCOME_OK;
}

const char *trait_name_find(const struct trait_names *traits, int64_t id)
{
    const struct trait_name key = {.id = id};
    const struct trait_name *found =
        sorted_find(&key, traits->names, traits->name_count, sizeof(key), trait_name_compare);
    return found != NULL ? found->name : NULL;
}

static enum outcome read_traits(struct naming *naming)
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
    if (count == 0)
        return OUTCOME_OK;
    if (count > LISTED_MOST || (!world->some_trees && count > world->provider_count / LISTED_PART))
        return database_visit(database, &select_all_trait_names, NO_VALUES, add_trait_name, naming);
    return database_visit(database, &select_trait_names, VALUES(value_integers(ids, count)),
                          add_trait_name, naming);
}

enum outcome world_traits_load(struct context *context, struct world *world, const bool *wanted,
                               struct trait_names *traits)
{
    struct naming naming = {.context = context, .world = world, .wanted = wanted, .in_order = true};
    TRY(read_traits(&naming));
    sort(naming.names, naming.name_count, sizeof(*naming.names), trait_name_compare);
    if (!naming.in_order)
        sort(naming.traits, naming.count, sizeof(*naming.traits), trait_compare);
    uint32_t *first =
        arena_array(context->arena, (size_t)world->provider_count + 1, sizeof(*first));
    uint32_t reached = 0;
    for (uint32_t i = 0; i < naming.count; i++)
        while (reached < naming.traits[i].provider)
            first[++reached] = i;
    while (reached < world->provider_count)
        first[++reached] = naming.count;
    *traits = (struct trait_names){NULL, first, naming.traits, naming.names, naming.name_count};
    return OUTCOME_OK;
}
