/*
 * The names by which the program is called: berth-manage, or upstream's placement-manage and
 * placement-status, for scripts that know only these. By upstream's names it has upstream's
 * commands, options and exit statuses (placement/cmd, oslo_config, argparse); complaints are ours.
 */
#ifndef BERTH_MANAGE_PROGRAM_H
#define BERTH_MANAGE_PROGRAM_H

struct program {
    const char *name;
    const char *usage;
    const char *version; /* what --version prints */
    const char *group;   /* the first word of its commands; NULL: it has all */
    const char *typed;   /* the word that is typed instead of it; NULL: the group itself */
    int nothing_status;  /* without any command */
    int usage_status;    /* for wrong arguments */
    int settings_status; /* for a wrong configuration */
};

/* Finds out which program this is from argv[0]: berth-manage unless it is one of upstream's. Takes
   the options that only oslo.log knows out of the arguments of upstream's: they have no effect, as
   with upstream, whose commands log to stderr only. Returns the new argc. */
int program_begin(int argc, char **argv);

/* Prints the version. Returns the exit status. */
int program_show_version(void);

/* Returns the program; berth-manage before program_begin(). */
const struct program *program_is(void);

/* Puts the words that upstream's program does not need before the command into an argument vector,
   so that it is one of berth-manage: "upgrade --json check" becomes "status upgrade check --json".
   words has room for all of argv (argc of them), two more, and a NULL. Returns how many there are;
   0 after a complaint, if upstream would refuse them. For berth-manage it only copies. */
int program_words(int argc, char **argv, char **words);

#endif
