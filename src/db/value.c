/*
 * Numbers of single precision.
 */
#include <config.h>

#include "db/value.h"

#include <stdio.h>
#include <stdlib.h>

double row_float(const struct rows *rows, size_t row, unsigned column)
{
    char text[40];
    snprintf(text, sizeof(text), "%.6g", row_real(rows, row, column));
    return strtod(text, NULL);
}
