/*
 * The contents of directories.
 */
#ifndef BERTH_BASE_DIRECTORY_H
#define BERTH_BASE_DIRECTORY_H

#include <dirent.h>

/* Lists the entries whose names end with ending and do not begin with a dot, in the order of their
   names by bytes, whatever the locale. Returns how many there are, or -1 with errno set. The caller
   frees each entry and the list, as after scandir(3). */
int directory_list(const char *path, const char *ending, struct dirent ***entries);

#endif
