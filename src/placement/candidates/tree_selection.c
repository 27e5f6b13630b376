/*
 * Finds out what is rare, and takes trees in portions that grow.
 */
#include <config.h>

#include "placement/candidates/tree_selection.h"

enum {
    PORTION_LEAST = 32, /* trees in the first portion */
    PORTION_GROWTH = 8,
    PART_MOST = 3,   /* a portion of more than this part of all trees is all of them */
    SETS_MOST = 16,  /* required sets that are looked at */
    NAMES_MOST = 32, /* and their names */
};

/* Providers with something rare: up to this many. OFFSET has the same numbers. */
#define RARE      "1024"
#define VERY_RARE "128"

/* The place of the last provider that would still be rare: NULL if there are fewer. Reads no more
   of the index than that. */
#define NTH(table, column, of, offset)                                                             \
    "(SELECT has.resource_provider_id FROM " table " has WHERE has." column " = " of               \
    ".id ORDER BY has.resource_provider_id LIMIT 1 OFFSET " offset ")"
#define TRAIT_NTH(offset)     NTH("resource_provider_traits", "trait_id", "t", offset)
#define AGGREGATE_NTH(offset) NTH("resource_provider_aggregates", "aggregate_id", "a", offset)

static const struct sql select_rarity = {
    "SELECT t.name, " TRAIT_NTH(RARE) ", " TRAIT_NTH(VERY_RARE) ", " TRAIT_NTH(
        "0") " FROM traits t "
             "WHERE t.name IN (?...) UNION ALL "
             "SELECT a.uuid, " AGGREGATE_NTH(RARE) ", " AGGREGATE_NTH(
                 VERY_RARE) ", NULL "
                            "FROM placement_aggregates a WHERE a.uuid IN (?...)",
    "siii"};

/* The roots of the trees that have one of the names. */
#define ROOTS_OF_HOLDERS                                                                           \
    "STRAIGHT_JOIN resource_providers rp ON rp.id = has.resource_provider_id "                     \
    "WHERE rp.root_provider_id IS NOT NULL AND "
static const struct sql select_roots_by_trait = {
    "SELECT DISTINCT rp.root_provider_id FROM traits t "
    "STRAIGHT_JOIN resource_provider_traits has ON has.trait_id = t.id " ROOTS_OF_HOLDERS
    "t.name IN (?...) ORDER BY 1",
    "i"};
static const struct sql select_roots_by_aggregate = {
    "SELECT DISTINCT rp.root_provider_id FROM placement_aggregates a "
    "STRAIGHT_JOIN resource_provider_aggregates has ON has.aggregate_id = a.id " ROOTS_OF_HOLDERS
    "a.uuid IN (?...) ORDER BY 1",
    "i"};
static const struct sql select_root_by_uuid = {"SELECT root_provider_id FROM resource_providers "
                                               "WHERE uuid = ? AND root_provider_id IS NOT NULL",
                                               "i"};

static const struct sql select_first_roots = {
    "SELECT root_provider_id FROM resource_providers WHERE root_provider_id IS NOT NULL "
    "GROUP BY root_provider_id ORDER BY root_provider_id LIMIT ?",
    "i"};
static const struct sql count_providers = {"SELECT COUNT(*) FROM resource_providers", "i"};

static const char sharing_trait[] = "MISC_SHARES_VIA_AGGREGATE";

void tree_selection_begin(struct tree_selection *selection, struct context *context,
                          const struct candidate_request *request, uint64_t wanted, bool in_order)
{
    uint64_t portion = wanted < UINT32_MAX ? wanted + wanted / 4 : wanted;
    *selection = (struct tree_selection){
        .context = context,
        .request = request,
        .in_order = in_order,
        .portion = portion == 0              ? 0
                   : portion > PORTION_LEAST ? (size_t)portion
                                             : PORTION_LEAST,
    };
}

void tree_selection_grow(struct tree_selection *selection)
{
    selection->portion *= PORTION_GROWTH;
}

void tree_selection_all(struct tree_selection *selection)
{
    selection->roots = NULL;
    selection->ended = true;
}

/* Rarity. */

/* What every candidate's tree must have: one of these names. */
struct requirement {
    const struct name_set *set;
    bool of_traits;
};

struct requirements {
    struct requirement list[SETS_MOST];
    size_t count;
    const char *traits[NAMES_MOST], *aggregates[NAMES_MOST];
    size_t trait_count, aggregate_count;
};

static void require(struct requirements *requirements, const struct membership *membership,
                    bool of_traits)
{
    const char **names = of_traits ? requirements->traits : requirements->aggregates;
    size_t *count = of_traits ? &requirements->trait_count : &requirements->aggregate_count;
    for (size_t i = 0; i < membership->required_count; i++) {
        const struct name_set *set = &membership->required[i];
        if (requirements->count == SETS_MOST || set->count > NAMES_MOST - *count)
            return;
        for (size_t j = 0; j < set->count; j++)
            names[(*count)++] = set->names[j];
        requirements->list[requirements->count++] = (struct requirement){set, of_traits};
    }
}

/* A group without resources requires what it requires too; all groups are in one tree. */
static void gather(const struct candidate_request *request, struct requirements *requirements)
{
    *requirements = (struct requirements){.traits = {sharing_trait}, .trait_count = 1};
    require(requirements, &request->root_traits, true);
    for (size_t i = 0; i < request->group_count; i++) {
        require(requirements, &request->groups[i].traits, true);
        require(requirements, &request->groups[i].aggregates, false);
    }
}

