/*
 * An upgrade replaces the program while it serves: the master executes the file that it was started
 * from, which by now holds another version.
 *
 * Pid, parent, listening socket, arguments, environment, blocked and pending signals stay the same.
 * So do the workers: they become children of the new program. Nothing outside (systemd, spawn-fcgi,
 * nginx, a pid file) notices a difference.
 *
 * First the new program is tried: a child runs it with the same arguments, --check-config and the
 * handover. It takes over only if the trial exits with 0 in time; otherwise the old program goes
 * on.
 */
#ifndef BERTH_POOL_UPGRADE_H
#define BERTH_POOL_UPGRADE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pool/handover.h"

struct upgrade {
    char *path;       /* absolute, but not resolved: a symbolic link may point elsewhere by now */
    char **arguments; /* of this program; not owned */
    pid_t trial;      /* the child that tries the new program; 0: no trial is running */
    int complaints;   /* its standard error */
    uint64_t give_up; /* when to end the trial, clock_milliseconds() */
    bool cancelled;   /* the trial was ended by upgrade_cancel() */
    bool passed;      /* the trial ended well: call upgrade_carry_out() */
};

/* Remembers how this program was started. Call it before the working directory changes. Returns
   false if there is no memory. */
bool upgrade_init(struct upgrade *upgrade, char **arguments);

/* Frees the path. */
void upgrade_free(struct upgrade *upgrade);

/* Starts a trial, unless one is running, in a child with this signal mask. Logs what goes wrong. */
void upgrade_try(struct upgrade *upgrade, const struct handover *handover, const sigset_t *mask);

/* Kills a trial that takes too long. Call it often. */
void upgrade_watch(struct upgrade *upgrade);

/* Call it when the trial has ended, with its status from waitpid(). Sets passed, or logs why the
   program failed, unless the trial was cancelled. */
void upgrade_judge(struct upgrade *upgrade, int status);

/* Kills a running trial. */
void upgrade_cancel(struct upgrade *upgrade);

/* Becomes the new program, with this handover. Returns only on failure, which is logged; nothing
   has changed then. */
void upgrade_carry_out(struct upgrade *upgrade, const struct handover *handover);

#endif
