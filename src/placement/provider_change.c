/*
 * Writes the rows of resource providers, and keeps the roots of their trees correct.
 */
#include <config.h>

#include "placement/provider_change.h"

#include "placement/ancestry.h"
#include "placement/touch.h"
#include "placement/trail.h"

static const struct sql lock_parent = {
    "SELECT parent.id, root.id, root.uuid FROM resource_providers parent "
    "JOIN resource_providers root ON root.id = parent.root_provider_id "
    "WHERE parent.uuid = ? FOR UPDATE",
    "iis"};
/* Creating below a provider and moving change the roots of the trees and the new parent: of two
   that concern the same tree or parent, on two nodes of a cluster, only one can commit. */
static const struct sql touch_providers = {
    "UPDATE resource_providers SET " TOUCHED " WHERE id IN (?...)", NULL};
static const struct sql insert_provider = {
    "INSERT INTO resource_providers "
    "(created_at, uuid, name, generation, root_provider_id, parent_provider_id) "
    "VALUES (UTC_TIMESTAMP(), ?, ?, 0, ?, ?)",
    NULL};
static const struct sql make_root = {
    "UPDATE resource_providers SET root_provider_id = id, updated_at = UTC_TIMESTAMP() "
    "WHERE id = ?",
    NULL};
static const struct sql has_uuid = {"SELECT id FROM resource_providers WHERE uuid = ?", "i"};

static const struct sql lock_trees = {
    "SELECT id, root_provider_id, parent_provider_id FROM resource_providers "
    "WHERE root_provider_id IN (?, ?) ORDER BY id FOR UPDATE",
    "iii"};
static const struct sql rename_provider = {
    "UPDATE resource_providers SET name = ?, updated_at = UTC_TIMESTAMP() "
    "WHERE id = ? AND parent_provider_id <=> ?",
    NULL};
static const struct sql move_provider = {
    "UPDATE resource_providers SET name = ?, root_provider_id = ?, parent_provider_id = ?, "
    "updated_at = UTC_TIMESTAMP() WHERE id = ?",
    NULL};
static const struct sql move_descendants = {
    "UPDATE resource_providers SET root_provider_id = ?, updated_at = UTC_TIMESTAMP() "
    "WHERE id IN (?*)",
    NULL};

static const struct sql select_obstacles = {
    "SELECT EXISTS (SELECT 1 FROM resource_providers WHERE parent_provider_id = ?), "
    "EXISTS (SELECT 1 FROM allocations WHERE resource_provider_id = ?)",
    "ii"};
static const struct sql deletions[] = {
    {"DELETE FROM inventories WHERE resource_provider_id = ?", NULL},
    {"DELETE FROM resource_provider_aggregates WHERE resource_provider_id = ?", NULL},
    {"DELETE FROM resource_provider_traits WHERE resource_provider_id = ?", NULL},
    /* a row that refers to itself cannot be deleted */
    {"UPDATE resource_providers SET root_provider_id = NULL WHERE id = ?", NULL},
    {"DELETE FROM resource_providers WHERE id = ?", NULL},
};

/* Upstream's ObjectActionError. */
static enum outcome refuse(struct context *context, const char *action, const char *reason)
{
    return context_fail(context, OUTCOME_ACTION_INVALID, "Object action %s failed because: %s",
                        action, reason);
}

/* Upstream says "create" when the parent is missing, also of an update. */
static enum outcome refuse_missing_parent(struct context *context)
{
    return refuse(context, "create", "parent provider UUID does not exist.");
}

/* Creating. */

struct creating {
    struct context *context;
    const struct provider_creation *creation;
    struct provider *provider;
};

/* Finds the parent, and locks and changes it and its root so that they stay as they are until the
   child is committed. */
static enum outcome find_parent(struct context *context, const char *uuid,
                                struct provider *provider)
{
    struct rows rows;
    TRY(database_select(context->database, &lock_parent, VALUES(value_text(uuid)), &rows));
    if (rows.count == 0)
        return refuse_missing_parent(context);
    provider->parent_id = row_integer(&rows, 0, 0);
    provider->root_id = row_integer(&rows, 0, 1);
    provider->root_uuid = row_text(&rows, 0, 2);
    const int64_t touched[] = {provider->parent_id, provider->root_id};
    return database_execute(context->database, &touch_providers, VALUES(value_integers(touched, 2)),
                            NULL);
}

