/*
 * The labels and texts of reasons.
 */
#include <config.h>

#include "base/world_reason.h"

const char *world_reason_label(enum world_reason reason)
{
    static const char *const labels[] = {
#define REASON(name, label, text) label,
#include "base/world_reason.def"
#undef REASON
    };
    return labels[reason];
}

const char *world_reason_text(enum world_reason reason)
{
    static const char *const texts[] = {
#define REASON(name, label, text) text,
#include "base/world_reason.def"
#undef REASON
    };
    return texts[reason];
}
