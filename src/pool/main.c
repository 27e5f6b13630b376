/*
 * berth: the program. Arguments, configuration, the listening socket; then the master takes over.
 */
#include <config.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/log.h"
#include "pool/master.h"

static const char usage[] =
    "usage: berth [--config-file FILE]... [--config-dir DIRECTORY]... [--listen unix:PATH]\n"
    "             [--check-config] [--version] [--help]\n"
    "\n"
    "The OpenStack Placement API over FastCGI. The listening socket is descriptor 0, as spawn-fcgi "
    "-n\n"
    "and systemd hand it over, unless --listen names one.\n"
    "\n"
    "  --config-file FILE   read this file; the last one that sets an option counts. Without any:\n"
    "                       placement.conf in $OS_PLACEMENT_CONFIG_DIR or /etc/placement\n"
    "  --config-dir DIR     read the *.conf in this directory, after the files\n"
    "  --listen unix:PATH   open this socket\n"
    "  --check-config       say whether the configuration is right, and end\n"
    "\n"
    "Signals: TERM stops after the requests in flight, HUP reads the configuration again and "
    "replaces\n"
    "the workers, USR1 opens the log again.\n";

struct arguments {
    struct config_place *places;
    size_t place_count;
    const char *listen;
    bool check;
};

/* Gives an exit status, or -1 to go on. */
static int arguments_read(int count, char **values, struct arguments *arguments)
{
    static const struct option options[] = {
        {"config-file", required_argument, NULL, 'f'},
        {"config-dir", required_argument, NULL, 'd'},
        {"listen", required_argument, NULL, 'l'},
        {"check-config", no_argument, NULL, 'c'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    arguments->places = calloc((size_t)count, sizeof(*arguments->places));
    if (arguments->places == NULL)
        return EX_OSERR;
    while ((option = getopt_long(count, values, "", options, NULL)) != -1) {
        switch (option) {
        case 'f':
        case 'd':
            arguments->places[arguments->place_count++] =
                (struct config_place){.is_directory = option == 'd', .path = optarg};
            break;
        case 'l':
            arguments->listen = optarg;
            break;
        case 'c':
            arguments->check = true;
            break;
        case 'v':
            puts("berth " PACKAGE_VERSION);
            return 0;
        case 'h':
            fputs(usage, stdout);
            return 0;
        default:
            return EX_USAGE;
        }
    }
    if (optind == count)
        return -1;
    fprintf(stderr, "berth: %s: unexpected argument\n", values[optind]);
    return EX_USAGE;
}

static int refuse(const struct config_error *error)
{
    fprintf(stderr, "berth: %s\n", error->text);
    return EX_CONFIG;
}

/* Configures, listens and runs; gives the exit status. */
static int run(const struct arguments *arguments)
{
    struct config_error error;
    struct settings *settings = calloc(1, sizeof(*settings));
    if (settings == NULL)
        return EX_OSERR;
    if (!master_configure(arguments->places, arguments->place_count, !arguments->check, settings,
                          &error)) {
        free(settings);
        return refuse(&error);
    }
    struct listener listener = {.descriptor = -1};
    int status;
    if (arguments->check) {
        puts("The configuration is right.");
        status = 0;
    } else if (listener_open(&listener, arguments->listen, (int)settings->berth_listen_backlog,
                             &error)) {
        return master_run(settings, arguments->places, arguments->place_count, &listener);
    } else {
        status = refuse(&error);
    }
    listener_close(&listener);
    settings_free(settings);
    free(settings);
    return status;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {0};
    int status = arguments_read(argc, argv, &arguments);
    umask(027);
    if (status < 0)
        status = run(&arguments);
    free(arguments.places);
    return status;
}
