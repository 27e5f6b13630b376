/*
 * What all commands share: complaints and exit statuses.
 */
#include <config.h>

#include "manage/command.h"

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

int command_output(struct buffer *output)
{
    bool written = terminal_flush(output, stdout);
    buffer_free(output);
    return written ? 0 : command_complain("the output cannot be written");
}

int command_outcome(enum outcome outcome)
{
    if (outcome == OUTCOME_OK)
        return 0;
    return command_complain(outcome == OUTCOME_UNAVAILABLE
                                ? "the database is not available"
                                : "the database refused; see the log above");
}

int command_needs_head(struct command_call *call)
{
    const char *revision;
    enum outcome outcome = schema_version_load(call->database, &revision);
    if (outcome == OUTCOME_ACTION_INVALID)
        return command_complain("the database is at more than one revision");
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    if (revision == NULL)
        return command_complain("the database is empty: \"db sync\" creates the schema");
    if (schema_version_serves(revision))
        return 0;
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
