/*
 * berth-manage: the database commands of placement-manage.
 */
#include <config.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "db/database_settings.h"
#include "db/schema_version.h"
#include "placement/standard.h"

static const char usage[] =
    "usage: berth-manage [--config-file FILE]... [--config-dir DIRECTORY]... COMMAND\n"
    "       berth-manage --version | --help\n"
    "\n"
    "  db sync                    create the schema or bring it to the newest revision, and enter\n"
    "                             the standard traits and resource classes\n"
    "  db version                 print the revision of the schema\n"
    "  db stamp REVISION          set the revision, changing nothing else\n"
    "  db online_data_migrations [--max-count NUMBER]\n"
    "                             give providers their root, and allocations their consumers\n";

struct job {
    struct settings settings;
    struct database *database;
    struct arena arena;
    int argc; /* what follows the command */
    char **argv;
};

static int complain(const char *text)
{
    fprintf(stderr, "berth-manage: %s\n", text);
    return 1;
}

static int report(enum outcome outcome)
{
    if (outcome == OUTCOME_OK)
        return 0;
    return complain(outcome == OUTCOME_UNAVAILABLE ? "the database is not available"
                                                   : "the database refused; see the log above");
}

static int run_sync(struct job *job)
{
    const char *reason;
    enum outcome outcome = schema_synchronise(job->database, &job->arena, &reason);
    if (outcome == OUTCOME_ACTION_INVALID)
        return complain(reason);
    if (outcome == OUTCOME_OK)
        outcome = standard_synchronise(job->database, &job->arena);
    return report(outcome);
}

static int run_version(struct job *job)
{
    const char *revision;
    enum outcome outcome = schema_version_load(job->database, &revision);
    if (outcome == OUTCOME_OK)
        puts(revision != NULL ? revision : "None");
    return report(outcome);
}

static int run_stamp(struct job *job)
{
    const char *revision = job->argc == 1 ? job->argv[0] : NULL;
    if (revision != NULL && strcmp(revision, "head") == 0)
        revision = SCHEMA_HEAD;
    if (revision == NULL || !schema_version_is_known(revision))
        return complain("db stamp: there is no such revision");
    return report(schema_version_stamp(job->database, revision));
}

/* 0: nothing is left to do; 1: something was done and more may be left; as placement-manage. */
static int run_migrations(struct job *job)
{
    bool limited = job->argc == 2 && strcmp(job->argv[0], "--max-count") == 0;
    long limit = limited ? strtol(job->argv[1], NULL, 10) : 50;
    if ((job->argc > 0 && !limited) || limit < 1) {
        puts("Must supply a positive value for max_count");
        return 127;
    }
    struct schema_migrations total = {0}, done;
    do {
        enum outcome outcome = schema_migrate_data(
            job->database, job->settings.placement_incomplete_consumer_project_id,
            job->settings.placement_incomplete_consumer_user_id, limit, &done);
        if (outcome != OUTCOME_OK)
            return report(outcome) + 1;
        total.roots += done.roots;
        total.consumers += done.consumers;
    } while (!limited && done.roots + done.consumers > 0);
    printf("set_root_provider_ids: %llu\ncreate_incomplete_consumers: %llu\n",
           (unsigned long long)total.roots, (unsigned long long)total.consumers);
    return limited && done.roots + done.consumers > 0;
}

static const struct {
    const char *name;
    int (*run)(struct job *job);
} commands[] = {
    {"sync", run_sync},
    {"version", run_version},
    {"stamp", run_stamp},
    {"online_data_migrations", run_migrations},
};

/* Opens what a command needs, runs it and closes all again. */
static int job_run(struct job *job, const struct config_place *places, size_t count,
                   int (*run)(struct job *job))
{
    struct config_error error;
    struct config *config = config_new();
    bool loaded =
        config_load(config, places, count, &error) && settings_load(&job->settings, config, &error);
    config_free(config);
    if (loaded)
        job->database = database_from_settings(&job->settings, &error);
    if (!loaded || job->database == NULL) {
        fprintf(stderr, "berth-manage: %s\n", error.text);
        return EX_CONFIG;
    }
    arena_init(&job->arena, 0);
    database_begin_request(job->database, &job->arena);
    int status = run(job);
    database_free(job->database);
    arena_free(&job->arena);
    settings_free(&job->settings);
    return status;
}

static int choose(int argc, char **argv, const struct config_place *places, size_t count)
{
    if (argc >= 2 && strcmp(argv[0], "db") == 0) {
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
            struct job job = {.argc = argc - 2, .argv = argv + 2};
            if (strcmp(argv[1], commands[i].name) == 0)
                return job_run(&job, places, count, commands[i].run);
        }
    }
    fputs(usage, stderr);
    return EX_USAGE;
}

/* Gives an exit status, or -1 to go on. */
static int arguments_read(int argc, char **argv, struct config_place *places, size_t *count)
{
    static const struct option options[] = {
        {"config-file", required_argument, NULL, 'f'},
        {"config-dir", required_argument, NULL, 'd'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        switch (option) {
        case 'f':
        case 'd':
            places[(*count)++] =
                (struct config_place){.is_directory = option == 'd', .path = optarg};
            break;
        case 'v':
            puts("berth-manage " PACKAGE_VERSION);
            return 0;
        case 'h':
            fputs(usage, stdout);
            return 0;
        default:
            return EX_USAGE;
        }
    }
    return -1;
}

int main(int argc, char **argv)
{
    struct config_place *places = calloc((size_t)argc, sizeof(*places));
    size_t count = 0;
    if (places == NULL)
        return EX_OSERR;
    int status = arguments_read(argc, argv, places, &count);
    if (status < 0)
        status = choose(argc - optind, argv + optind, places, count);
    free(places);
    return status;
}
