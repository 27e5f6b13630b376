/*
 * Lists a directory with scandir(3), which can sort but has no argument for the filter.
 */
#include <config.h>

#include "base/directory.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int name_compare(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int directory_list(const char *path, const char *ending, struct dirent ***entries)
{
    int kept = 0;
    int count = scandir(path, entries, is_visible, name_compare);
    for (int i = 0; i < count; i++) {
        if (text_ends_with((*entries)[i]->d_name, ending))
            (*entries)[kept++] = (*entries)[i];
        else
            free((*entries)[i]);
    }
    return count < 0 ? -1 : kept;
}
