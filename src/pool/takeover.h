/*
 * SIGUSR2: another program takes the place of this one and gets its socket and workers.
 *
 * pool/upgrade.h tries the new program and starts it; pool/handover.h is the message to it.
 */
#ifndef BERTH_POOL_TAKEOVER_H
#define BERTH_POOL_TAKEOVER_H

#include "pool/master_state.h"

/* Starts the trial of the program that this one's file holds now. */
void takeover_try(struct master *master);

/* Becomes the new program, after master->upgrade.passed. Returns only if that failed. */
void takeover_carry_out(struct master *master);

/* As the new program: takes the workers of the previous one, which keep serving until workers of
   this program are ready in their place. If there are more than this program has slots, tells the
   rest to end. Does nothing if handover is empty. */
void takeover_adopt(struct master *master, const struct handover *handover);

#endif
