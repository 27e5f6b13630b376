/*
 * berth-manage, placement-manage and placement-status: reads the command line, finds the command in
 * manage/commands.def, and runs it.
 */
#include <config.h>

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/core_dump.h"
#include "base/standard_streams.h"
#include "db/database_from_settings.h"
#include "manage/command.h"
#include "settings/config_arguments.h"

static const struct command commands[] = {
#define COMMAND(words, arguments, need, function, help) {words, arguments, need, function, help},
#include "manage/commands.def"
#undef COMMAND
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]), HELP_COLUMN = 29 };

struct arguments {
    struct config_arguments config;
    int argc; /* the words of the command, then its arguments */
    char **argv;
};

/* Writes two columns: the command with its arguments, and its help. */
static void command_describe(FILE *stream, const struct command *command)
{
    const char *help = command->help;
    int width = fprintf(stream, "  %s%s%s", command_typed(command),
                        command->arguments[0] != '\0' ? " " : "", command->arguments);
    if (width >= HELP_COLUMN) {
        fputc('\n', stream);
        width = 0;
    }
    while (*help != '\0') {
        size_t length = strcspn(help, "\n");
        fprintf(stream, "%*s%.*s\n", HELP_COLUMN - width, "", (int)length, help);
        help += length + (help[length] != '\0');
        width = 0;
    }
}

/* Writes the usage and the commands of a group, or all commands if there is no such group. */
static void help(FILE *stream, const char *group)
{
    size_t length = group != NULL ? strlen(group) : 0, shown = 0;
    fputs(program_is()->usage, stream);
    fputc('\n', stream);
    for (size_t i = 0; i < COMMANDS && length > 0; i++) {
        if (strncmp(commands[i].words, group, length) != 0 || commands[i].words[length] != ' ')
            continue;
        command_describe(stream, &commands[i]);
        shown++;
    }
    for (size_t i = 0; i < COMMANDS && shown == 0; i++)
        command_describe(stream, &commands[i]);
}

/* Opens what a command needs, runs it, and closes everything again. */
static int command_run(struct command_call *call, const struct arguments *arguments)
{
    struct settings settings = {0};
    struct error_line error;
    bool loaded = true;
    if (call->command->need != COMMAND_NEEDS_NOTHING) {
        struct config *config = config_new();
        loaded = config_load(config, arguments->config.places, arguments->config.count, &error) &&
                 settings_load(&settings, config, &error);
        config_free(config);
        call->settings = loaded ? &settings : NULL;
    }
    bool waits = call->command->need == COMMAND_NEEDS_DATABASE;
    if (loaded && (waits || call->command->need == COMMAND_ASKS_DATABASE))
        loaded = (call->database = database_for_maintenance(&settings, &error)) != NULL;
    arena_init(&call->arena, 0);
    if (call->database != NULL)
        database_begin_request(call->database, &call->arena);
    if (call->database != NULL && waits) /* the command itself says if that fails */
        database_await(call->database, settings.placement_database_max_retries,
                       settings.placement_database_retry_interval);
    int status = loaded ? call->command->run(call) : EX_CONFIG;
    if (!loaded)
        command_complain("%s", error.text);
    database_free(call->database);
    arena_free(&call->arena);
    if (call->settings != NULL)
        settings_free(&settings);
    return status;
}

/* Returns how many of the arguments are the words of the command, or 0 if it is another one. */
static int command_match(const struct command *command, int argc, char **argv)
{
    const char *words = command->words;
    for (int i = 0; i < argc; i++) {
        size_t length = strcspn(words, " ");
        if (strlen(argv[i]) != length || memcmp(argv[i], words, length) != 0)
            return 0;
        words += length;
        if (*words++ == '\0')
            return i + 1;
    }
    return 0;
}

/* Returns whether the arguments ask for help. */
static bool asks_for_help(int argc, char **argv)
{
    return argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
}

/* Shows the help, for wrong arguments or because it is wanted. Returns the exit status. */
static int show_help(int argc, char **argv)
{
    const struct program *program = program_is();
    bool upstream = program->group != NULL;
    bool wanted = argc > 0 && (strcmp(argv[0], "help") == 0 || asks_for_help(argc, argv));
    const char *group = argc > 0 && strcmp(argv[0], "help") != 0 ? argv[0] : NULL;
    if (wanted && argc > 1 && group == NULL)
        group = argv[1];
    if (upstream && argc <= 1 && program->usage_status != program->nothing_status) {
        help(stdout, program->group); /* as argparse's print_help */
        return argc == 0 ? program->nothing_status : 0;
    }
    if (!wanted && argc > 0)
        command_complain("there is no command %s%s%s", argv[0], argc > 1 ? " " : "",
                         argc > 1 ? argv[1] : "");
    help(wanted ? stdout : stderr, upstream ? program->group : group);
    return wanted ? 0 : argc > 0 ? program->usage_status : program->nothing_status;
}

/* Finds the command and runs it. argv has the words of berth-manage. */
static int choose_command(const struct arguments *arguments)
{
    int argc = arguments->argc;
    char **argv = arguments->argv;
    for (size_t i = 0; i < COMMANDS; i++) {
        int words = command_match(&commands[i], argc, argv);
        if (words == 0)
            continue;
        struct command_call call = {
            .command = &commands[i], .argc = argc - words + 1, .argv = argv + words - 1};
        call.argv[0] = (char *)(uintptr_t)program_is()->name; /* getopt's complaints begin so */
        if (asks_for_help(call.argc, call.argv)) {
            command_describe(stdout, call.command);
            return 0;
        }
        optind = 0;
        return command_run(&call, arguments);
    }
    return show_help(argc, argv);
}

/* Returns the exit status of this program for one of berth-manage. */
static int status_of(int status)
{
    if (status == EX_USAGE)
        return program_is()->usage_status;
    return status == EX_CONFIG ? program_is()->settings_status : status;
}

/* Runs the command by the name that the program was called by. Returns the exit status. */
static int choose(struct arguments *arguments)
{
    char **words = calloc((size_t)arguments->argc + 3, sizeof(*words));
    if (words == NULL)
        return EX_OSERR;
    int count = program_words(arguments->argc, arguments->argv, words), status = EX_USAGE;
    if (count > 0 || arguments->argc == 0) {
        arguments->argc = count;
        arguments->argv = words;
        status = choose_command(arguments);
    }
    free(words);
    return status_of(status);
}

/* Returns an exit status, or -1 to go on. */
static int arguments_read(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {
        CONFIG_ARGUMENT_OPTIONS,
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    if (!config_arguments_init(&arguments->config, argc))
        return EX_OSERR;
    while ((option = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
        if (config_arguments_take(&arguments->config, option))
            continue;
        switch (option) {
        case 'v':
            return program_show_version();
        case 'h':
            help(stdout, program_is()->group);
            return 0;
        default:
            return EX_USAGE;
        }
    }
    arguments->argc = argc - optind;
    arguments->argv = argv + optind;
    return -1;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {0};
    standard_streams_fill();
    argc = program_begin(argc, argv);
    int status = status_of(arguments_read(argc, argv, &arguments));
    core_dump_leave_out_memory();
    if (status < 0)
        status = choose(&arguments);
    config_arguments_free(&arguments.config);
    return command_finish_output(status);
}
