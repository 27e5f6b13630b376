/*
 * The handover: what a master passes to the program that replaces it under the same pid
 * (pool/upgrade.h). It names the listening socket, and the workers, which keep serving.
 *
 * It travels in the environment variable BERTH_UPGRADE, which exists only from one program to the
 * next:
 *
 *     FORMAT PID DESCRIPTOR DEVICE INODE WORKER:TOLD...
 *
 * All numbers are decimal. PID is the master's: a process that merely inherits the variable ignores
 * it. DEVICE and INODE identify the socket's file if the master made it; they are 0 if the socket
 * was inherited. TOLD is the time when a worker was told to end (clock_milliseconds()), or 0.
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
    uint64_t told; /* when it was told to end, clock_milliseconds(); 0: it was not */
};

struct handover {
    int descriptor; /* of the listening socket; -1: there is no handover */
    dev_t device;
    ino_t inode;
    size_t count;
    struct handed_worker *workers; /* from malloc */
};

/* Reads the variable and removes it from the environment. It is meant for this process if PID is
   its own, or its parent's: then the parent is trying this program (--check-config). Otherwise, or
   without the variable, the handover is empty. Returns false and sets error if the text is
   malformed or has another format. */
bool handover_take(struct handover *handover, struct error_line *error);

/* Sets the variable, with the pid of the master. Returns false if there is no memory. */
bool handover_give(const struct handover *handover, pid_t master);

/* Removes the variable again, after the other program could not be started. */
void handover_withdraw(void);

/* Frees the list of workers and empties the handover. */
void handover_free(struct handover *handover);

#endif
