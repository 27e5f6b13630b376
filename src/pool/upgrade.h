/*
 * Replacing the program while it serves: the master exec()s the file that it was started from.
 *
 * Pid, parent, listening socket, arguments, environment, masked and pending signals stay, and so do
 * the workers, which are the new program's children as they were the old one's. Nobody who knows
 * the pool from outside (systemd, spawn-fcgi, nginx, a pid file) has to learn anything.
 *
 * Before that the new program is tried: a child runs it with the same arguments, --check-config and
 * the handover. Only if that ends with 0 in time may it take over; otherwise the old one goes on.
 */
#ifndef BERTH_POOL_UPGRADE_H
#define BERTH_POOL_UPGRADE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pool/handover.h"

struct upgrade {
    char *path;       /* absolute, but not resolved: a symbolic link may lead elsewhere by now */
    char **arguments; /* of this program; not owned */
    pid_t trial;      /* the child that tries the new program; 0: there is none */
    int complaints;   /* its standard error */
    uint64_t give_up; /* when it has taken too long */
    bool passed;      /* it has ended well: upgrade_carry_out() may be called */
};

/* Remembers how this program was started; call it before the working directory changes. False: no
   memory. */
bool upgrade_init(struct upgrade *upgrade, char **arguments);
void upgrade_free(struct upgrade *upgrade);

/* Starts the trial, in a child with these signals masked. The descriptor that is handed over is
   closed on exec otherwise. What goes wrong is logged. */
void upgrade_try(struct upgrade *upgrade, const struct handover *handover, const sigset_t *mask);

/* Ends a trial that takes too long. Call it now and then. */
void upgrade_watch(struct upgrade *upgrade);

/* The trial has ended, with a status as waitpid() has it: sets passed, or logs why not. */
void upgrade_judge(struct upgrade *upgrade, int status);

/* Gives up a trial that is under way. */
void upgrade_cancel(struct upgrade *upgrade);

/* Becomes the new program. Returns only if that fails, which is logged; all is then as before. */
void upgrade_carry_out(struct upgrade *upgrade, const struct handover *handover);

#endif
