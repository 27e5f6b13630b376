/*
 * Words in a list for a person, "A, B, C", however many they are: the text grows by doubling.
 */
#ifndef BERTH_BASE_WORD_LIST_H
#define BERTH_BASE_WORD_LIST_H

#include "base/arena.h"

/* Begin with {0}. */
struct word_list {
    char *text; /* in the arena; NULL as long as there is no word */
    size_t length;
    size_t room;
};

void word_list_add(struct word_list *list, struct arena *arena, const char *word);

#endif
