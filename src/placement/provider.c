/*
 * Loads and locks resource providers, and raises their generations.
 */
#include <config.h>

#include "placement/provider.h"

#include "placement/trail.h"

static const struct sql select_provider = {
    "SELECT " PROVIDER_COLUMNS " " PROVIDER_TABLES "WHERE rp.uuid = ?", PROVIDER_COLUMN_KINDS};
static const struct sql lock_provider = {
    "SELECT id FROM resource_providers WHERE uuid = ? FOR UPDATE", "i"};
/* The index on uuid is named so that everybody locks providers in the same order. */
static const struct sql lock_providers = {
    "SELECT id, uuid, generation, root_provider_id FROM resource_providers "
    "FORCE INDEX (uniq_resource_providers0uuid) WHERE uuid IN (?*) FOR UPDATE",
    "isii"};
static const struct sql hold_provider = {
    "SELECT generation FROM resource_providers WHERE id = ? FOR UPDATE", "i"};
static const struct sql raise_generation = {
    "UPDATE resource_providers SET generation = ?, updated_at = UTC_TIMESTAMP() "
    "WHERE id = ? AND generation = ?",
    NULL};

static enum outcome not_found(struct context *context, const char *uuid)
{
    return context_fail(context, OUTCOME_NOT_FOUND, "No resource provider with uuid %s found",
                        uuid);
}

void provider_from_row(const struct value *row, struct provider *provider)
{
    time_t created = (time_t)row[8].integer, updated = (time_t)row[9].integer;
    *provider = (struct provider){
        .id = row[0].integer,
        .uuid = row[1].text,
        .name = row[2].text,
        .generation = row[3].integer,
        .root_id = row[4].integer,
        .root_uuid = row[5].text,
        .parent_id = row[6].integer,
        .parent_uuid = row[7].text,
        .updated = updated,
        .modified = updated != 0 ? updated : created,
    };
}

enum outcome provider_load(struct context *context, const char *uuid, struct provider *provider)
{
    struct rows rows;
    TRY(database_select(context->database, &select_provider, VALUES(value_text(uuid)), &rows));
    if (rows.count == 0)
        return not_found(context, uuid);
    provider_from_row(rows.values, provider);
    return OUTCOME_OK;
}

enum outcome provider_lock(struct context *context, const char *uuid, struct provider *provider)
{
    struct rows rows;
    TRY(database_select(context->database, &lock_provider, VALUES(value_text(uuid)), &rows));
    if (rows.count == 0)
        return not_found(context, uuid);
    /* a second statement, so that it reads what was committed before the lock was granted */
    return provider_load(context, uuid, provider);
}

enum outcome providers_lock(struct context *context, const char *const *uuids, size_t count,
                            struct rows *rows)
{
    return database_select(context->database, &lock_providers, VALUES(value_texts(uuids, count)),
                           rows);
}

static enum outcome changed(struct context *context)
{
    return context_fail(context, OUTCOME_CONCURRENT_UPDATE,
                        "Another thread concurrently updated the resource provider data. "
                        "Please retry your update");
}

enum outcome provider_hold(struct context *context, struct provider *provider,
                           bool check_generation)
{
    struct rows rows;
    TRY(database_select(context->database, &hold_provider, VALUES(value_integer(provider->id)),
                        &rows));
    if (rows.count == 0 || (check_generation && row_integer(&rows, 0, 0) != provider->generation))
        return changed(context);
    provider->generation = row_integer(&rows, 0, 0);
    return OUTCOME_OK;
}

enum outcome provider_increment_generation(struct context *context, struct provider *provider)
{
    uint64_t found;
    TRY(database_execute(context->database, &raise_generation,
                         VALUES(value_integer(provider->generation + 1),
                                value_integer(provider->id), value_integer(provider->generation)),
                         &found));
    if (found != 1)
        return changed(context);
    trail_raised(context->trail, provider->id, provider->uuid, provider->generation);
    provider->generation++;
    return OUTCOME_OK;
}
