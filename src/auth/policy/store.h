/*
 * Finds the policy files, and keeps the rules in force up to date when they change.
 *
 * [oslo_policy] policy_file and each of policy_dirs are looked for where oslo.config's find_file()
 * looks. In a directory, all files whose names do not begin with a dot are read, in the order of
 * their names. All may be missing. As in oslo.policy, changed files take effect without a reload:
 * policy_store_refresh() looks for changes, at most once a second.
 *
 * The master has a store, which finds mistakes at the start and logs later changes. Workers inherit
 * a copy when they are forked, with the rules in force then, and refresh it themselves.
 */
#ifndef BERTH_AUTH_POLICY_STORE_H
#define BERTH_AUTH_POLICY_STORE_H

#include "auth/policy/policy.h"

struct policy_store;

/* Reads the policy files. Returns NULL and sets error when there is a mistake in them. The settings
   must outlive the store. */
struct policy_store *policy_store_new(const struct settings *settings, struct error_line *error);
void policy_store_free(struct policy_store *store);

/* Logs oddities of the files that are no mistakes: rules that are not understood, which may let the
   wrong callers pass or nobody; a policy.json that is not read, since policy_file names another
   file. */
void policy_store_report(const struct policy_store *store);

/* Whether changes, and mistakes in them, once each, are logged. */
enum policy_store_voice { POLICY_STORE_LOGS, POLICY_STORE_SILENT };

/* Reads the files again if they have changed. If there is a mistake in them, the old rules stay in
   force. */
void policy_store_refresh(struct policy_store *store, enum policy_store_voice voice);

/* Returns the rules in force; valid until the next refresh. */
const struct policy *policy_store_policy(const struct policy_store *store);

#endif
