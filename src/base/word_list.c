/* See word_list.h. */
#include "base/word_list.h"

#include <string.h>

enum { ROOM_FIRST = 256 };

static void add_bytes(struct word_list *list, struct arena *arena, const char *bytes, size_t length)
{
    if (list->text == NULL || list->room - list->length <= length) {
        size_t room = (list->room + length) * 2 + ROOM_FIRST;
        char *text = arena_alloc(arena, room);
        if (list->text != NULL)
            memcpy(text, list->text, list->length);
        list->text = text;
        list->room = room;
    }
    memcpy(list->text + list->length, bytes, length);
    list->length += length;
    list->text[list->length] = '\0';
}

void word_list_add(struct word_list *list, struct arena *arena, const char *word)
{
    if (list->text != NULL)
        add_bytes(list, arena, ", ", 2);
    add_bytes(list, arena, word, strlen(word));
}
