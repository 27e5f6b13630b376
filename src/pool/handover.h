/*
 * What a master hands over to the program that takes its place under the same pid (pool/upgrade.h):
 * the listening socket, and the workers that go on serving meanwhile.
 *
 * It is the environment variable BERTH_UPGRADE, which only lives from one program to the next:
 *
 *     FORMAT PID DESCRIPTOR DEVICE INODE WORKER:TOLD...
 *
 * all in decimal. PID is the master's, so that a process that merely inherits the variable does not
 * take it for its own. DEVICE and INODE are those of the socket's file if the master has made it,
 * and 0 if the socket was inherited. TOLD says when a worker was told to end, as
 * clock_milliseconds() counts; 0: it was not.
 */
#ifndef BERTH_POOL_HANDOVER_H
#define BERTH_POOL_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error_line.h"

struct handed_worker {
    pid_t pid;
    uint64_t told;
};

struct handover {
    int descriptor; /* -1: nothing is handed over */
    dev_t device;
    ino_t inode;
    size_t count;
    struct handed_worker *workers; /* from malloc */
};

/* Takes the variable out of the environment. It is meant for this process if it names its pid, or
   that of its parent, which has it checked whether this program understands (--check-config).
   Otherwise there is no handover. Gives false and an error if the text is not understood. */
bool handover_take(struct handover *handover, struct error_line *error);

/* Puts the variable into the environment, with the pid of the master. False: no memory. */
bool handover_give(const struct handover *handover, pid_t master);

/* Takes it out again: there is no other program after all. */
void handover_withdraw(void);

void handover_free(struct handover *handover);

#endif
