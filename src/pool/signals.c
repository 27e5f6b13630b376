/*
 * Receives signals and calls what they ask for.
 */
#include <config.h>

#include "pool/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "pool/children.h"
#include "pool/reload.h"
#include "pool/shutdown.h"
#include "pool/takeover.h"

bool signals_open(struct master *master)
{
    static const int taken[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT, SIGCHLD};
    sigset_t signals;
    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        sigaddset(&signals, taken[i]);
    sigprocmask(SIG_BLOCK, &signals, &master->old_mask);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        sigdelset(&master->old_mask, taken[i]);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a log that may not grow must end nobody, as a full disk does not */
    sigdelset(&signals, SIGQUIT);
    master->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return master->signals >= 0;
}

void signals_take(struct master *master)
{
    struct signalfd_siginfo info;
    while (read(master->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        switch (info.ssi_signo) {
        case SIGTERM:
        case SIGINT:
            shutdown_begin(master);
            break;
        case SIGHUP:
            if (master->stop_at == 0)
                reload_configuration(master);
            break;
        case SIGUSR1:
            log_reopen();
            children_reopen_logs(master);
            break;
        case SIGUSR2:
            if (master->stop_at == 0)
                takeover_try(master);
            break;
        default:
            children_reap(master);
            break;
        }
    }
}
