/*
 * Runs a worker: waits for connections and signals, and answers one request after the other.
 */
#include <config.h>

#include "pool/worker.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <unistd.h>

#include "api/service.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "db/database_from_settings.h"
#include "http/fastcgi.h"

enum {
    LARGE = 16 << 20,  /* bytes: return the memory of a request that took more to the system */
    DRAIN_MOST = 1000, /* milliseconds that a stopping worker keeps answering what waits */
    PAUSE = 100,       /* milliseconds after a connection that could not be accepted */
};

struct worker {
    const struct settings *settings;
    struct slot *slot;
    struct service_shared *shared;
    struct policy_store *policies;
    int listen_descriptor;
    int signals; /* a signalfd */
    int waiting; /* an epoll of both */
    struct fastcgi *fastcgi;
    struct database *database;
    struct service *service;
    struct audit_log *audit_log; /* NULL: none */
    struct arena arena;
    struct buffer output;
    jmp_buf escape;
    bool refusing;        /* accepting has failed since the last request */
    unsigned escapes;     /* of this request: how often memory ran out */
    uint64_t drain_until; /* 0: not stopping */
    bool ending;
};

/* Ends what workers that were killed go on with in the database: nobody waits for an answer, and a
   claim that waits for a lock must not be committed long after its client was told 502. */
static void worker_end_left_sessions(struct worker *worker)
{
    struct scoreboard *scoreboard = worker->shared->scoreboard;
    database_begin_request(worker->database, &worker->arena);
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
        struct slot *slot = &scoreboard->slots[i];
        if (!atomic_load(&slot->session.open) ||
            (slot != worker->slot && atomic_load(&slot->pid) != 0))
            continue;
        const struct session_mark mark = slot->session.mark;
        if (slot == worker->slot || atomic_load(&slot->pid) == 0) /* still the dead one's mark */
            database_end_noted(worker->database, &slot->session, &mark);
    }
    database_note_sessions(worker->database, &worker->slot->session);
    arena_reset(&worker->arena);
}

/* Tells what to wait for: signals and connections. Returns false with errno set. */
static bool worker_watch(struct worker *worker)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGQUIT);
    sigaddset(&signals, SIGUSR1);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    worker->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    /* Exclusive: a connection wakes one worker, not all. */
    worker->waiting = epoll_create1(EPOLL_CLOEXEC);
    if (worker->signals < 0 || worker->waiting < 0)
        return false;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = worker->signals};
    if (epoll_ctl(worker->waiting, EPOLL_CTL_ADD, worker->signals, &event) != 0)
        return false;
    event = (struct epoll_event){.events = EPOLLIN | EPOLLEXCLUSIVE,
                                 .data.fd = worker->listen_descriptor};
    return epoll_ctl(worker->waiting, EPOLL_CTL_ADD, worker->listen_descriptor, &event) == 0;
}

static bool refuse(struct log_field reason)
{
    log_event(LOG_LEVEL_ERROR, "the worker cannot start", reason);
    return false;
}

/* Returns false if the worker cannot start; the reason is logged. */
static bool worker_open(struct worker *worker)
{
    struct error_line error;
    worker->fastcgi = fastcgi_new(worker->listen_descriptor);
    if (worker->fastcgi == NULL || !worker_watch(worker))
        return refuse(log_errno("reason", errno));
    worker->database = database_from_settings(worker->settings, &error);
    if (worker->database == NULL || !audit_log_open(worker->settings, &worker->audit_log, &error))
        return refuse(log_text("reason", error.text));
    worker->service = service_new(worker->settings, worker->database, worker->shared,
                                  worker->policies, worker->slot, worker->audit_log);
    arena_init(&worker->arena, (size_t)worker->settings->berth_request_memory);
    worker_end_left_sessions(worker);
    arena_set_escape(&worker->arena, &worker->escape);
    buffer_init(&worker->output, 0);
    return buffer_reserve(&worker->output, 1) || refuse(log_errno("reason", ENOMEM));
}

