/*
 * Collects the places of the configuration from a command line.
 */
#include <config.h>

#include "settings/config_arguments.h"

#include <stdlib.h>

bool config_arguments_init(struct config_arguments *arguments, int argc)
{
    arguments->count = 0;
    arguments->places = calloc((size_t)argc, sizeof(*arguments->places));
    return arguments->places != NULL;
}

bool config_arguments_take(struct config_arguments *arguments, int option)
{
    if (option != 'f' && option != 'd')
        return false;
    arguments->places[arguments->count++] =
        (struct config_place){.is_directory = option == 'd', .path = optarg};
    return true;
}

void config_arguments_free(struct config_arguments *arguments)
{
    free(arguments->places);
}
