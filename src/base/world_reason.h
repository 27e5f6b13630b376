/*
 * The reasons why there is no kept world (world_reason.def).
 */
#ifndef BERTH_BASE_WORLD_REASON_H
#define BERTH_BASE_WORLD_REASON_H

enum world_reason {
#define REASON(name, label, text) WORLD_##name,
#include "base/world_reason.def"
#undef REASON
    WORLD_REASONS
};

/* Returns the label in metrics and health; "" for WORLD_KEPT. */
const char *world_reason_label(enum world_reason reason);

/* Returns the text for an operator; "" for WORLD_KEPT. */
const char *world_reason_text(enum world_reason reason);

#endif
