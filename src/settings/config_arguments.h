/*
 * --config-file and --config-dir, which every program of Berth takes.
 */
#ifndef BERTH_SETTINGS_CONFIG_ARGUMENTS_H
#define BERTH_SETTINGS_CONFIG_ARGUMENTS_H

#include <getopt.h>

#include "settings/config.h"

/* Rows for the table of getopt_long(). Give what it returns to config_arguments_take(). */
#define CONFIG_ARGUMENT_OPTIONS                                                                    \
    {"config-file", required_argument, NULL, 'f'},                                                 \
    {                                                                                              \
        "config-dir", required_argument, NULL, 'd'                                                 \
    }

struct config_arguments {
    struct config_place *places; /* in the order of the command line */
    size_t count;
};

/* Makes room for the places that a command line of argc words can name. Returns false without
   memory. */
bool config_arguments_init(struct config_arguments *arguments, int argc);

/* Adds the place that optarg names if getopt_long() returned one of CONFIG_ARGUMENT_OPTIONS.
   Returns false if it is another option. */
bool config_arguments_take(struct config_arguments *arguments, int option);

/* Frees the list. The paths are those of the command line. */
void config_arguments_free(struct config_arguments *arguments);

#endif
