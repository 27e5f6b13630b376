/*
 * The configuration of a pool: what the configuration files and the policy files say.
 */
#ifndef BERTH_POOL_CONFIGURATION_H
#define BERTH_POOL_CONFIGURATION_H

#include "auth/policy/store.h"
#include "pool/machine_share.h"
#include "settings/config.h"
#include "settings/settings.h"

struct configuration {
    struct settings settings;
    struct policy_store *policies;
    struct machine_share share;
};

/* Reads the files at these places and checks that a pool can run with them. Returns NULL and sets
   error if it cannot. With serve, opens the log and writes there which options are unknown or have
   a new name. Oddities of the policy are always reported. Where the files leave the number of
   workers to Berth, it becomes that of the processors that this process may use, 16 at most. */
struct configuration *configuration_new(const struct config_place *places, size_t count, bool serve,
                                        struct error_line *error);

/* Opens the log, if the workers can open the audit log. Returns false and sets error if one of the
   two cannot be opened; the log is then as it was. */
bool configuration_open_logs(const struct settings *settings, struct error_line *error);

/* Logs warnings about settings that are right and dangerous, for a pool that runs with them. */
void configuration_warn(const struct configuration *configuration);

/* NULL does nothing. */
void configuration_free(struct configuration *configuration);

#endif
