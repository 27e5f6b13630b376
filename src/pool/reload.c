/*
 * Replaces the configuration while the pool serves.
 */
#include <config.h>

#include "pool/reload.h"

#include "base/log.h"
#include "pool/children.h"
#include "pool/pool_state.h"

void reload_configuration(struct master *master)
{
    struct error_line error;
    enum pool_state before = (enum pool_state)atomic_load(&master->scoreboard->state);
    if (before != POOL_STARTING)
        pool_state_enter(master, POOL_RELOADING);
    struct configuration *configuration =
        configuration_new(master->places, master->place_count, true, &error);
    if (configuration == NULL) {
        log_event(LOG_LEVEL_ERROR, "the new configuration is wrong, going on with the old one",
                  log_text("reason", error.text));
        tally_count(COUNTER_RELOADS_FAILED, 1);
        if (before == POOL_SERVING)
            pool_state_enter(master, POOL_SERVING);
        return;
    }
    tally_count(COUNTER_RELOADS_DONE, 1);
    configuration_free(master->configuration);
    master->configuration = configuration;
    master->settings = &configuration->settings;
    master->generation++;
    children_release(master);
    log_event(LOG_LEVEL_INFO, "configuration read again, replacing the workers");
    configuration_warn(configuration);
    children_restart_startup(master);
}