static void worker_close(struct worker *worker)
{
    service_free(worker->service);
    audit_log_close(worker->audit_log);
    database_free(worker->database);
    fastcgi_free(worker->fastcgi);
    arena_free(&worker->arena);
    buffer_free(&worker->output);
    close(worker->waiting);
    close(worker->signals);
}

static void worker_take_signals(struct worker *worker)
{
    struct signalfd_siginfo info;
    while (read(worker->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGUSR1) {
            log_reopen();
            audit_log_reopen(worker->audit_log);
        } else if (info.ssi_signo == SIGQUIT)
            worker->ending = true;
        else if (worker->drain_until == 0)
            worker->drain_until = clock_milliseconds() + DRAIN_MOST;
    }
}

/* Waits for a connection. Returns false if the worker should end. A connection that arrives
   together with the signal to end is served: it woke only this worker. */
static bool worker_wait(struct worker *worker)
{
    while (!worker->ending) {
        struct epoll_event events[2];
        bool draining = worker->drain_until != 0, connection = false;
        int ready = epoll_wait(worker->waiting, events, 2, draining ? 0 : -1);
        if (ready < 0 && errno != EINTR)
            return false;
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == worker->signals)
                worker_take_signals(worker);
            else if ((events[i].events & EPOLLIN) != 0)
                connection = true;
            else
                return false;
        }
        if (connection)
            return !draining || clock_milliseconds() < worker->drain_until;
        if (draining)
            return false;
    }
    return false;
}

static void worker_log(const struct worker *worker, const struct exchange *exchange,
                       const struct service_report *report, uint64_t microseconds)
{
    char version[8] = "", path[LOG_LINE_SIZE]; /* on the stack: there may be no other memory */
    snprintf(path, sizeof(path), "%s%s", exchange->prefix, exchange->path);
    if (exchange->version.major != 0)
        snprintf(version, sizeof(version), "%u.%u", exchange->version.major,
                 exchange->version.minor);
    log_request(&(struct log_request){
        .request_id = exchange->request_id,
        .global_request_id = exchange->global_request_id,
        .remote_address = exchange->remote_address,
        .method = exchange->method,
        .path = path,
        .query = text_filled_or(exchange->query, NULL),
        .traceparent = exchange->traceparent,
        .microversion = *version != '\0' ? version : NULL,
        .status = exchange->status,
        .bytes = exchange->content_type != NULL ? worker->output.length : 0,
        .milliseconds = (double)microseconds / 1000,
        .sql_statements = report->sql.statements,
        .sql_milliseconds = (double)report->sql.microseconds / 1000,
        .user_id = report->user_id,
        .project_id = report->project_id,
    });
}

static void worker_count(const struct worker *worker, const struct exchange *exchange,
                         const struct service_report *report, uint64_t microseconds)
{
    const struct database_statistics *sql = &report->sql;
    tally_request(scoreboard_route(worker->shared->scoreboard, worker->slot->request.route),
                  exchange->method, exchange->status, microseconds);
    tally_count(COUNTER_SQL_STATEMENTS, sql->statements);
    tally_count(COUNTER_SQL_MICROSECONDS, sql->microseconds);
    tally_count(COUNTER_SQL_CONNECTIONS, sql->connections);
    tally_count(COUNTER_SQL_ERRORS, sql->errors);
    tally_count(COUNTER_SQL_CONFLICTS, sql->conflicts);
    tally_count(COUNTER_TRANSACTION_RETRIES, sql->retries);
    tally_count(COUNTER_TRANSACTIONS_GIVEN_UP, sql->given_up);
    atomic_fetch_add(&worker->slot->requests, 1);
}

static void fill(struct worker *worker, struct exchange *exchange)
{
    *exchange = (struct exchange){
        .arena = &worker->arena,
        .output = &worker->output,
        .behind_proxy = worker->settings->oslo_middleware_enable_proxy_headers_parsing,
    };
    buffer_reset(&worker->output);
    arena_reset(&worker->arena);
    /* A handler may have changed the limits. */
    worker->output.limit = 0;
    worker->arena.limit = (size_t)worker->settings->berth_request_memory;
}

