/*
 * Sorts the rows themselves by pointers, and keeps their places.
 */
#include <config.h>

#include "placement/world/uuid_order.h"

#include <stdlib.h>
#include <string.h>

#include "base/sorted.h"

static bool make_room(struct uuid_order *order, size_t count)
{
    size_t room = count + count / 4 + 16;
    if (count <= order->room)
        return true;
    uint32_t *places = reallocarray(order->places, room, sizeof(*places));
    if (places == NULL)
        return false;
    order->places = places;
    order->room = room;
    return true;
}

static bool make(struct uuid_order *order, const struct keyed *rows)
{
    const char **texts = reallocarray(NULL, rows->count, sizeof(*texts));
    if (texts == NULL || !make_room(order, rows->count)) {
        free(texts);
        return false;
    }
    for (size_t i = 0; i < rows->count; i++)
        texts[i] = (const char *)keyed_at(rows, i) + order->offset;
    sort(texts, rows->count, sizeof(*texts), text_compare);
    for (size_t i = 0; i < rows->count; i++)
        order->places[i] = (uint32_t)((size_t)(texts[i] - rows->rows) / rows->size);
    free(texts);
    order->count = rows->count;
    return true;
}

struct searched {
    const struct uuid_order *order;
    const struct keyed *rows;
};

static const char *text_at(const struct searched *searched, size_t index)
{
    return (const char *)keyed_at(searched->rows, searched->order->places[index]) +
           searched->order->offset;
}

static bool text_before(const void *searched, size_t index, const void *text)
{
    return strcmp(text_at(searched, index), text) < 0;
}

bool uuid_order_find(struct uuid_order *order, const struct keyed *rows, const char *text,
                     size_t *place)
{
    const struct searched searched = {order, rows};
    if (rows->count == 0 || (!order->made && !make(order, rows)))
        return false;
    order->made = true;
    size_t found = lower_bound(&searched, order->count, text, text_before);
    if (found == order->count || strcmp(text_at(&searched, found), text) != 0)
        return false;
    *place = order->places[found];
    return true;
}

void uuid_order_append(struct uuid_order *order, const struct keyed *rows)
{
    const struct searched searched = {order, rows};
    if (!order->made)
        return;
    if (!make_room(order, order->count + 1)) {
        order->made = false;
        return;
    }
    size_t last = rows->count - 1;
    size_t at = lower_bound(&searched, order->count,
                            (const char *)keyed_at(rows, last) + order->offset, text_before);
    memmove(order->places + at + 1, order->places + at,
            (order->count - at) * sizeof(*order->places));
    order->places[at] = (uint32_t)last;
    order->count++;
}

void uuid_order_forget(struct uuid_order *order)
{
    order->made = false;
}

void uuid_order_free(struct uuid_order *order)
{
    free(order->places);
    *order = (struct uuid_order){.offset = order->offset};
}
