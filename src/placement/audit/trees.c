/*
 * Compares parents and roots of all providers with the trees that the parents form.
 */
#include <config.h>

#include "placement/audit/trees.h"

static const struct sql select_providers = {
    "SELECT id, root_provider_id, parent_provider_id, uuid, name FROM resource_providers "
    "ORDER BY id",
    "iiiss"};
enum { PARENT_ID = 2, UUID = 3, NAME = 4 };

enum outcome audit_trees_load(struct context *context, struct audit_trees *trees)
{
    TRY(database_select(context->database, &select_providers, NO_VALUES, &trees->rows));
    trees->ancestry = ancestry_from_rows(context->arena, &trees->rows);
    trees->tops = ancestry_tops(context->arena, &trees->ancestry);
    return OUTCOME_OK;
}

void audit_trees_name(const struct audit_trees *trees, size_t at, struct audit_finding *finding)
{
    finding->row_id = finding->provider_id = trees->ancestry.providers[at].id;
    finding->provider_uuid = row_text(&trees->rows, at, UUID);
    finding->provider_name = row_text(&trees->rows, at, NAME);
}

bool audit_parent_gone(const struct audit_trees *trees, size_t at, struct audit_finding *finding)
{
    finding->thing_id = trees->ancestry.providers[at].parent_id;
    return !row_is_null(&trees->rows, at, PARENT_ID) &&
           trees->ancestry.parents[at] == ANCESTRY_NONE;
}

bool audit_parent_circle(const struct audit_trees *trees, size_t at, struct audit_finding *finding)
{
    if (trees->tops[at] != ANCESTRY_NONE)
        return false;
    finding->thing_id = trees->ancestry.providers[at].parent_id;
    finding->thing = row_text(&trees->rows, trees->ancestry.parents[at], UUID);
    return true;
}

bool audit_wrong_root(const struct audit_trees *trees, size_t at, struct audit_finding *finding)
{
    const struct ancestry_provider *providers = trees->ancestry.providers;
    size_t top = trees->tops[at];
    if (top == ANCESTRY_NONE || providers[at].root_id == providers[top].id)
        return false;
    size_t root = ancestry_find(&trees->ancestry, providers[at].root_id);
    finding->thing_id = providers[at].root_id;
    finding->thing = root != ANCESTRY_NONE ? row_text(&trees->rows, root, UUID) : NULL;
    finding->expected_root = row_text(&trees->rows, top, UUID);
    return true;
}
