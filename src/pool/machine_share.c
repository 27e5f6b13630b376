/*
 * Reads cpu.max and memory.max from a control group upwards.
 */
#include <config.h>

#include "pool/machine_share.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 256, SETS_MOST = 1 << 16 /* processors */ };

/* Returns how many processors the scheduler may put this process on. */
static unsigned processors_by_affinity(void)
{
    for (size_t count = 1024; count <= SETS_MOST; count *= 2) {
        cpu_set_t *set = CPU_ALLOC(count);
        size_t size = CPU_ALLOC_SIZE(count);
        if (set == NULL)
            break;
        int found = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
        bool larger = found == 0 && errno == EINVAL;
        CPU_FREE(set);
        if (found > 0)
            return (unsigned)found;
        if (!larger)
            break;
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

/* Reads the first line of a file. Returns false if there is none. */
static bool read_line(const char *directory, const char *name, char line[LINE])
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path))
        return false;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    bool good = fgets(line, LINE, file) != NULL;
    fclose(file);
    return good;
}

/* "QUOTA PERIOD" in microseconds; the quota "max" is no limit. */
static void limit_processors(struct machine_share *share, const char *directory)
{
    char line[LINE];
    uint64_t quota, period;
    if (!read_line(directory, "cpu.max", line) ||
        sscanf(line, "%" SCNu64 " %" SCNu64, &quota, &period) != 2 || period == 0)
        return;
    uint64_t processors = quota / period + (quota % period > 0);
    if (processors < 1)
        processors = 1;
    if (processors < share->processors)
        share->processors = (unsigned)processors;
}

/* A number of bytes; "max" is no limit. */
static void limit_memory(struct machine_share *share, const char *directory)
{
    char line[LINE];
    uint64_t bytes;
    if (read_line(directory, "memory.max", line) && sscanf(line, "%" SCNu64, &bytes) == 1 &&
        bytes < share->memory)
        share->memory = bytes;
}

/* Finds the path of the process's group below the mount: the line "0::PATH". A group that cannot be
   seen from here (as in some containers) counts as the mount itself. */
static void find_group(const char *own_cgroup, char *path, size_t size)
{
    char line[PATH_MAX];
    FILE *file = fopen(own_cgroup, "re");
    *path = '\0';
    if (file == NULL)
        return;
    while (fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "0::/", 4) == 0 && strstr(line, "..") == NULL && strlen(line + 3) < size)
            snprintf(path, size, "%s", line + 3);
    }
    fclose(file);
}

struct machine_share machine_share_read(const char *cgroups, const char *own_cgroup)
{
    struct machine_share share = {processors_by_affinity(), UINT64_MAX};
    char group[PATH_MAX], directory[PATH_MAX];
    find_group(own_cgroup, group, sizeof(group));
    for (;;) {
        if (snprintf(directory, sizeof(directory), "%s%s", cgroups, group) <
            (int)sizeof(directory)) {
            limit_processors(&share, directory);
            limit_memory(&share, directory);
        }
        char *last = strrchr(group, '/');
        if (last == NULL)
            return share;
        *last = '\0';
    }
}
