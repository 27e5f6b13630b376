/*
 * Where the policy files are, and the rules in force while they change.
 *
 * [oslo_policy] policy_file is looked for where oslo.config's find_file() looks, and each of
 * policy_dirs too; of a directory all files are read that do not begin with a dot, in the order of
 * their names and whatever they end with. None of them has to be there. As in oslo.policy, a
 * changed file counts without anybody saying so: policy_store_refresh() looks for changes, once a
 * second at most.
 *
 * The master has a store, which finds mistakes at the start and logs what changes later; workers
 * inherit it when they are forked, with the rules that are in force then, and go on with it by
 * themselves.
 */
#ifndef BERTH_AUTH_POLICY_STORE_H
#define BERTH_AUTH_POLICY_STORE_H

#include "auth/policy/policy.h"

struct policy_store;

/* Reads the policy files. Gives NULL and an error when there is a mistake in them. The settings
   must outlive the store. */
struct policy_store *policy_store_new(const struct settings *settings, struct error_line *error);
void policy_store_free(struct policy_store *store);

/* Logs what is odd about the files but no mistake: rules that are not understood, which let nobody
   pass or not those who were meant; a policy.json that is not read, since policy_file names
   another. */
void policy_store_report(const struct policy_store *store);

/* Whether it is told of changes (and mistakes in them, once each) in the log. */
enum policy_store_voice { POLICY_STORE_LOGS, POLICY_STORE_SILENT };

/* Reads the files again if they have changed since. If there is a mistake in them, the rules of
   before stay in force. */
void policy_store_refresh(struct policy_store *store, enum policy_store_voice voice);

/* The rules in force, until the next refresh. */
const struct policy *policy_store_policy(const struct policy_store *store);

#endif
