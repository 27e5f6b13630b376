/*
 * An inventory in the JSON of a request and of an answer.
 */
#ifndef BERTH_API_INVENTORY_JSON_H
#define BERTH_API_INVENTORY_JSON_H

#include <jansson.h>

#include "base/json_writer.h"
#include "placement/inventory.h"

/* Reads an object that a schema has allowed. Missing fields get upstream's defaults. Does not copy
   class_name. */
struct inventory inventory_read(json_t *data, const char *class_name);

/* Writes the fields into the open object. */
void inventory_write(struct json_writer *writer, const struct inventory *inventory);

#endif
