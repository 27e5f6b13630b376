/*
 * Parses booleans, numbers and lists.
 */
#include <config.h>

#include "settings/option_value.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NUMBER_SIZE = 64 };

static const char blanks[] = " \t\n\v\f\r";

bool option_is_blank(const char *text)
{
    return text[strspn(text, blanks)] == '\0';
}

bool option_parse_boolean(const char *text, bool *value)
{
    static const char *const words[][2] = {
        {"false", "true"}, {"0", "1"}, {"off", "on"}, {"no", "yes"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        for (int truth = 0; truth < 2; truth++) {
            if (strcasecmp(text, words[i][truth]) == 0) {
                *value = truth != 0;
                return true;
            }
        }
    }
    return false;
}

/* Copies a number without the blanks around it and the "_" between digits. Returns false if there
   is anything else between blanks, or it is too long. */
static bool clean_number(const char *text, char number[NUMBER_SIZE])
{
    size_t used = 0;
    text += strspn(text, blanks);
    for (; *text != '\0' && strchr(blanks, *text) == NULL; text++) {
        if (*text == '_') {
            bool between = used > 0 && isdigit((unsigned char)number[used - 1]) &&
                           text[-1] != '_' && isdigit((unsigned char)text[1]);
            if (!between)
                return false;
            continue;
        }
        if (used + 1 >= NUMBER_SIZE)
            return false;
        number[used++] = *text;
    }
    number[used] = '\0';
    return used > 0 && option_is_blank(text);
}

bool option_parse_integer(const char *text, long *value)
{
    char number[NUMBER_SIZE], *end;
    if (!clean_number(text, number))
        return false;
    errno = 0;
    *value = strtol(number, &end, 10);
    return *end == '\0' && errno == 0;
}

bool option_parse_real(const char *text, double *value)
{
    char number[NUMBER_SIZE], *end;
    if (!clean_number(text, number) || strpbrk(number, "xX(") != NULL)
        return false;
    *value = strtod(number, &end);
    return *end == '\0';
}

struct text_list option_parse_list(struct arena *arena, const char *text)
{
    text += strspn(text, blanks);
    size_t length = strlen(text), count = 1;
    while (length > 0 && strchr(blanks, text[length - 1]) != NULL)
        length--;
    while (length > 0 && text[length - 1] == ',')
        length--;
    if (length == 0)
        return (struct text_list){0};
    for (size_t i = 0; i < length; i++)
        count += text[i] == ',';
    const char **items = arena_array(arena, count, sizeof(*items));
    const char *end = text + length;
    for (size_t i = 0; i < count; i++) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        const char *item_end = comma != NULL ? comma : end;
        const char *next = item_end + 1;
        while (text < item_end && strchr(blanks, *text) != NULL)
            text++;
        while (item_end > text && strchr(blanks, item_end[-1]) != NULL)
            item_end--;
        items[i] = arena_strndup(arena, text, (size_t)(item_end - text));
        text = next;
    }
    return (struct text_list){.items = items, .count = count};
}

bool option_is_choice(const char *choices, const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        size_t choice = strcspn(choices, ",");
        if (choice == length && memcmp(choices, text, length) == 0)
            return true;
        if (choices[choice] == '\0')
            return false;
        choices += choice + strspn(choices + choice, ", ");
    }
    return false;
}
