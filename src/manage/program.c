/*
 * A table of the three programs.
 */
#include <config.h>

#include "manage/program.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/utf8.h"

/* The release of upstream's whose behaviour this is: scripts compare it with others. */
#define UPSTREAM_RELEASE "15.0.0"

enum { ARGPARSE_ERROR = 2 };

/* The options of oslo.log, and of what follows each whether it is its value. */
static const struct {
    const char *name;
    bool has_value;
} log_options[] = {
    {"-d", false},
    {"--debug", false},
    {"--nodebug", false},
    {"--log-config-append", true},
    {"--log-config", true},
    {"--log_config", true},
    {"--log-date-format", true},
    {"--log-dir", true},
    {"--logdir", true},
    {"--log-file", true},
    {"--logfile", true},
    {"--syslog-log-facility", true},
    {"--use-journal", false},
    {"--nouse-journal", false},
    {"--use-json", false},
    {"--nouse-json", false},
    {"--use-syslog", false},
    {"--nouse-syslog", false},
    {"--watch-log-file", false},
    {"--nowatch-log-file", false},
};

#define UPSTREAM_USAGE                                                                             \
    " [-h] [--config-dir DIR] [--config-file PATH] [--debug]\n"                                    \
    "       (the options of oslo.log are accepted without effect)\n"

static const struct program programs[] = {
    {"berth-manage",
     "usage: berth-manage [--config-file FILE]... [--config-dir DIRECTORY]... COMMAND\n"
     "       berth-manage --version | help\n",
     "berth-manage " PACKAGE_VERSION, NULL, NULL, EX_USAGE, EX_USAGE, EX_CONFIG},
    {"placement-manage", "usage: placement-manage" UPSTREAM_USAGE "       [--version] {db} ...\n",
     UPSTREAM_RELEASE " (" PACKAGE_NAME " " PACKAGE_VERSION ")", "db", NULL, 1, ARGPARSE_ERROR, 1},
    {"placement-status", "usage: placement-status" UPSTREAM_USAGE "       {upgrade} ...\n", NULL,
     "status", "upgrade", ARGPARSE_ERROR, ARGPARSE_ERROR, 1},
};

static const struct program *current = &programs[0];

/* Returns how many words at the beginning of argv are an option of oslo.log with its value. */
static int log_option_length(int argc, char **argv)
{
    size_t length = strcspn(argv[0], "=");
    for (size_t i = 0; i < sizeof(log_options) / sizeof(log_options[0]); i++)
        if (strlen(log_options[i].name) == length &&
            strncmp(log_options[i].name, argv[0], length) == 0)
            return log_options[i].has_value && argv[0][length] == '\0' && argc > 1 ? 2 : 1;
    return 0;
}

/* Takes these options out, up to the first word that is no option. */
static int leave_out_log_options(int argc, char **argv)
{
    int kept = 1, i = 1;
    while (i < argc && argv[i][0] == '-' && strcmp(argv[i], "--") != 0) {
        int length = log_option_length(argc - i, argv + i);
        bool has_value =
            strcmp(argv[i], "--config-file") == 0 || strcmp(argv[i], "--config-dir") == 0;
        for (int words = has_value ? 2 : 1; length == 0 && words > 0 && i < argc; words--)
            argv[kept++] = argv[i++];
        i += length;
    }
    while (i < argc)
        argv[kept++] = argv[i++];
    argv[kept] = NULL;
    return kept;
}

int program_begin(int argc, char **argv)
{
    if (argc == 0)
        return 0;
    const char *slash = strrchr(argv[0], '/'), *name = slash != NULL ? slash + 1 : argv[0];
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
        if (strcmp(programs[i].name, name) == 0)
            current = &programs[i];
    return current->group != NULL ? leave_out_log_options(argc, argv) : argc;
}

int program_show_version(void)
{
    if (current->version == NULL)
        return EX_USAGE;
    puts(current->version);
    return 0;
}

const struct program *program_is(void)
{
    return current;
}

/* As argparse. command_complain() is above this module. */
static int refuse(const char *what)
{
    char shown[1024];
    utf8_show(shown, sizeof(shown), what);
    fprintf(stderr, "%s%s: error: %s\n", current->usage, current->name, shown);
    return 0;
}

/* "upgrade [--json] check" becomes "status upgrade check [--json]". */
static int status_words(int argc, char **argv, char **words)
{
    static char status[] = "status", check[] = "check";
    int count = 0, checks = 0;
    words[count++] = status;
    words[count++] = argv[0];
    words[count++] = check;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], check) == 0)
            checks++;
        else
            words[count++] = argv[i];
        if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
            checks = 1;
    }
    words[count] = NULL;
    if (checks == 1)
        return count;
    return refuse("\"upgrade\" is followed by \"check\"");
}

int program_words(int argc, char **argv, char **words)
{
    const char *typed = current->typed != NULL ? current->typed : current->group;
    if (typed != NULL && argc > 0 && strcmp(argv[0], typed) != 0) {
        char what[512];
        snprintf(what, sizeof(what), "argument command: invalid choice: '%s' (choose from '%s')",
                 argv[0], typed);
        return refuse(what);
    }
    if (current->typed != NULL && argc > 0)
        return status_words(argc, argv, words);
    memcpy(words, argv, ((size_t)argc + 1) * sizeof(*words));
    return argc;
}
