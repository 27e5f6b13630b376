/*
 * Asks for the fence, and waits for it a few milliseconds at most.
 */
#include <config.h>

#include "placement/world/fence.h"

#include <string.h>

#include "base/clock.h"

enum { PATIENCE = 5000 }; /* microseconds */

static const struct sql select_fence = {"SELECT @@gtid_binlog_pos, IS_USED_LOCK(?)", "si"};
static const struct sql select_fence_of_node = {
    "SELECT @@gtid_binlog_pos, IS_USED_LOCK(?), EXISTS (SELECT 1 FROM resource_classes)", "sii"};

void kept_world_begin(struct kept_world *kept, const struct journal *journal)
{
    *kept = (struct kept_world){.journal = journal};
    image_begin(&kept->image);
}

void kept_world_end(struct kept_world *kept)
{
    image_end(&kept->image);
}

/* Reads the fence. Returns false if nothing proves that the server is the one that is followed. */
static bool read_fence(struct context *context, const struct journal_proof *proof,
                       struct gtid_position *fence)
{
    struct rows rows;
    struct database *database = context->database;
    if (database_connect(database) != OUTCOME_OK)
        return false;
    const struct sql *sql = database_is_node(database) ? &select_fence_of_node : &select_fence;
    if (database_select(database, sql, VALUES(value_text(proof->lock)), &rows) != OUTCOME_OK ||
        rows.count != 1)
        return false;
    const struct value *position = row_value(&rows, 0, 0), *holder = row_value(&rows, 0, 1);
    return position->kind == VALUE_TEXT && holder->kind == VALUE_INTEGER &&
           (uint64_t)holder->integer == proof->connection &&
           gtid_position_parse(position->text, fence);
}

/* Reads on until the image has reached the fence. */
static bool reach(struct kept_world *kept, const struct gtid_position *fence)
{
    uint64_t deadline = clock_microseconds() + PATIENCE;
    for (;;) {
        uint32_t changes = journal_changes(kept->journal);
        if (!image_read(&kept->image, kept->journal))
            return false;
        if (gtid_position_reaches(&kept->image.position, fence))
            return true;
        uint64_t now = clock_microseconds();
        if (now >= deadline)
            return false;
        journal_wait(kept->journal, changes, (int64_t)(deadline - now));
    }
}

static enum kept_world_result refresh(struct context *context)
{
    struct kept_world *kept = context->kept;
    struct journal_proof before, after;
    struct gtid_position fence;
    if (!image_read(&kept->image, kept->journal) ||
        !journal_prove(kept->journal, &kept->image.place, &before))
        return KEPT_WORLD_NONE;
    if (!read_fence(context, &before, &fence))
        return KEPT_WORLD_UNPROVEN;
    if (!gtid_position_reaches(&fence, &kept->image.position)) {
        /* RESET MASTER: nobody may wait until the log has come again to where it was. */
        journal_doubt(kept->journal);
        return KEPT_WORLD_UNPROVEN;
    }
    if (!reach(kept, &fence))
        return KEPT_WORLD_LATE;
    /* The proof must also be that of the world at the end: another may have begun. */
    bool same = journal_prove(kept->journal, &kept->image.place, &after) &&
                before.connection == after.connection && strcmp(before.lock, after.lock) == 0;
    return same ? KEPT_WORLD_READ : KEPT_WORLD_UNPROVEN;
}

struct image *kept_image_refresh(struct context *context)
{
    if (context->kept == NULL)
        return NULL;
    enum kept_world_result result = refresh(context);
    context->kept->results[result]++;
    return result == KEPT_WORLD_READ ? &context->kept->image : NULL;
}

const struct world *kept_world_refresh(struct context *context)
{
    struct image *image = kept_image_refresh(context);
    return image != NULL ? image_world(image) : NULL;
}
