/*
 * Loads provider trees, and puts them in the order in which they are drawn.
 */
#include <config.h>

#include "placement/provider_tree.h"

#include "base/natural_order.h"
#include "base/sorted.h"
#include "base/text.h"
#include "placement/ancestry.h"
#include "placement/provider_named.h"

/* Each of the following statements comes twice: for all providers, and for those of one tree. */
enum { OF_ALL, OF_TREE, EXTENTS };

#define PROVIDERS                                                                                  \
    "SELECT rp.id, rp.uuid, rp.name, rp.generation, rp.parent_provider_id "                        \
    "FROM resource_providers rp "
#define INVENTORIES                                                                                \
    "SELECT i.resource_provider_id, rc.name, i.total, i.reserved, i.min_unit, i.max_unit, "        \
    "i.step_size, i.allocation_ratio, i.resource_class_id FROM inventories i "                     \
    "JOIN resource_classes rc ON rc.id = i.resource_class_id "
#define USAGES                                                                                     \
    "SELECT a.resource_provider_id, a.resource_class_id, CAST(SUM(a.used) AS SIGNED) "             \
    "FROM allocations a "
#define TRAITS                                                                                     \
    "SELECT t.resource_provider_id, n.name FROM resource_provider_traits t "                       \
    "JOIN traits n ON n.id = t.trait_id "
#define AGGREGATES                                                                                 \
    "SELECT m.resource_provider_id, n.uuid, n.id FROM resource_provider_aggregates m "             \
    "JOIN placement_aggregates n ON n.id = m.aggregate_id "
#define THE_TREE "WHERE rp.root_provider_id = ? OR rp.id = ? "

static const struct sql select_providers[EXTENTS] = {
    {PROVIDERS "ORDER BY rp.id", "issii"},
    {PROVIDERS THE_TREE "ORDER BY rp.id", "issii"},
};
static const struct sql select_inventories[EXTENTS] = {
    {INVENTORIES "ORDER BY i.resource_provider_id, i.resource_class_id", "isiiiiiri"},
    {INVENTORIES "JOIN resource_providers rp ON rp.id = i.resource_provider_id " THE_TREE
                 "ORDER BY i.resource_provider_id, i.resource_class_id",
     "isiiiiiri"},
};
static const struct sql select_usages[EXTENTS] = {
    {USAGES "FORCE INDEX (allocations_resource_provider_class_used_idx) "
            "GROUP BY a.resource_provider_id, a.resource_class_id",
     "iii"},
    {USAGES "FORCE INDEX (allocations_resource_provider_class_used_idx) "
            "JOIN resource_providers rp ON rp.id = a.resource_provider_id " THE_TREE
            "GROUP BY a.resource_provider_id, a.resource_class_id "
            "ORDER BY a.resource_provider_id, a.resource_class_id",
     "iii"},
};
static const struct sql select_traits[EXTENTS] = {
    {TRAITS "ORDER BY t.resource_provider_id, n.name", "is"},
    {TRAITS "JOIN resource_providers rp ON rp.id = t.resource_provider_id " THE_TREE
            "ORDER BY t.resource_provider_id, n.name",
     "is"},
};
static const struct sql select_aggregates[EXTENTS] = {
    {AGGREGATES "ORDER BY m.resource_provider_id, n.uuid", "isi"},
    {AGGREGATES "JOIN resource_providers rp ON rp.id = m.resource_provider_id " THE_TREE
                "ORDER BY m.resource_provider_id, n.uuid",
     "isi"},
};
/* Which providers share through which aggregate. */
static const struct sql select_sharers = {
    "SELECT m.aggregate_id, rp.id, COALESCE(rp.name, rp.uuid) FROM resource_provider_traits t "
    "JOIN traits n ON n.id = t.trait_id AND n.name = 'MISC_SHARES_VIA_AGGREGATE' "
    "JOIN resource_providers rp ON rp.id = t.resource_provider_id "
    "JOIN resource_provider_aggregates m ON m.resource_provider_id = rp.id "
    "ORDER BY m.aggregate_id, 3",
    "iis"};

/* A provider while the trees are built. */
struct node {
    struct tree_provider provider;
    struct node *parent;
    struct node *child, *sibling; /* the first child; the next child of the same parent */
    bool in_circle;               /* the way up leads back to it */
    bool placed;
};

struct loading {
    struct context *context;
    const char *wanted; /* NULL: all */
    int64_t member_id, root_id;
    struct node *nodes;  /* by id */
    struct node **order; /* by name */
    size_t count;
    struct provider_trees *trees;
};

static enum outcome find_tree(struct loading *loading)
{
    struct provider_named member;
    TRY(provider_named_find(loading->context, loading->wanted, &member));
    loading->member_id = member.id;
    loading->root_id = member.root_id;
    return OUTCOME_OK;
}

static enum outcome load_rows(struct loading *loading, const struct sql statements[EXTENTS],
                              struct rows *rows)
{
    struct database *database = loading->context->database;
    struct value root = value_integer(loading->root_id);
    if (loading->wanted == NULL)
        return database_select(database, &statements[OF_ALL], NO_VALUES, rows);
    return database_select(database, &statements[OF_TREE], VALUES(root, root), rows);
}

