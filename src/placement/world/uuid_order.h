/*
 * Finds rows by a text in them that no two rows share: the places of the rows in the order of the
 * texts. It is made when something is looked for, and holds until a row comes in between or goes.
 */
#ifndef BERTH_PLACEMENT_WORLD_UUID_ORDER_H
#define BERTH_PLACEMENT_WORLD_UUID_ORDER_H

#include "placement/world/keyed.h"

struct uuid_order {
    size_t offset; /* of the text in a row, set by the owner */
    uint32_t *places;
    size_t count, room;
    bool made;
};

/* Finds a row by its exact text, and sets *place. Returns false if there is none, or no memory to
   look. */
bool uuid_order_find(struct uuid_order *order, const struct keyed *rows, const char *text,
                     size_t *place);

/* The last of the rows is new. */
void uuid_order_append(struct uuid_order *order, const struct keyed *rows);

/* Rows have changed in another way. */
void uuid_order_forget(struct uuid_order *order);

/* Frees the places, which are on the heap. The order is then not made. */
void uuid_order_free(struct uuid_order *order);

#endif