/* Receives and answers a request. If it takes more memory than it may or than there is, starts over
   without the body; if that is still too much, without any of it. */
static void worker_answer(struct worker *worker, struct exchange *exchange,
                          struct service_report *report)
{
    const struct settings *settings = worker->settings;
    worker->escapes = 0;
    if (setjmp(worker->escape) != 0)
        worker->escapes++;
    log_context_set(NULL); /* it was in the arena */
    bool starved = worker->arena.starved;
    fill(worker, exchange);
    *report = (struct service_report){0};
    if (worker->escapes == 0) {
        fastcgi_receive(worker->fastcgi, exchange, (size_t)settings->berth_max_body_size,
                        (size_t)settings->berth_max_query_length);
        slot_set_request(worker->slot, exchange->request_id);
        service_answer(worker->service, exchange, report);
    } else if (worker->escapes == 1) {
        fastcgi_receive(worker->fastcgi, exchange, 0, 0);
        service_escaped(worker->service, exchange, starved, report);
    } else {
        service_starved(worker->service, exchange, report);
    }
}

/* Returns the memory of a large request to the system: the next one may be a long way off, and
   every worker would keep its own. */
static void worker_give_back(struct worker *worker)
{
    bool large = worker->arena.taken + worker->output.capacity > LARGE;
    arena_reset(&worker->arena);
    buffer_reset(&worker->output);
    if (large)
        malloc_trim(0);
}

/* Pauses if a connection could not be accepted, because there are no more descriptors or no memory:
   it still waits, and would wake the worker at once. */
static void worker_note_refusal(struct worker *worker, int error)
{
    struct pollfd signals = {.fd = worker->signals, .events = POLLIN};
    if (error == EAGAIN || error == EINTR)
        return;
    if (!worker->refusing)
        log_event(LOG_LEVEL_ERROR, "no connection can be accepted", log_errno("reason", error));
    worker->refusing = true;
    poll(&signals, 1, PAUSE);
}

static void worker_serve(struct worker *worker)
{
    struct exchange exchange;
    struct service_report report = {0};
    slot_enter(worker->slot, WORKER_BUSY);
    int error = fastcgi_accept(worker->fastcgi) ? 0 : errno;
    if (error == 0) {
        worker->refusing = false;
        uint64_t begun = clock_microseconds();
        worker_answer(worker, &exchange, &report);
        fastcgi_send(worker->fastcgi, &exchange);
        uint64_t microseconds = clock_microseconds() - begun;
        worker_log(worker, &exchange, &report, microseconds);
        worker_count(worker, &exchange, &report, microseconds);
        log_context_set(NULL);
        fastcgi_finish(worker->fastcgi); /* frees the parameters: log and count first */
        worker_give_back(worker);
    }
    slot_enter(worker->slot, WORKER_IDLE);
    if (error != 0)
        worker_note_refusal(worker, error);
}

int worker_run(const struct settings *settings, int listen_descriptor,
               struct service_shared *shared, struct policy_store *policies, struct slot *slot)
{
    /* static because setjmp() leaves variables in registers undefined */
    static struct worker worker;
    tally_use(scoreboard_tally(shared->scoreboard, slot));
    worker = (struct worker){.settings = settings,
                             .slot = slot,
                             .shared = shared,
                             .policies = policies,
                             .listen_descriptor = listen_descriptor};
    if (!worker_open(&worker))
        return EX_OSERR;
    slot_enter(slot, WORKER_IDLE);
    uint64_t most = (uint64_t)settings->berth_max_requests;
    while ((most == 0 || atomic_load(&slot->requests) < most) && worker_wait(&worker))
        worker_serve(&worker);
    slot_enter(slot, WORKER_ENDING);
    worker_close(&worker);
    return 0;
}