/* Finds the parent of each node. */
static void link_parents(struct loading *loading, const struct rows *rows)
{
    struct arena *arena = loading->context->arena;
    struct ancestry_provider *list = arena_array(arena, rows->count, sizeof(*list));
    for (size_t i = 0; i < rows->count; i++)
        list[i] = (struct ancestry_provider){.id = row_integer(rows, i, 0),
                                             .parent_id = row_integer(rows, i, 4)};
    const struct ancestry ancestry = ancestry_build(arena, list, rows->count);
    const bool *in_circle = ancestry_circles(arena, &ancestry);
    for (size_t i = 0; i < rows->count; i++) {
        if (ancestry.parents[i] != ANCESTRY_NONE)
            loading->nodes[i].parent = &loading->nodes[ancestry.parents[i]];
        loading->nodes[i].in_circle = in_circle[i];
    }
}

static enum outcome load_providers(struct loading *loading)
{
    struct rows rows;
    struct arena *arena = loading->context->arena;
    TRY(load_rows(loading, select_providers, &rows));
    loading->count = rows.count;
    loading->nodes = arena_array(arena, rows.count, sizeof(*loading->nodes));
    loading->order = arena_array(arena, rows.count, sizeof(*loading->order));
    for (size_t i = 0; i < rows.count; i++) {
        struct node *node = &loading->nodes[i];
        node->provider.id = row_integer(&rows, i, 0);
        node->provider.uuid = row_text(&rows, i, 1);
        node->provider.name = text_or(row_text(&rows, i, 2), node->provider.uuid);
        node->provider.generation = row_integer(&rows, i, 3);
        loading->order[i] = node;
    }
    link_parents(loading, &rows);
    return OUTCOME_OK;
}

/* Inventories, traits, aggregates. Their rows come in the order of provider ids, as the nodes do.
 */

/* Returns how many rows, from *from on, belong to a provider. Skips rows of providers before it,
   which do not exist. */
static size_t rows_of(const struct rows *rows, int64_t provider_id, size_t *from)
{
    size_t end;
    while (*from < rows->count && row_integer(rows, *from, 0) < provider_id)
        (*from)++;
    for (end = *from; end < rows->count && row_integer(rows, end, 0) == provider_id; end++)
        ;
    return end - *from;
}

/* The usages of a provider come in the order of classes, as its inventories do. */
static int64_t used_of(const struct rows *usages, size_t *at, size_t end, int64_t class_id)
{
    while (*at < end && row_integer(usages, *at, 1) < class_id)
        (*at)++;
    return *at < end && row_integer(usages, *at, 1) == class_id ? row_integer(usages, *at, 2) : 0;
}

static enum outcome load_inventories(struct loading *loading)
{
    struct rows rows, usages;
    struct arena *arena = loading->context->arena;
    TRY(load_rows(loading, select_inventories, &rows));
    TRY(load_rows(loading, select_usages, &usages));
    size_t from = 0, used_from = 0;
    for (size_t i = 0; i < loading->count; i++) {
        struct tree_provider *provider = &loading->nodes[i].provider;
        size_t count = rows_of(&rows, provider->id, &from);
        size_t used_count = rows_of(&usages, provider->id, &used_from);
        size_t used_end = used_from + used_count;
        struct tree_inventory *list = arena_array(arena, count, sizeof(*list));
        for (size_t j = 0; j < count; j++, from++)
            list[j] = (struct tree_inventory){
                .class_name = row_text(&rows, from, 1),
                .total = row_integer(&rows, from, 2),
                .reserved = row_integer(&rows, from, 3),
                .min_unit = row_integer(&rows, from, 4),
                .max_unit = row_integer(&rows, from, 5),
                .step_size = row_integer(&rows, from, 6),
                .allocation_ratio = row_float(&rows, from, 7),
                .used = used_of(&usages, &used_from, used_end, row_integer(&rows, from, 8)),
            };
        provider->inventories = list;
        provider->inventory_count = count;
    }
    return OUTCOME_OK;
}

static enum outcome load_traits(struct loading *loading)
{
    struct rows rows;
    TRY(load_rows(loading, select_traits, &rows));
    size_t from = 0;
    for (size_t i = 0; i < loading->count; i++) {
        struct tree_provider *provider = &loading->nodes[i].provider;
        provider->trait_count = rows_of(&rows, provider->id, &from);
        provider->traits =
            arena_array(loading->context->arena, provider->trait_count, sizeof(*provider->traits));
        for (size_t j = 0; j < provider->trait_count; j++, from++) {
            provider->traits[j] = row_text(&rows, from, 1);
            if (strcmp(provider->traits[j], "MISC_SHARES_VIA_AGGREGATE") == 0)
                provider->shares = true;
        }
    }
    return OUTCOME_OK;
}

static bool sharer_before(const void *sharers, size_t index, const void *aggregate_id)
{
    return row_integer(sharers, index, 0) < *(const int64_t *)aggregate_id;
}

