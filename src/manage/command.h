/*
 * The commands of berth-manage.
 *
 * manage/commands.def lists them. A new command takes a row there and a function, in a file named
 * after the first word of the command ("db sync" is in db.c). manage/main.c reads the command line,
 * finds the command, opens what it needs and closes it again.
 *
 * A command writes its output to stdout and complaints to stderr, and returns its exit status.
 */
#ifndef BERTH_MANAGE_COMMAND_H
#define BERTH_MANAGE_COMMAND_H

#include <sysexits.h>

#include "base/buffer.h"
#include "db/database.h"
#include "manage/program.h"
#include "settings/settings.h"

/* What is opened before the command runs. Wrong settings end the program with EX_CONFIG. A command
   that needs the database waits for it as [placement_database] max_retries and retry_interval say;
   one that asks it, as somebody who waits for the answer would have it, says at once that the
   database is down. */
enum command_need {
    COMMAND_NEEDS_NOTHING,
    COMMAND_NEEDS_SETTINGS,
    COMMAND_NEEDS_DATABASE,
    COMMAND_ASKS_DATABASE
};

struct command_call {
    const struct command *command;
    const struct settings *settings; /* NULL: the command does not need them */
    struct database *database;       /* NULL: not needed; not connected yet */
    struct arena arena;              /* without a limit; the database uses it too */
    /* For getopt_long() with optind = 0: the last word of the command, then its arguments. */
    int argc;
    char **argv;
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

/* Writes a complaint to stderr, after the program's name. Returns 1, an exit status. */
int command_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes what a command has put into a buffer to stdout, and empties it. Returns false if that
   fails; main() complains. */
bool command_flush(struct buffer *output);

/* Does the same, and frees the buffer. Returns the exit status. */
int command_output(struct buffer *output);

/* Returns the exit status of a command when it has ended: the one that it has returned, unless that
   is success and its output could not be written. Complains if it could not; if its reader has
   gone, ends the process by SIGPIPE, as other programs end. */
int command_finish_output(int status);

/* Returns the exit status for an outcome: 0, or 1 after a complaint. */
int command_outcome(enum outcome outcome);

/* Returns 0 if the database has a schema that this program knows, or 1 after a complaint. */
int command_needs_head(struct command_call *call);

/* Returns the words of the command as they are typed after the name of the program. */
const char *command_typed(const struct command *command);

/* Writes the command's usage to stderr, for wrong arguments. Returns EX_USAGE. */
int command_usage(const struct command_call *call);

#endif
