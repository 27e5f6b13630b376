/*
 * Core dumps without the contents of memory.
 *
 * Passwords are in many places: the settings, libmariadb's and libcurl's copies, the environment,
 * the stack. So no part of the memory goes into a core, rather than all but the places that we know
 * of. PR_SET_DUMPABLE would do the same, but berth-manage top could then attach only as root.
 */
#ifndef BERTH_BASE_CORE_DUMP_H
#define BERTH_BASE_CORE_DUMP_H

/* Leaves the memory of this process, and of its children, out of core dumps: a core still has
   registers, signal and mapped files. */
void core_dump_leave_out_memory(void);

#endif
