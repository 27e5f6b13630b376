/*
 * The order that people expect of names with numbers in them: numa2 before numa10.
 */
#ifndef BERTH_BASE_NATURAL_ORDER_H
#define BERTH_BASE_NATURAL_ORDER_H

/* Compares as strcmp() does: runs of digits by their value, letters of ASCII whatever their case,
   all else by its bytes. Texts that differ only in case or leading zeros are told apart at last. */
int natural_compare(const char *left, const char *right);

#endif
