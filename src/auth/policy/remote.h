/*
 * Asks a server whether a rule lets the caller pass: oslo.policy's "http:" and "https:" checks
 * (oslo_policy/_external.py).
 *
 * Berth sends a POST with the rule, the target and the credentials, as a form of JSON texts or as
 * one JSON object. The answer True, which may be in quotes, lets the caller pass; any other does
 * not, whatever the status. The check stays undecided if the server does not answer in time or a
 * certificate cannot be read.
 */
#ifndef BERTH_AUTH_POLICY_REMOTE_H
#define BERTH_AUTH_POLICY_REMOTE_H

#include "auth/policy/question.h"
#include "settings/settings.h"

/* The options [oslo_policy] remote_*. Texts belong to the settings. */
struct policy_remote {
    bool sends_json; /* or else a form */
    bool verify;     /* the server's certificate */
    const char *ca_file;
    const char *certificate_file; /* of the client */
    const char *key_file;
    long milliseconds; /* for the whole request */
};

/* Returns these options of the settings. */
struct policy_remote policy_remote_settings(const struct settings *settings);

/* Asks the server at url. Returns POLICY_BROKEN with question->problem set if it does not answer.
   Allocates from the question's arena. */
enum policy_verdict policy_remote_ask(const struct policy_remote *remote, const char *url,
                                      struct policy_question *question);

#endif
