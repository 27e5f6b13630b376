/*
 * A command of berth-manage: what it gets, and what it gives.
 *
 * manage/commands.def lists the commands: a new one takes a line there and a function, in a file
 * named after its group (database.c has "db ..."). manage/main.c reads the command line, finds the
 * command, opens what it needs and closes it again.
 *
 * A command writes what was asked for to stdout, complaints to stderr, and gives its exit status.
 */
#ifndef BERTH_MANAGE_COMMAND_H
#define BERTH_MANAGE_COMMAND_H

#include <sysexits.h>

#include "db/database.h"
#include "settings/settings.h"

/* What is opened before the command runs. Settings that are wrong end it with EX_CONFIG. */
enum command_need { COMMAND_NEEDS_NOTHING, COMMAND_NEEDS_SETTINGS, COMMAND_NEEDS_DATABASE };

struct command_call {
    const struct command *command;
    const struct settings *settings; /* NULL: the command does not need them */
    struct database *database;       /* the same; not connected yet */
    struct arena arena;              /* the database's request; without a limit */
    int argc;                        /* argv[0] is the last word of the command, and the rest is */
    char **argv;                     /* what follows: fit for getopt_long() with optind = 0 */
};

struct command {
    const char *words;
    const char *arguments;
    enum command_need need;
    int (*run)(struct command_call *call);
    const char *help;
};

#define COMMAND(words, arguments, need, function, help) int function(struct command_call *call);
#include "manage/commands.def"
#undef COMMAND

/* Writes a complaint, with the program's name and a newline, to stderr; gives 1. */
int command_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The exit status of an outcome: 0, or 1 after a complaint. */
int command_outcome(enum outcome outcome);

/* For a command that reads the tables: gives 0 if the database has the schema that this program
   knows, or 1 after a complaint. */
int command_needs_head(struct command_call *call);

/* For arguments that are not as they should be: writes the command's usage to stderr and gives
   EX_USAGE. */
int command_usage(const struct command_call *call);

#endif
