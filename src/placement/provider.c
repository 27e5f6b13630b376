/*
 * Loading and locking one resource provider, and raising its generation.
 */
#include "placement/provider.h"

#include <config.h>

/* Times come as seconds since the epoch: the columns hold UTC, whatever the session's time zone. */
#define PROVIDER_COLUMNS                                                                           \
    "rp.id, rp.uuid, rp.name, rp.generation, rp.root_provider_id, root.uuid, "                     \
    "rp.parent_provider_id, parent.uuid, "                                                         \
    "TIMESTAMPDIFF(SECOND, '1970-01-01', COALESCE(rp.updated_at, rp.created_at))"
#define PROVIDER_TABLES                                                                            \
    "FROM resource_providers rp "                                                                  \
    "JOIN resource_providers root ON root.id = rp.root_provider_id "                               \
    "LEFT JOIN resource_providers parent ON parent.id = rp.parent_provider_id "

static const struct sql select_provider = {
    "SELECT " PROVIDER_COLUMNS " " PROVIDER_TABLES "WHERE rp.uuid = ?", "issiisisi"};
static const struct sql lock_provider = {
    "SELECT id FROM resource_providers WHERE uuid = ? FOR UPDATE", "i"};
static const struct sql raise_generation = {
    "UPDATE resource_providers SET generation = ?, updated_at = UTC_TIMESTAMP() "
    "WHERE id = ? AND generation = ?",
    NULL};

static enum outcome not_found(struct context *context, const char *uuid)
{
    return context_fail(context, OUTCOME_NOT_FOUND, "No resource provider with uuid %s found",
                        uuid);
}

enum outcome provider_load(struct context *context, const char *uuid, struct provider *provider)
{
    struct rows rows;
    enum outcome outcome =
        database_select(context->database, &select_provider, VALUES(value_text(uuid)), &rows);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (rows.count == 0)
        return not_found(context, uuid);
    *provider = (struct provider){
        .id = row_integer(&rows, 0, 0),
        .uuid = row_text(&rows, 0, 1),
        .name = row_text(&rows, 0, 2),
        .generation = row_integer(&rows, 0, 3),
        .root_id = row_integer(&rows, 0, 4),
        .root_uuid = row_text(&rows, 0, 5),
        .parent_id = row_integer(&rows, 0, 6),
        .parent_uuid = row_text(&rows, 0, 7),
        .modified = (time_t)row_integer(&rows, 0, 8),
    };
    return OUTCOME_OK;
}

enum outcome provider_lock(struct context *context, const char *uuid, struct provider *provider)
{
    struct rows rows;
    enum outcome outcome =
        database_select(context->database, &lock_provider, VALUES(value_text(uuid)), &rows);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (rows.count == 0)
        return not_found(context, uuid);
    /* what is read now is what was committed before the lock was ours */
    return provider_load(context, uuid, provider);
}

enum outcome provider_increment_generation(struct context *context, struct provider *provider)
{
    uint64_t found;
    enum outcome outcome =
        database_execute(context->database, &raise_generation,
                         VALUES(value_integer(provider->generation + 1),
                                value_integer(provider->id), value_integer(provider->generation)),
                         &found);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (found != 1)
        return context_fail(context, OUTCOME_CONCURRENT_UPDATE,
                            "Another thread concurrently updated the resource provider data. "
                            "Please retry your update");
    provider->generation++;
    return OUTCOME_OK;
}
