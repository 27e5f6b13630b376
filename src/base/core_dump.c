/*
 * Sets the kernel's filter of core dumps.
 */
#include <config.h>

#include "base/core_dump.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <unistd.h>

/* core(5): only the headers of mapped ELF files, which hold build ids. */
#define FILTER "0x10"

void core_dump_leave_out_memory(void)
{
    int descriptor = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    bool done = descriptor >= 0 && write(descriptor, FILTER, sizeof(FILTER) - 1) > 0;
    if (descriptor >= 0)
        close(descriptor);
    if (!done)
        prctl(PR_SET_DUMPABLE, 0); /* no filter: no core */
}
