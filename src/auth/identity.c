/*
 * Reads lists of roles.
 */
#include <config.h>

#include "auth/identity.h"

#include <string.h>

struct role_list role_list_read(struct arena *arena, const char *text)
{
    struct role_list roles = {0};
    size_t room = 1;
    for (const char *c = text; *c != '\0'; c++)
        room += *c == ',';
    const char **names = arena_array(arena, room, sizeof(*names));
    for (;;) {
        size_t length = strcspn(text, ",");
        const char *start = text, *end = text + length;
        while (start < end && *start == ' ')
            start++;
        while (end > start && end[-1] == ' ')
            end--;
        if (end > start)
            names[roles.count++] = arena_strndup(arena, start, (size_t)(end - start));
        if (text[length] == '\0')
            break;
        text += length + 1;
    }
    roles.names = names;
    return roles;
}