enum rarity { COMMON, RARELY, VERY_RARELY };

/* Returns how rare the least rare name of a set is. A name that does not exist is not common. */
static enum rarity rarity_of(const struct name_set *set, const struct rows *rows)
{
    enum rarity rarity = VERY_RARELY;
    for (size_t i = 0; i < rows->count; i++)
        for (size_t j = 0; j < set->count; j++) {
            if (strcasecmp(row_text(rows, i, 0), set->names[j]) != 0)
                continue;
            enum rarity own = !row_is_null(rows, i, 1)   ? COMMON
                              : !row_is_null(rows, i, 2) ? RARELY
                                                         : VERY_RARELY;
            rarity = own < rarity ? own : rarity;
        }
    return rarity;
}

static bool someone_shares(const struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strcasecmp(row_text(rows, i, 0), sharing_trait) == 0 && !row_is_null(rows, i, 3))
            return true;
    return false;
}

/* The trees that may have candidates. */
struct trees {
    enum {
        TREES_ALL,      /* of all, read at once */
        TREES_IN_ORDER, /* of all */
        TREES_LISTED,   /* of those that have something rare */
    } kind;
    const int64_t *roots; /* those that are listed, rising */
    size_t count;
};

/* Reads ids of roots. */
static enum outcome read_roots(struct tree_selection *selection, const struct sql *sql,
                               const struct value *values, size_t count, struct trees *trees)
{
    struct rows rows;
    TRY(database_select(selection->context->database, sql, values, count, &rows));
    int64_t *ids = arena_array(selection->context->arena, rows.count, sizeof(*ids));
    for (size_t i = 0; i < rows.count; i++)
        ids[i] = row_integer(&rows, i, 0);
    trees->roots = ids;
    trees->count = rows.count;
    return OUTCOME_OK;
}

static const char *named_tree(const struct candidate_request *request)
{
    for (size_t i = 0; i < request->group_count; i++)
        if (request->groups[i].in_tree != NULL && request->groups[i].resources.count > 0)
            return request->groups[i].in_tree;
    return NULL;
}

/* Decides from which trees to select. */
static enum outcome find_trees(struct tree_selection *selection, struct trees *trees)
{
    struct requirements requirements;
    struct rows rows;
    const char *tree = named_tree(selection->request);
    const struct requirement *rarest = NULL;
    enum rarity rarity = COMMON;
    *trees = (struct trees){TREES_ALL, NULL, 0};
    gather(selection->request, &requirements);
    TRY(database_select(selection->context->database, &select_rarity,
                        VALUES(value_texts(requirements.traits, requirements.trait_count),
                               value_texts(requirements.aggregates, requirements.aggregate_count)),
                        &rows));
    if (someone_shares(&rows))
        return OUTCOME_OK;
    for (size_t i = 0; i < requirements.count; i++) {
        enum rarity own = rarity_of(requirements.list[i].set, &rows);
        if (own > rarity)
            rarest = &requirements.list[i];
        rarity = own > rarity ? own : rarity;
    }
    if (tree == NULL && rarest == NULL) {
        trees->kind = selection->portion == 0 ? TREES_ALL : TREES_IN_ORDER;
        return OUTCOME_OK;
    }
    trees->kind = TREES_LISTED;
    if (tree != NULL)
        return read_roots(selection, &select_root_by_uuid, VALUES(value_text(tree)), trees);
    return read_roots(selection,
                      rarest->of_traits ? &select_roots_by_trait : &select_roots_by_aggregate,
                      VALUES(value_texts(rarest->set->names, rarest->set->count)), trees);
}

/* Portions. */

/* Returns how many trees to read: all that are listed, if all candidates are wanted. */
static size_t portion_size(const struct tree_selection *selection, const struct trees *trees)
{
    if (trees->kind == TREES_IN_ORDER)
        return selection->portion;
    return selection->portion == 0 || selection->portion > trees->count ? trees->count
                                                                        : selection->portion;
}

/* Tells whether a portion is so large that reading whole tables is faster. */
static enum outcome is_large(struct tree_selection *selection, size_t size, bool *large)
{
    struct rows rows;
    *large = false;
    if (size <= PORTION_LEAST)
        return OUTCOME_OK;
    TRY(database_select(selection->context->database, &count_providers, NO_VALUES, &rows));
    *large = size > (uint64_t)row_integer(&rows, 0, 0) / PART_MOST;
    return OUTCOME_OK;
}

static enum outcome take_portion(struct tree_selection *selection, struct trees *trees)
{
    size_t size = portion_size(selection, trees);
    bool large;
    TRY(is_large(selection, size, &large));
    if (large) {
        tree_selection_all(selection);
        return OUTCOME_OK;
    }
    if (trees->kind == TREES_IN_ORDER) {
        TRY(read_roots(selection, &select_first_roots, VALUES(value_integer((int64_t)size)),
                       trees));
        selection->ended = trees->count < size;
    } else {
        selection->ended = size == trees->count;
    }
    selection->roots = trees->roots;
    selection->root_count = size < trees->count ? size : trees->count;
    return OUTCOME_OK;
}

enum outcome tree_selection_read(struct tree_selection *selection)
{
    struct trees trees = {TREES_ALL, NULL, 0};
    if (selection->in_order)
        TRY(find_trees(selection, &trees));
    if (trees.kind != TREES_ALL)
        return take_portion(selection, &trees);
    tree_selection_all(selection);
    return OUTCOME_OK;
}
