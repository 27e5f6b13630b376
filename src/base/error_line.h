/*
 * One line that says what is wrong, fit to be shown to the operator.
 *
 * Used by what runs before the log is open or beside it: the configuration, the policy files, the
 * listening socket. The line names file and line where they are known, and never a value.
 */
#ifndef BERTH_BASE_ERROR_LINE_H
#define BERTH_BASE_ERROR_LINE_H

struct error_line {
    char text[512];
};

/* Writes the line, cut off where it does not fit; control characters become question marks. */
void error_line_set(struct error_line *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
