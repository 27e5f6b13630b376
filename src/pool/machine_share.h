/*
 * The part of the machine that this process may use: processors by affinity and by the limits of
 * its control groups (cgroup v2), memory by these. A container on a large machine gets a pool for
 * its own size.
 */
#ifndef BERTH_POOL_MACHINE_SHARE_H
#define BERTH_POOL_MACHINE_SHARE_H

#include <stdint.h>

struct machine_share {
    unsigned processors; /* at least 1; a fraction counts as a whole one */
    uint64_t memory;     /* bytes; UINT64_MAX: no limit */
};

/* Where the kernel shows control groups, and where it says which one this process is in. */
#define MACHINE_CGROUPS    "/sys/fs/cgroup"
#define MACHINE_OWN_CGROUP "/proc/self/cgroup"

/* Reads the limits of the process's group and of all groups above it that can be seen. What cannot
   be read does not limit. */
struct machine_share machine_share_read(const char *cgroups, const char *own_cgroup);

#endif