static enum outcome create_body(void *subject)
{
    const struct creating *creating = subject;
    struct database *database = creating->context->database;
    struct provider *provider = creating->provider;
    *provider = (struct provider){.uuid = creating->creation->uuid,
                                  .name = creating->creation->name,
                                  .parent_uuid = creating->creation->parent_uuid,
                                  .root_uuid = creating->creation->uuid};
    bool child = provider->parent_uuid != NULL;
    if (child)
        TRY(find_parent(creating->context, provider->parent_uuid, provider));
    TRY(database_execute(database, &insert_provider,
                         VALUES(value_text(provider->uuid), value_text(provider->name),
                                child ? value_integer(provider->root_id) : value_null(),
                                child ? value_integer(provider->parent_id) : value_null()),
                         NULL));
    provider->id = database_insert_id(database);
    trail_add_provider(creating->context->trail,
                       &(const struct trail_provider){.uuid = provider->uuid,
                                                      .id = provider->id,
                                                      .generation_before = TRAIL_NONE,
                                                      .describes = true,
                                                      .name_after = provider->name,
                                                      .parent_after = provider->parent_uuid});
    if (child)
        return OUTCOME_OK;
    provider->root_id = provider->id;
    return database_execute(database, &make_root, VALUES(value_integer(provider->id)), NULL);
}

/* Says which unique column refused the row; the server checks the uuid first. */
static enum outcome explain_duplicate(struct context *context,
                                      const struct provider_creation *creation)
{
    struct rows rows;
    TRY(database_select(context->database, &has_uuid, VALUES(value_text(creation->uuid)), &rows));
    if (rows.count > 0)
        return context_fail(context, OUTCOME_DUPLICATE, "uuid: %s", creation->uuid);
    return context_fail(context, OUTCOME_DUPLICATE, "name: %s", creation->name);
}

enum outcome provider_create(struct context *context, const struct provider_creation *creation,
                             struct provider *provider)
{
    if (*creation->name == '\0')
        return refuse(context, "create", "name is required");
    if (creation->parent_uuid != NULL && strcmp(creation->parent_uuid, creation->uuid) == 0)
        return refuse(context, "create",
                      "parent provider UUID cannot be same as UUID. Please set parent provider "
                      "UUID to None if there is no parent.");
    struct creating creating = {context, creation, provider};
    enum outcome outcome = database_transaction(context->database, create_body, &creating);
    return outcome == OUTCOME_DUPLICATE ? explain_duplicate(context, creation) : outcome;
}

/* Renaming and moving. */

struct updating {
    struct context *context;
    const struct provider_change *change;
    struct provider *provider;
};

struct move {
    struct provider now;    /* the provider before the move */
    struct provider parent; /* the new parent; its id is 0 if there is none */
    int64_t root_id;        /* the new root */
};

/* Loads the provider as it is now, and its new parent. */
static enum outcome load_move(const struct updating *updating, struct move *move)
{
    struct context *context = updating->context;
    *move = (struct move){.root_id = 0};
    TRY(provider_load(context, updating->provider->uuid, &move->now));
    move->root_id = move->now.id;
    if (!updating->change->sets_parent || updating->change->parent_uuid == NULL)
        return OUTCOME_OK;
    enum outcome outcome = provider_load(context, updating->change->parent_uuid, &move->parent);
    move->root_id = move->parent.root_id;
    return outcome == OUTCOME_NOT_FOUND ? refuse_missing_parent(context) : outcome;
}

/* A root that names itself as its parent, in another spelling, stays a root. The Python service
   compares the spellings, accepts this, and stores a provider that is its own parent and can never
   be deleted. */
static bool names_itself(const struct provider_change *change, const struct move *move)
{
    return move->parent.id == move->now.id && move->now.parent_id == 0 &&
           strcmp(change->parent_uuid, move->now.uuid) != 0;
}

static enum outcome check_move(struct context *context, const struct provider_change *change,
                               const struct move *move)
{
    if (change->may_move || move->now.parent_id == 0)
        return OUTCOME_OK;
    return refuse(context, "update",
                  change->parent_uuid != NULL
                      ? "re-parenting a provider is not currently allowed."
                      : "un-parenting a provider is not currently allowed.");
}

