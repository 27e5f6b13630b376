/*
 * The watchdog: kills workers whose request takes longer than [berth] request_timeout.
 */
#ifndef BERTH_POOL_WATCHDOG_H
#define BERTH_POOL_WATCHDOG_H

#include "pool/master_state.h"

/* Looks at all workers, and at the trial of an upgrade. Call it often. */
void watchdog_check(struct master *master);

#endif
