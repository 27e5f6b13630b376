/*
 * berth-manage db ...: the commands of placement-manage.
 */
#include <config.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/schema_version.h"
#include "manage/command.h"
#include "placement/standard.h"

int command_db_sync(struct command_call *call)
{
    const char *reason;
    if (call->argc > 1)
        return command_usage(call);
    enum outcome outcome = schema_synchronise(call->database, &call->arena, &reason);
    if (outcome == OUTCOME_ACTION_INVALID)
        return command_complain("%s", reason);
    if (outcome == OUTCOME_OK)
        outcome = standard_synchronise(call->database, &call->arena);
    return command_outcome(outcome);
}

int command_db_version(struct command_call *call)
{
    const char *revision;
    if (call->argc > 1)
        return command_usage(call);
    enum outcome outcome = schema_version_load(call->database, &revision);
    if (outcome == OUTCOME_OK)
        puts(revision != NULL ? revision : "None");
    return command_outcome(outcome);
}

int command_db_stamp(struct command_call *call)
{
    if (call->argc != 2)
        return command_usage(call);
    const char *revision = strcmp(call->argv[1], "head") == 0 ? SCHEMA_HEAD : call->argv[1];
    if (!schema_version_is_known(revision))
        return command_complain("db stamp: there is no such revision");
    return command_outcome(schema_version_stamp(call->database, revision));
}

/* 0: nothing is left to do; 1: something was done and more may be left; as placement-manage. */
int command_db_online_data_migrations(struct command_call *call)
{
    static const struct option options[] = {{"max-count", required_argument, NULL, 'm'},
                                            {NULL, 0, NULL, 0}};
    long limit = 50;
    bool limited = false;
    int option;
    while ((option = getopt_long(call->argc, call->argv, "", options, NULL)) != -1) {
        if (option != 'm')
            return command_usage(call);
        limited = true;
        limit = strtol(optarg, NULL, 10);
    }
    if (optind < call->argc)
        return command_usage(call);
    if (limit < 1) {
        puts("Must supply a positive value for max_count");
        return 127;
    }
    struct schema_migrations total = {0}, done;
    do {
        enum outcome outcome = schema_migrate_data(
            call->database, call->settings->placement_incomplete_consumer_project_id,
            call->settings->placement_incomplete_consumer_user_id, limit, &done);
        if (outcome != OUTCOME_OK)
            return command_outcome(outcome) + 1;
        total.roots += done.roots;
        total.consumers += done.consumers;
    } while (!limited && done.roots + done.consumers > 0);
    printf("set_root_provider_ids: %llu\ncreate_incomplete_consumers: %llu\n",
           (unsigned long long)total.roots, (unsigned long long)total.consumers);
    return limited && done.roots + done.consumers > 0;
}