/* Sets the new root of the providers below the one at top. */
static enum outcome move_subtree(struct context *context, const struct ancestry *ancestry,
                                 const bool *subtree, size_t top, int64_t root_id)
{
    int64_t *ids = arena_array(context->arena, ancestry->count, sizeof(*ids));
    size_t id_count = 0;
    for (size_t i = 0; i < ancestry->count; i++)
        if (subtree[i] && i != top)
            ids[id_count++] = ancestry->providers[i].id;
    if (id_count == 0)
        return OUTCOME_OK;
    return database_execute(context->database, &move_descendants,
                            VALUES(value_integer(root_id), value_integers(ids, id_count)), NULL);
}

/* Locks both trees, refuses a loop, and moves. If the rows changed between load_move() and the
   lock, the transaction runs again. */
static enum outcome move_tree(const struct updating *updating, const struct move *move)
{
    struct context *context = updating->context;
    struct rows rows;
    TRY(database_select(context->database, &lock_trees,
                        VALUES(value_integer(move->now.root_id), value_integer(move->root_id)),
                        &rows));
    const struct ancestry ancestry = ancestry_from_rows(context->arena, &rows);
    size_t top = ancestry_find(&ancestry, move->now.id);
    if (top == ANCESTRY_NONE || ancestry.providers[top].root_id != move->now.root_id ||
        ancestry.providers[top].parent_id != move->now.parent_id)
        return OUTCOME_CONFLICT;
    const bool *subtree = ancestry_subtree(context->arena, &ancestry, top);
    if (move->parent.id != 0) {
        size_t parent = ancestry_find(&ancestry, move->parent.id);
        if (parent == ANCESTRY_NONE || ancestry.providers[parent].root_id != move->root_id)
            return OUTCOME_CONFLICT;
        if (subtree[parent])
            return refuse(context, "update", "creating loop in the provider tree is not allowed.");
    }
    const int64_t touched[] = {move->now.root_id, move->root_id,
                               move->parent.id != 0 ? move->parent.id : move->root_id};
    TRY(database_execute(context->database, &touch_providers, VALUES(value_integers(touched, 3)),
                         NULL));
    if (move->root_id != move->now.root_id)
        TRY(move_subtree(context, &ancestry, subtree, top, move->root_id));
    return database_execute(
        context->database, &move_provider,
        VALUES(value_text(updating->change->name), value_integer(move->root_id),
               move->parent.id != 0 ? value_integer(move->parent.id) : value_null(),
               value_integer(move->now.id)),
        NULL);
}

/* If the provider was moved or deleted since load_move(), the transaction runs again. */
static enum outcome rename_in_place(const struct updating *updating, const struct provider *now)
{
    uint64_t found;
    TRY(database_execute(updating->context->database, &rename_provider,
                         VALUES(value_text(updating->change->name), value_integer(now->id),
                                now->parent_id != 0 ? value_integer(now->parent_id) : value_null()),
                         &found));
    return found > 0 ? OUTCOME_OK : OUTCOME_CONFLICT;
}

static enum outcome update_body(void *subject)
{
    const struct updating *updating = subject;
    const struct provider_change *change = updating->change;
    struct provider *provider = updating->provider;
    struct move move;
    TRY(load_move(updating, &move));
    bool sets_parent = change->sets_parent && !names_itself(change, &move);
    bool moves = sets_parent && move.parent.id != move.now.parent_id;
    if (moves) {
        TRY(check_move(updating->context, change, &move));
        TRY(move_tree(updating, &move));
    } else if (move.now.name == NULL || strcmp(change->name, move.now.name) != 0) {
        TRY(rename_in_place(updating, &move.now));
    }
    trail_add_provider(updating->context->trail,
                       &(const struct trail_provider){
                           .uuid = move.now.uuid,
                           .id = move.now.id,
                           .generation_before = move.now.generation,
                           .generation_after = move.now.generation,
                           .describes = true,
                           .name_before = move.now.name,
                           .name_after = change->name,
                           .parent_before = move.now.parent_uuid,
                           .parent_after = moves ? move.parent.uuid : move.now.parent_uuid});
    provider->name = change->name;
    if (sets_parent)
        provider->parent_uuid = change->parent_uuid;
    if (moves)
        provider->root_uuid = move.parent.id != 0 ? move.parent.root_uuid : provider->uuid;
    return OUTCOME_OK;
}

