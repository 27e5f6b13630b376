/*
 * Looks a provider up by uuid and by name at once.
 */
#include <config.h>

#include "placement/provider_named.h"

#include "base/uuid.h"

static const struct sql select_provider = {
    "SELECT id, COALESCE(root_provider_id, id), uuid, COALESCE(name, uuid) "
    "FROM resource_providers WHERE uuid = ? OR name = ? ORDER BY uuid = ? DESC LIMIT 1",
    "iiss"};

enum outcome provider_named_find(struct context *context, const char *uuid_or_name,
                                 struct provider_named *provider)
{
    struct rows rows;
    struct uuid_text uuid;
    const struct value name = value_text(uuid_or_name);
    const struct value canonical =
        uuid_canonical(uuid_or_name, &uuid) ? value_text(uuid.text) : name;
    TRY(database_select(context->database, &select_provider, VALUES(canonical, name, canonical),
                        &rows));
    if (rows.count == 0)
        return context_fail(context, OUTCOME_NOT_FOUND, "there is no resource provider %s",
                            uuid_or_name);
    *provider = (struct provider_named){.id = row_integer(&rows, 0, 0),
                                        .root_id = row_integer(&rows, 0, 1),
                                        .uuid = row_text(&rows, 0, 2),
                                        .name = row_text(&rows, 0, 3)};
    return OUTCOME_OK;
}
