/*
 * The option files of MariaDB and MySQL, such as /etc/my.cnf, as PyMySQL reads them
 * (pymysql/optionfile.py, which is Python's RawConfigParser):
 *   [group]            its case counts
 *   name = value       or "name: value", or a name alone; the case of the name does not count;
 *                      blanks around both are dropped, and one pair of quotes around the value
 *   # comment          or "; comment", only at the beginning of a line
 * A line that is indented deeper than a name continues its value. Directives ("!includedir") are
 * not followed.
 *
 * Two differences: where PyMySQL refuses a group or name that is there twice, the last value
 * counts, as for MariaDB; and "_" in a name is "-", as for MariaDB.
 */
#ifndef BERTH_SETTINGS_OPTION_FILE_H
#define BERTH_SETTINGS_OPTION_FILE_H

#include <stdbool.h>

/* Called for each option of the group; value is NULL for a name alone. A later call for the same
   name overrides an earlier one. The text is valid during the call only. */
typedef void (*option_file_visitor)(void *subject, const char *name, const char *value);

/* Reads the options of a group. Returns false with errno set if the file cannot be read; EBADMSG if
   there is something before the first group. */
bool option_file_read(const char *path, const char *group, option_file_visitor visitor,
                      void *subject);

#endif
