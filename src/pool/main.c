/*
 * The program berth: reads arguments and configuration, opens the listening socket, and runs the
 * master.
 */
#include <config.h>

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "api/service.h"
#include "base/core_dump.h"
#include "base/standard_streams.h"
#include "pool/master.h"
#include "settings/config_arguments.h"

static const char usage[] =
    "usage: berth [--config-file FILE]... [--config-dir DIRECTORY]... [--listen unix:PATH]\n"
    "             [--check-config] [--version] [--help]\n"
    "\n"
    "The OpenStack Placement API over FastCGI. The listening socket is descriptor 0, from\n"
    "spawn-fcgi -n or systemd, unless --listen names one.\n"
    "\n"
    "  --config-file FILE   read this file; the last file that sets an option wins. By default:\n"
    "                       placement.conf in $OS_PLACEMENT_CONFIG_DIR or /etc/placement\n"
    "  --config-dir DIR     read the *.conf files in this directory, after the other files\n"
    "  --listen unix:PATH   open this socket\n"
    "  --check-config       check the configuration and exit\n"
    "\n"
    "Signals: TERM stops after the requests in flight; HUP reads the configuration again and\n"
    "replaces the workers; USR1 opens the log again; USR2 replaces the program by the file that\n"
    "it was started from.\n";

struct arguments {
    struct config_arguments config;
    const char *listen;
    bool check;
    char **all; /* argv */
};

/* Returns an exit status, or -1 to continue. */
static int arguments_read(int count, char **values, struct arguments *arguments)
{
    static const struct option options[] = {
        CONFIG_ARGUMENT_OPTIONS,
        {"listen", required_argument, NULL, 'l'},
        {"check-config", no_argument, NULL, 'c'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct error_line error;
    int option;
    arguments->all = values;
    if (!config_arguments_init(&arguments->config, count))
        return EX_OSERR;
    while ((option = getopt_long(count, values, "", options, NULL)) != -1) {
        if (config_arguments_take(&arguments->config, option))
            continue;
        switch (option) {
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
    error_line_set(&error, "%s: unexpected argument", values[optind]);
    fprintf(stderr, "berth: %s\n", error.text);
    return EX_USAGE;
}

static int refuse(const struct error_line *error)
{
    fprintf(stderr, "berth: %s\n", error->text);
    return EX_CONFIG;
}

static bool try_shared_memory(const struct settings *settings, struct error_line *error)
{
    struct service_shared *shared = service_shared_new(settings);
    if (shared == NULL) {
        error_line_set(error, "there is no shared memory: %s", strerror(errno));
        return false;
    }
    service_shared_free(shared);
    return true;
}

/* In the trial of an upgrade: whether the pool could start. If it could not after the trial, there
   would be no pool any more. */
static bool try_start(const struct handover *handover, const struct settings *settings,
                      struct error_line *error)
{
    struct listener listener;
    return listener_take(&listener, NULL, handover, error) &&
           configuration_open_logs(settings, error) && try_shared_memory(settings, error);
}

/* Checks whether the pool could run: its configuration and, in the trial of an upgrade, all that it
   needs. Returns the exit status. */
static int check(const struct arguments *arguments, const struct handover *handover)
{
    struct error_line error;
    struct configuration *configuration =
        configuration_new(arguments->config.places, arguments->config.count, false, &error);
    if (configuration == NULL)
        return refuse(&error);
    bool good = handover->descriptor < 0 || try_start(handover, &configuration->settings, &error);
    configuration_free(configuration);
    if (!good)
        return refuse(&error);
    puts("The configuration is right.");
    return 0;
}

static bool listen_where_told(const struct arguments *arguments, const struct handover *handover,
                              const struct settings *settings, struct listener *listener,
                              struct error_line *error)
{
    if (handover->descriptor >= 0)
        return listener_take(listener, arguments->listen, handover, error);
    return listener_open(listener, arguments->listen, (int)settings->berth_listen_backlog, error);
}

/* Reads the configuration, listens and runs. Returns the exit status. */
static int run(const struct arguments *arguments, const struct handover *handover)
{
    struct error_line error;
    struct listener listener = {.descriptor = -1};
    struct configuration *configuration =
        configuration_new(arguments->config.places, arguments->config.count, true, &error);
    if (configuration == NULL)
        return refuse(&error);
    if (listen_where_told(arguments, handover, &configuration->settings, &listener, &error))
        return master_run(configuration,
                          &(struct master_start){.places = arguments->config.places,
                                                 .place_count = arguments->config.count,
                                                 .arguments = arguments->all,
                                                 .handover = handover},
                          &listener);
    listener_close(&listener);
    configuration_free(configuration);
    return refuse(&error);
}

int main(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct handover handover;
    struct error_line error;
    standard_streams_fill();
    int status = arguments_read(argc, argv, &arguments);
    umask(027);
    core_dump_leave_out_memory();
    if (status < 0) {
        if (!handover_take(&handover, &error))
            status = refuse(&error);
        else if (arguments.check)
            status = check(&arguments, &handover);
        else
            status = run(&arguments, &handover);
        handover_free(&handover);
    }
    config_arguments_free(&arguments.config);
    return status;
}
