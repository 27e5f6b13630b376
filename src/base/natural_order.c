/*
 * Compares two names piece by piece: digits as numbers, other characters one at a time.
 */
#include <config.h>

#include "base/natural_order.h"

#include <stdbool.h>
#include <string.h>

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static int fold(char character)
{
    unsigned char byte = (unsigned char)character;
    return byte >= 'A' && byte <= 'Z' ? byte + 'a' - 'A' : byte;
}

/* Compares the numbers at *left and *right, of any length, and moves both pointers behind them. */
static int numbers_compare(const char **left, const char **right)
{
    const char *a = *left + strspn(*left, "0"), *b = *right + strspn(*right, "0");
    size_t a_length = strspn(a, "0123456789"), b_length = strspn(b, "0123456789");
    *left = a + a_length;
    *right = b + b_length;
    if (a_length != b_length)
        return a_length < b_length ? -1 : 1;
    return strncmp(a, b, a_length);
}

int natural_compare(const char *left, const char *right)
{
    const char *a = left, *b = right;
    int order = 0;
    while (order == 0 && *a != '\0' && *b != '\0') {
        if (is_digit(*a) && is_digit(*b))
            order = numbers_compare(&a, &b);
        else
            order = fold(*a++) - fold(*b++);
    }
    if (order == 0)
        order = (*a != '\0') - (*b != '\0');
    return order != 0 ? order : strcmp(left, right);
}
