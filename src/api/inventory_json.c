/*
 * Reads and writes the fields of an inventory.
 */
#include <config.h>

#include "api/inventory_json.h"

#include <string.h>

#include "api/body/body.h"

enum { MOST = 2147483647 };

/* The fields of an inventory, in the order in which they are shown. */
static const struct {
    const char *name;
    size_t offset;
    int64_t otherwise;
} fields[] = {
    {"total", offsetof(struct inventory, total), 0},
    {"reserved", offsetof(struct inventory, reserved), 0},
    {"min_unit", offsetof(struct inventory, min_unit), 1},
    {"max_unit", offsetof(struct inventory, max_unit), MOST},
    {"step_size", offsetof(struct inventory, step_size), 1},
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

void inventory_write(struct json_writer *writer, const struct inventory *inventory)
{
    for (size_t i = 0; i < FIELDS; i++) {
        int64_t value;
        memcpy(&value, (const char *)inventory + fields[i].offset, sizeof(value));
        writer_member_integer(writer, fields[i].name, value);
    }
    writer_member_real(writer, "allocation_ratio", inventory->allocation_ratio);
}

struct inventory inventory_read(json_t *data, const char *class_name)
{
    struct inventory inventory = {.class_name = class_name, .allocation_ratio = 1.0};
    for (size_t i = 0; i < FIELDS; i++) {
        json_t *field = json_object_get(data, fields[i].name);
        int64_t value = field != NULL ? body_integer(field) : fields[i].otherwise;
        memcpy((char *)&inventory + fields[i].offset, &value, sizeof(value));
    }
    json_t *ratio = json_object_get(data, "allocation_ratio");
    if (ratio != NULL)
        inventory.allocation_ratio = body_real(ratio);
    return inventory;
}