enum outcome provider_update(struct context *context, const struct provider_change *change,
                             struct provider *provider)
{
    struct updating updating = {context, change, provider};
    return database_transaction(context->database, update_body, &updating);
}

/* Deleting. */

struct deleting {
    struct context *context;
    const char *uuid;
};

/* What is deleted with a provider: inventories, traits, aggregates. */
static const struct sql select_belongings = {
    "SELECT 0, rc.id, rc.name, i.total, i.reserved, i.min_unit, i.max_unit, i.step_size, "
    "i.allocation_ratio FROM inventories i JOIN resource_classes rc "
    "ON rc.id = i.resource_class_id WHERE i.resource_provider_id = ? "
    "UNION ALL SELECT 1, t.id, t.name, NULL, NULL, NULL, NULL, NULL, NULL "
    "FROM resource_provider_traits rpt JOIN traits t ON t.id = rpt.trait_id "
    "WHERE rpt.resource_provider_id = ? "
    "UNION ALL SELECT 2, a.id, a.uuid, NULL, NULL, NULL, NULL, NULL, NULL "
    "FROM resource_provider_aggregates rpa JOIN placement_aggregates a ON a.id = rpa.aggregate_id "
    "WHERE rpa.resource_provider_id = ?",
    "iisiiiiir"};

static enum outcome trace_deletion(struct context *context, const struct provider *provider)
{
    enum { INVENTORY, TRAIT };
    struct trail *trail = context->trail;
    const struct value id = value_integer(provider->id);
    struct rows rows;
    if (trail == NULL)
        return OUTCOME_OK;
    TRY(database_select(context->database, &select_belongings, VALUES(id, id, id), &rows));
    for (size_t i = 0; i < rows.count; i++) {
        const struct inventory inventory = {
            .class_name = row_text(&rows, i, 2),
            .total = row_integer(&rows, i, 3),
            .reserved = row_integer(&rows, i, 4),
            .min_unit = row_integer(&rows, i, 5),
            .max_unit = row_integer(&rows, i, 6),
            .step_size = row_integer(&rows, i, 7),
            .allocation_ratio = row_is_null(&rows, i, 8) ? 0 : row_float(&rows, i, 8),
        };
        if (row_integer(&rows, i, 0) != INVENTORY) {
            trail_add_membership(trail,
                                 row_integer(&rows, i, 0) == TRAIT ? TRAIL_TRAIT : TRAIL_AGGREGATE,
                                 provider->uuid, inventory.class_name, false);
            continue;
        }
        trail_found_inventory(trail, provider->id, row_integer(&rows, i, 1), inventory.class_name,
                              &inventory);
        trail_wrote_inventory(trail, provider->id, provider->uuid, row_integer(&rows, i, 1), NULL);
    }
    trail_add_provider(trail,
                       &(const struct trail_provider){.uuid = provider->uuid,
                                                      .id = provider->id,
                                                      .generation_before = provider->generation,
                                                      .generation_after = TRAIL_NONE,
                                                      .describes = true,
                                                      .name_before = provider->name,
                                                      .parent_before = provider->parent_uuid});
    return OUTCOME_OK;
}

static enum outcome delete_body(void *subject)
{
    const struct deleting *deleting = subject;
    struct context *context = deleting->context;
    struct provider provider;
    struct rows rows;
    TRY(provider_lock(context, deleting->uuid, &provider));
    const struct value id = value_integer(provider.id);
    TRY(database_select(context->database, &select_obstacles, VALUES(id, id), &rows));
    if (row_integer(&rows, 0, 0) != 0)
        return context_fail(context, OUTCOME_IS_PARENT,
                            "Cannot delete resource provider that is a parent of another. Delete "
                            "child providers first.");
    if (row_integer(&rows, 0, 1) != 0)
        return context_fail(context, OUTCOME_IN_USE, "Resource provider has allocations.");
    TRY(trace_deletion(context, &provider));
    for (size_t i = 0; i < sizeof(deletions) / sizeof(deletions[0]); i++)
        TRY(database_execute(context->database, &deletions[i], &id, 1, NULL));
    return OUTCOME_OK;
}

enum outcome provider_delete(struct context *context, const char *uuid)
{
    struct deleting deleting = {context, uuid};
    return database_transaction(context->database, delete_body, &deleting);
}
