/*
 * What an inventory is made of.
 */
#ifndef BERTH_PLACEMENT_INVENTORY_RECORD_H
#define BERTH_PLACEMENT_INVENTORY_RECORD_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct inventory {
    const char *class_name;
    int64_t total, reserved, min_unit, max_unit, step_size;
    double allocation_ratio;
    time_t modified; /* 0: unknown, not from the database */
};

struct inventories {
    struct inventory *list;
    size_t count;
};

#endif
