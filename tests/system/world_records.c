/*
 * Follows the binary log of a server, and prints the records of the world: for test_follow.py.
 *
 *     world_records SOCKET USER PASSWORD DATABASE
 *
 * A line for each record, "commit POSITION" at the end of each transaction, "kept"
 * when the world is loaded, and "gave up REASON" at the end of the run, after which the next one
 * begins as soon as a line arrives on standard input. Ends with standard input.
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "placement/world/follow.h"

static bool begin(void *subject, const char *lock, uint64_t connection)
{
    (void)subject;
    printf("begin %s %" PRIu64 "\n", lock, connection);
    return true;
}

static const char *or_null(const char *text)
{
    return text != NULL ? text : "NULL";
}

static bool add(void *subject, const struct world_record *record)
{
    static const char *const kinds[] = {
        "provider",        "-provider", "class",      "-class", "inventory",
        "-inventory",      "usage",     "trait",      "-trait", "provider_trait",
        "-provider_trait", "aggregate", "-aggregate", "member", "-member",
    };
    (void)subject;
    printf("%s\t%d\t%d", kinds[record->kind], record->id, record->other);
    if (record->kind == WORLD_PROVIDER_SET)
        printf("\t%s\t%s\t%d\t%d\t%d\t%" PRId64, record->provider.uuid,
               or_null(record->provider.name), record->provider.generation,
               record->provider.root_id, record->provider.parent_id, record->modified);
    else if (record->kind == WORLD_INVENTORY_SET)
        printf("\t%d\t%d\t%d\t%d\t%d\t%.6g\t%" PRId64, record->inventory.total,
               record->inventory.reserved, record->inventory.min_unit, record->inventory.max_unit,
               record->inventory.step_size, (double)record->inventory.allocation_ratio,
               record->modified);
    else if (record->kind == WORLD_USAGE_ADD)
        printf("\t%" PRId64, record->used);
    else if (record->kind == WORLD_TRAIT_SET)
        printf("\t%s\t%" PRId64, or_null(record->name), record->modified);
    else if (record->kind == WORLD_CLASS_SET || record->kind == WORLD_AGGREGATE_SET)
        printf("\t%s", or_null(record->name));
    putchar('\n');
    return true;
}

static bool commit(void *subject, const struct gtid_position *position)
{
    (void)subject;
    printf("commit %s\n", gtid_position_text(position).text);
    fflush(stdout);
    return true;
}

static bool doubted(void *subject)
{
    (void)subject;
    return false;
}

static void give_up(void *subject, enum world_reason reason)
{
    (void)subject;
    printf("gave up %s\n", world_reason_label(reason));
    fflush(stdout);
}

static void kept(void *subject)
{
    (void)subject;
    puts("kept");
    fflush(stdout);
}

static void beat(void *subject, const struct follow_report *report)
{
    (void)subject;
    (void)report;
}

int main(int argc, char **argv)
{
    enum { SECONDS = 60 };
    const struct world_sink sink = {
        .begin = begin, .add = add, .commit = commit, .doubted = doubted, .give_up = give_up};
    struct arena arena;
    char line[16];
    if (argc != 5)
        return EX_USAGE;
    struct database_settings settings = {.unix_socket = argv[1],
                                         .user = argv[2],
                                         .password = argv[3],
                                         .name = argv[4],
                                         .wsrep_sync_wait = -1,
                                         .connect_timeout = SECONDS,
                                         .read_timeout = SECONDS,
                                         .write_timeout = SECONDS,
                                         .lock_wait_timeout = SECONDS,
                                         .recycle_seconds = -1};
    arena_init(&arena, 0);
    struct world_follow follow = {.database = database_new(&settings),
                                  .arena = &arena,
                                  .sink = &sink,
                                  .kept = kept,
                                  .beat = beat};
    do {
        world_follow_run(&follow);
        fprintf(stderr, "%s\n", follow.detail);
    } while (fgets(line, sizeof(line), stdin) != NULL);
    database_free(follow.database);
    arena_free(&arena);
    return EXIT_SUCCESS;
}
