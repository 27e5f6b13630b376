/*
 * The request that a process is serving, for the log.
 */
#ifndef BERTH_BASE_LOG_CONTEXT_H
#define BERTH_BASE_LOG_CONTEXT_H

/* Texts are valid while this is the context of the log; NULL: there is none. */
struct log_context {
    const char *request_id;
    const char *global_request_id;
    const char *user_id;
    const char *user_domain_id;
    const char *project_id;
    const char *project_domain_id;
    const char *domain_id;
    const char *system_scope;
};

#endif
