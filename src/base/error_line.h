/*
 * One line that tells the operator what is wrong.
 *
 * For code that runs before the log is open, or that lets its caller decide how to report: the
 * configuration, the policy files, the listening socket. The line names file and line where they
 * are known. It never shows the value of an option, which may be a secret.
 */
#ifndef BERTH_BASE_ERROR_LINE_H
#define BERTH_BASE_ERROR_LINE_H

struct error_line {
    char text[512];
};

/* Writes the line. Cuts it off where it does not fit, and escapes hidden characters (base/utf8.h).
 */
void error_line_set(struct error_line *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