/* Names at most this many sharers: the output would otherwise grow with their square. */
enum { SHARERS_NAMED = 16 };

/* Returns the names of the other providers that share through an aggregate, or NULL. */
static const char *sharers_of(struct arena *arena, const struct rows *sharers, int64_t aggregate_id,
                              int64_t provider_id)
{
    struct text_builder names = text_begin(arena);
    size_t i = lower_bound(sharers, sharers->count, &aggregate_id, sharer_before), named = 0;
    for (; i < sharers->count && row_integer(sharers, i, 0) == aggregate_id; i++) {
        if (row_integer(sharers, i, 1) == provider_id)
            continue;
        if (named++ < SHARERS_NAMED) {
            text_add_item(&names, ", ", row_text(sharers, i, 2));
            continue;
        }
        text_add_item(&names, ", ", "...");
        break;
    }
    return names.text != NULL ? text_end(&names) : NULL;
}

static enum outcome load_aggregates(struct loading *loading)
{
    struct rows rows, sharers;
    struct arena *arena = loading->context->arena;
    TRY(load_rows(loading, select_aggregates, &rows));
    TRY(database_select(loading->context->database, &select_sharers, NO_VALUES, &sharers));
    size_t from = 0;
    for (size_t i = 0; i < loading->count; i++) {
        struct tree_provider *provider = &loading->nodes[i].provider;
        size_t count = rows_of(&rows, provider->id, &from);
        struct tree_aggregate *list = arena_array(arena, count, sizeof(*list));
        for (size_t j = 0; j < count; j++, from++)
            list[j] = (struct tree_aggregate){
                row_text(&rows, from, 1),
                sharers_of(arena, &sharers, row_integer(&rows, from, 2), provider->id)};
        provider->aggregates = list;
        provider->aggregate_count = count;
    }
    return OUTCOME_OK;
}

/* The order. */

static int node_compare(const void *left, const void *right)
{
    const struct tree_provider *a = &(*(struct node *const *)left)->provider;
    const struct tree_provider *b = &(*(struct node *const *)right)->provider;
    int order = natural_compare(a->name, b->name);
    return order != 0 ? order : strcmp(a->uuid, b->uuid);
}

/* Lists the children of each parent, by name. */
static void link_children(struct loading *loading)
{
    sort(loading->order, loading->count, sizeof(struct node *), node_compare);
    for (size_t i = loading->count; i > 0; i--) {
        struct node *node = loading->order[i - 1];
        if (node->parent == NULL)
            continue;
        node->sibling = node->parent->child;
        node->parent->child = node;
    }
}

/* Removes a node from the children of its parent. */
static void unlink_node(struct node *node)
{
    struct node **link = &node->parent->child;
    while (*link != node)
        link = &(*link)->sibling;
    *link = node->sibling;
    node->parent = node->sibling = NULL;
}

/* Appends a node and everything below it to the list. */
static void place_tree(struct tree_provider *list, size_t *count, struct node *top)
{
    struct node *node = top;
    unsigned depth = 0;
    while (node != NULL) {
        node->placed = true;
        node->provider.depth = depth;
        node->provider.has_child = node->child != NULL;
        node->provider.has_sibling = node != top && node->sibling != NULL;
        list[(*count)++] = node->provider;
        if (node->child != NULL) {
            node = node->child;
            depth++;
            continue;
        }
        while (node != top && node->sibling == NULL) {
            node = node->parent;
            depth--;
        }
        node = node != top ? node->sibling : NULL;
    }
}

static void place_all(struct loading *loading)
{
    struct provider_trees *trees = loading->trees;
    struct tree_provider *list =
        arena_array(loading->context->arena, loading->count, sizeof(*list));
    *trees = (struct provider_trees){.providers = list, .member = TREE_PROVIDER_NONE};
    for (size_t i = 0; i < loading->count; i++)
        if (loading->order[i]->parent == NULL)
            place_tree(list, &trees->count, loading->order[i]);
    for (size_t i = 0; i < loading->count; i++) {
        struct node *node = loading->order[i];
        if (node->placed || !node->in_circle)
            continue;
        unlink_node(node);
        node->provider.circle = true;
        place_tree(list, &trees->count, node);
    }
    for (size_t i = 0; loading->wanted != NULL && i < trees->count; i++)
        if (list[i].id == loading->member_id)
            trees->member = i;
}

static enum outcome load_body(void *subject)
{
    struct loading *loading = subject;
    if (loading->wanted != NULL)
        TRY(find_tree(loading));
    TRY(load_providers(loading));
    TRY(load_inventories(loading));
    TRY(load_traits(loading));
    return load_aggregates(loading);
}

enum outcome provider_trees_load(struct context *context, const char *uuid_or_name,
                                 struct provider_trees *trees)
{
    struct loading loading = {.context = context, .wanted = uuid_or_name, .trees = trees};
    TRY(database_snapshot(context->database, load_body, &loading));
    link_children(&loading);
    place_all(&loading);
    return OUTCOME_OK;
}
