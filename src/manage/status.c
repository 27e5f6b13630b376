/*
 * berth-manage status ...: the commands of placement-status. The output is upstream's
 * (oslo_upgradecheck), byte for byte, while the server accepts writes and clients are
 * authenticated.
 */
#include <config.h>

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "auth/authentication.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "db/online_migration.h"
#include "manage/command.h"
#include "manage/status_policy.h"
#include "manage/table.h"
#include "placement/world/follow.h"
#include "settings/config_find.h"

/* The codes of oslo_upgradecheck; also the exit status. */
enum { CHECK_SUCCESS = 0, CHECK_WARNING = 1, CHECK_FAILURE = 2, CHECK_ERROR = 255 };

enum { CHECKS_MOST = 5, DETAILS_WIDTH = 60, PATH_SIZE = 4096 };

static const char title[] = "Upgrade Check Results";

struct check_result {
    const char *name;
    int code;
    const char *details; /* NULL: none */
};

static void check_roots(const struct migrations_missing *missing, struct check_result *result)
{
    result->name = "Missing Root Provider IDs";
    if (!missing->roots)
        return;
    result->code = CHECK_FAILURE;
    result->details =
        "There is at least one resource provider table record which misses its root "
        "provider id. Run the \"placement-manage db online_data_migrations\" command.";
}

static void check_consumers(struct arena *arena, const struct migrations_missing *missing,
                            struct check_result *result)
{
    result->name = "Incomplete Consumers";
    if (missing->consumers == 0)
        return;
    result->code = CHECK_WARNING;
    result->details =
        arena_printf(arena,
                     "There are %llu incomplete consumers table records for existing allocations. "
                     "Run the \"placement-manage db online_data_migrations\" command.",
                     (unsigned long long)missing->consumers);
}

/* Upstream has no such check, so it is shown only if it fails. Returns whether it does. */
static bool check_writes(struct arena *arena, const char *obstacle, struct check_result *result)
{
    if (obstacle == NULL)
        return false;
    *result = (struct check_result){.name = "Writes to the Database",
                                    .code = CHECK_FAILURE,
                                    .details = text_shown(arena, obstacle)};
    return true;
}

/* Does the same for authentication. */
static bool check_authentication(const struct settings *settings, struct check_result *result)
{
    if (!authentication_is_open(settings))
        return false;
    *result = (struct check_result){.name = "Authentication of Clients",
                                    .code = CHECK_WARNING,
                                    .details = AUTHENTICATION_OPEN_WARNING};
    return true;
}

/* Returns false if the policy file cannot be read. */
static bool check_policy(const struct settings *settings, struct check_result *result)
{
    char path[PATH_SIZE];
    json_error_t error;
    result->name = "Policy File JSON to YAML Migration";
    if (!config_find_file(settings, settings->oslo_policy_policy_file, path, sizeof(path)))
        return true;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    json_t *content = json_loadf(file, JSON_DECODE_ANY, &error);
    bool readable = ferror(file) == 0;
    fclose(file);
    if (content != NULL) {
        result->code = CHECK_FAILURE;
        result->details =
            "Your policy file is JSON-formatted which is deprecated. You need to switch to "
            "YAML-formatted file. Use the ``oslopolicy-convert-json-to-yaml`` tool to convert the "
            "existing JSON-formatted files to YAML in a backwards-compatible manner: "
            "https://docs.openstack.org/oslo.policy/latest/cli/"
            "oslopolicy-convert-json-to-yaml.html.";
    }
    json_decref(content);
    return readable;
}

static void print_table(struct arena *arena, const struct check_result *results, size_t count)
{
    static const char *const words[] = {"Success", "Warning", "Failure"};
    const char *cells[1 + CHECKS_MOST] = {title};
    for (size_t i = 0; i < count; i++) {
        const char *details = results[i].details;
        cells[1 + i] = arena_printf(
            arena, "Check: %s\nResult: %s\nDetails: %s", results[i].name, words[results[i].code],
            details != NULL ? table_wrap(arena, details, DETAILS_WIDTH) : "None");
    }
    table_print(stdout,
                &(struct table){.cells = cells, .columns = 1, .rows = 1 + count, .ruled = true});
}

static void print_json(const struct check_result *results, size_t count)
{
    struct buffer text;
    struct json_writer writer;
    buffer_init(&text, 0);
    writer_init(&writer, &text);
    writer_begin_object(&writer);
    writer_member_text(&writer, "name", title);
    writer_key(&writer, "checks");
    writer_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        writer_begin_object(&writer);
        writer_member_text(&writer, "check", results[i].name);
        writer_member_integer(&writer, "result", results[i].code);
        writer_member_text(&writer, "details", results[i].details);
        writer_end_object(&writer);
    }
    writer_end_array(&writer);
    writer_end_object(&writer);
    printf("%.*s\n", (int)text.length, text.data);
    buffer_free(&text);
}

/* Returns false for wrong arguments. */
static bool arguments_read(struct command_call *call, bool *json)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
    int option;
    *json = false;
    while ((option = getopt_long(call->argc, call->argv, "", options, NULL)) == 'j')
        *json = true;
    return option == -1 && optind == call->argc;
}

static enum outcome read_database(struct database *database, struct migrations_missing *missing,
                                  const char **obstacle)
{
    TRY(migrations_missing_load(database, missing));
    return database_find_obstacle(database, obstacle);
}

/* Upstream keeps no world, so this is no check of the table and does not change the exit status. */
static void tell_world(struct command_call *call)
{
    if (strcmp(call->settings->berth_world, "off") == 0)
        return;
    enum world_reason reason = world_follow_check(call->database);
    if (reason == WORLD_KEPT)
        fputs("The world can be kept in memory.\n", stderr);
    else
        fprintf(stderr, "The world cannot be kept in memory, so searches read the database: %s.\n",
                world_reason_text(reason));
}

int command_status_upgrade_check(struct command_call *call)
{
    struct migrations_missing missing;
    struct check_result results[CHECKS_MOST] = {{.code = CHECK_SUCCESS}};
    const char *obstacle = NULL;
    bool json;
    int worst = CHECK_SUCCESS;
    if (!arguments_read(call, &json))
        return command_usage(call);
    enum outcome outcome = read_database(call->database, &missing, &obstacle);
    bool readable = check_policy(call->settings, &results[2]);
    if (outcome != OUTCOME_OK || !readable) {
        puts("Error:");
        fflush(stdout);
        if (command_outcome(outcome) == 0)
            command_complain("the policy file cannot be read");
        return CHECK_ERROR;
    }
    check_roots(&missing, &results[0]);
    check_consumers(&call->arena, &missing, &results[1]);
    size_t count = 3;
    count += check_writes(&call->arena, obstacle, &results[count]);
    count += check_authentication(call->settings, &results[count]);
    for (size_t i = 0; i < count; i++)
        worst = results[i].code > worst ? results[i].code : worst;
    if (json)
        print_json(results, count);
    else
        print_table(&call->arena, results, count);
    status_policy_report(call);
    tell_world(call);
    if (missing.roots || missing.consumers > 0)
        fputs("\"berth-manage db online_data_migrations\" does the same as placement-manage's.\n",
              stderr);
    return worst;
}
