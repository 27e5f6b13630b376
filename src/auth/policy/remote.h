/*
 * Asking a server whether a rule lets somebody pass: oslo.policy's "http:" and "https:" checks
 * (oslo_policy/_external.py).
 *
 * The server gets a POST of the rule that was asked for, the target and the credentials, as a form
 * of JSON texts or as one JSON object, and answers with the word True, which may be in quotes.
 * Anything else is a no, whatever the status. A server that does not answer in time, or a
 * certificate that cannot be read, leaves the check undecided.
 */
#ifndef BERTH_AUTH_POLICY_REMOTE_H
#define BERTH_AUTH_POLICY_REMOTE_H

#include "auth/policy/question.h"
#include "settings/settings.h"

/* [oslo_policy] remote_*. The text is that of the settings. */
struct policy_remote {
    bool sends_json; /* or else a form */
    bool verify;     /* the server's certificate */
    const char *ca_file;
    const char *certificate_file; /* of the client */
    const char *key_file;
    long milliseconds; /* that an answer may take, all in all */
};

struct policy_remote policy_remote_settings(const struct settings *settings);

/* Asks. What is sent is taken from the question, and its arena. */
enum policy_verdict policy_remote_ask(const struct policy_remote *remote, const char *url,
                                      struct policy_question *question);

#endif
