/*
 * Reads and checks the configuration.
 */
#include <config.h>

#include "pool/configuration.h"

#include <stdlib.h>
#include <string.h>

#include "api/trail/audit_log.h"
#include "auth/authentication.h"
#include "auth/keystone/login.h"
#include "base/log.h"
#include "pool/machine_share.h"
#include "settings/ignored_options.h"

/* More workers than this, each with a connection to the database, help only where somebody has
   measured it. */
enum { WORKERS_MOST = 16 };

/* Checks the settings that a pool cannot run without. */
static bool check_settings(const struct settings *settings, const struct config *config,
                           struct error_line *error)
{
    struct database_url url;
    if (strcmp(settings->api_auth_strategy, "keystone") == 0 &&
        !keystone_login_check(settings, config, error))
        return false;
    if (!settings_database_url(settings, &url, error))
        return false;
    database_url_free(&url);
    return true;
}

bool configuration_open_logs(const struct settings *settings, struct error_line *error)
{
    struct audit_log *audit_log;
    struct log_settings log = settings_log(settings);
    if (!audit_log_open(settings, &audit_log, error))
        return false;
    audit_log_close(audit_log); /* each worker has its own */
    return log_open(&log, error);
}

static bool configure(struct configuration *configuration, struct config *config, bool serve,
                      struct error_line *error)
{
    struct settings *settings = &configuration->settings;
    if (!settings_load(settings, config, error) || !check_settings(settings, config, error))
        return false;
    configuration->policies = policy_store_new(settings, error);
    if (configuration->policies == NULL)
        return false;
    if (serve) {
        if (!configuration_open_logs(settings, error))
            return false;
        settings_report(settings, config);
    }
    ignored_options_report(settings, config);
    policy_store_report(configuration->policies);
    configuration->share = machine_share_read(MACHINE_CGROUPS, MACHINE_OWN_CGROUP);
    if (settings->berth_workers == 0)
        settings->berth_workers = configuration->share.processors < WORKERS_MOST
                                      ? (long)configuration->share.processors
                                      : WORKERS_MOST;
    return true;
}

struct configuration *configuration_new(const struct config_place *places, size_t count, bool serve,
                                        struct error_line *error)
{
    struct configuration *configuration = calloc(1, sizeof(*configuration));
    struct config *config = config_new();
    if (configuration == NULL)
        abort();
    bool good =
        config_load(config, places, count, error) && configure(configuration, config, serve, error);
    config_free(config);
    if (good)
        return configuration;
    configuration_free(configuration);
    return NULL;
}

void configuration_warn(const struct configuration *configuration)
{
    const struct settings *settings = &configuration->settings;
    if (authentication_is_open(&configuration->settings))
        log_event(LOG_LEVEL_WARNING, AUTHENTICATION_OPEN_WARNING);
    uint64_t workers = (uint64_t)settings->berth_workers;
    uint64_t memory = (uint64_t)settings->berth_request_memory * workers;
    if (memory > configuration->share.memory)
        log_event(LOG_LEVEL_WARNING,
                  "requests may take more memory than the control group has: lower "
                  "[berth] request_memory or workers",
                  log_integer("workers", (int64_t)workers), log_integer("bytes", (int64_t)memory),
                  log_integer("limit", (int64_t)configuration->share.memory));
}

void configuration_free(struct configuration *configuration)
{
    if (configuration == NULL)
        return;
    policy_store_free(configuration->policies);
    settings_free(&configuration->settings);
    free(configuration);
}
