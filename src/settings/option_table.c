/*
 * Makes the table of options from settings/options.def.
 */
#include <config.h>

#include "base/log_template.h"
#include "settings/option.h"
#include "settings/settings.h"

#define GROUP_default            "DEFAULT"
#define GROUP_api                "api"
#define GROUP_placement          "placement"
#define GROUP_placement_database "placement_database"
#define GROUP_workarounds        "workarounds"
#define GROUP_oslo_policy        "oslo_policy"
#define GROUP_cors               "cors"
#define GROUP_oslo_middleware    "oslo_middleware"
#define GROUP_healthcheck        "healthcheck"
#define GROUP_keystone_authtoken "keystone_authtoken"
#define GROUP_berth              "berth"

/* clang-format off */
#define RANGE(from, to)    .minimum = (from), .maximum = (to),
#define CHOICES(text)      .choices = (text),
#define ANY_CASE           .any_case = true,
#define REQUIRED           .required = true,
#define SECRET             .secret = true,
#define FORMERLY(old, its) .old_names = {{.group = (old), .name = (its)}},
#define FORMERLY_EITHER(old, its, other) \
    .old_names = {{.group = (old), .name = (its)}, {.group = (old), .name = (other)}},
#define SECTION(option)    .section = (option),
#define OPTION(group_, name_, type_, default_, constraint, help_) \
    {.group = GROUP_##group_, .name = #name_, .type = OPTION_##type_, \
     .offset = offsetof(struct settings, group_##_##name_), .default_text = (default_), \
     constraint .help = (help_)},
/* clang-format on */

const struct config_option config_options[] = {
#include "settings/options.def"
};

const size_t option_count = sizeof(config_options) / sizeof(config_options[0]);
