/*
 * The order that people expect of names with numbers in them: numa2 before numa10.
 */
#ifndef BERTH_BASE_NATURAL_ORDER_H
#define BERTH_BASE_NATURAL_ORDER_H

/* Compares as strcmp() does, but runs of digits by their value (of any length) and ASCII letters
   without case. Texts that differ only in case or leading zeros are not equal: strcmp() decides. */
int natural_compare(const char *left, const char *right);

#endif
