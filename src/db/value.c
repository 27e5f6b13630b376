/*
 * Converts numbers of single precision.
 */
#include <config.h>

#include "db/value.h"

#include <stdio.h>
#include <stdlib.h>

double float_meaning(double real)
{
    char text[40];
    snprintf(text, sizeof(text), "%.6g", real);
    return strtod(text, NULL);
}

double row_float(const struct rows *rows, size_t row, unsigned column)
{
    return float_meaning(row_value(rows, row, column)->real);
}
