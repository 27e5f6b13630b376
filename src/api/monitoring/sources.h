/*
 * What the monitoring pages report on.
 */
#ifndef BERTH_API_MONITORING_SOURCES_H
#define BERTH_API_MONITORING_SOURCES_H

#include "db/database.h"
#include "settings/settings.h"
#include "watch/scoreboard.h"
#include "watch/shared_page.h"

struct monitoring_sources {
    struct scoreboard *scoreboard;
    struct database *database;    /* of the worker */
    struct shared_page *capacity; /* the page of capacity metrics */
    const struct settings *settings;
    struct keystone *keystone; /* auth/keystone/keystone.h; NULL: it does not validate tokens */
};

#endif
