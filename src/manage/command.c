/*
 * What all commands share: complaints and exit statuses.
 */
#include <config.h>

#include "manage/command.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "db/schema_version.h"
#include "manage/terminal.h"

enum { COMPLAINT_SIZE = 4096 };

int command_complain(const char *format, ...)
{
    va_list arguments;
    char text[COMPLAINT_SIZE], shown[COMPLAINT_SIZE];
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    utf8_show(shown, sizeof(shown), text);
    fprintf(stderr, "%s: %s\n", program_is()->name, shown);
    return 1;
}

/* Why the output cannot be written; 0: it can, or the reason is not known. */
static int output_error;

bool command_flush(struct buffer *output)
{
    if (output->failed)
        command_complain("there is not enough memory for the output");
    errno = 0;
    bool written = terminal_flush(output, stdout);
    if (!written)
        output_error = errno;
    return written;
}

int command_output(struct buffer *output)
{
    bool written = command_flush(output);
    buffer_free(output);
    return written ? 0 : EX_IOERR;
}

int command_finish_output(int status)
{
    if (fflush(stdout) != 0)
        output_error = errno;
    else if (!ferror(stdout))
        return status;
    if (output_error == EPIPE) { /* whatever read it, as head does, has enough */
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    command_complain("the output cannot be written%s%s", output_error != 0 ? ": " : "",
                     output_error != 0 ? strerror(output_error) : "");
    return status != 0 ? status : EX_IOERR;
}

int command_outcome(enum outcome outcome)
{
    if (outcome == OUTCOME_OK)
        return 0;
    return command_complain(outcome == OUTCOME_UNAVAILABLE
                                ? "the database is not available, or refuses to be changed; "
                                  "see the log above"
                                : "the database refused; see the log above");
}

int command_needs_head(struct command_call *call)
{
    const char *revision, *obstacle;
    enum outcome outcome = schema_version_load(call->database, &revision);
    if (outcome == OUTCOME_ACTION_INVALID)
        return command_complain("the database is at more than one revision");
    if (outcome == OUTCOME_OK && revision != NULL && schema_version_serves(revision))
        return 0;
    if (outcome == OUTCOME_OK)
        outcome = schema_find_obstacle(call->database, &call->arena, &obstacle);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    if (obstacle != NULL) /* "db sync" would say the same */
        return command_complain("%s", obstacle);
    if (revision == NULL)
        return command_complain("the database is empty: \"db sync\" creates the schema");
    return command_complain(
        "the database is at revision %s instead of " SCHEMA_HEAD ": run \"db sync\"", revision);
}

const char *command_typed(const struct command *command)
{
    const struct program *program = program_is();
    return program->typed != NULL ? command->words + strlen(program->group) + 1 : command->words;
}

int command_usage(const struct command_call *call)
{
    const struct command *command = call->command;
    fprintf(stderr, "usage: %s %s%s%s\n", program_is()->name, command_typed(command),
            command->arguments[0] != '\0' ? " " : "", command->arguments);
    return EX_USAGE;
}
