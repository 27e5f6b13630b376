/*
 * The policy files of the operator: rules that are not upstream's defaults.
 *
 * This version knows the default rules only. Where an operator has made other ones, going on with the
 * defaults might let somebody in whom the operator keeps out: so the service must not start.
 */
#ifndef BERTH_AUTH_POLICY_FILE_H
#define BERTH_AUTH_POLICY_FILE_H

#include "base/settings.h"

/* Whether [oslo_policy] policy_file and policy_dirs have no rules: the files are not there, or have
   comments only. A relative path is looked for beside the configuration files and in /etc/placement.
   Gives false and an error that names the file. */
bool policy_files_have_no_rules(const struct settings *settings, struct config_error *error);

#endif
