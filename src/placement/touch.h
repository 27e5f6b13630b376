/*
 * SQL for transactions that must not commit beside each other, though they need not change a common
 * row.
 *
 * Row locks do not cross the nodes of a Galera cluster. Certification refuses one of two
 * transactions if both change the same row, and a row changes only if a value does: an updated_at
 * that stays in the same second is no change.
 */
#ifndef BERTH_PLACEMENT_TOUCH_H
#define BERTH_PLACEMENT_TOUCH_H

/* For SET: sets updated_at to a value that it does not have yet, at most a second old. */
#define TOUCHED                                                                                    \
    "updated_at = IF(updated_at <=> UTC_TIMESTAMP(), UTC_TIMESTAMP() - INTERVAL 1 SECOND, "        \
    "UTC_TIMESTAMP())"

#endif
