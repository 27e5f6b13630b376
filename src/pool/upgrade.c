/*
 * Tries a new program, and executes it.
 */
#include <config.h>

#include "pool/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "watch/scoreboard.h"

enum {
    PATIENCE = 30000,     /* milliseconds of a trial: a busy machine needs some seconds */
    COMPLAINT_SIZE = 512, /* bytes to log of its standard error */
    PARTS_MOST = 1024,    /* reads of its standard error, which a process that it left may fill */
};

/* Returns the absolute path with which this program was executed. /proc/self/exe would be the file
   behind a symbolic link, and "(deleted)" once another file has its name. */
static char *program_path(const char *name)
{
    char *path = NULL;
    const char *started = (const char *)getauxval(AT_EXECFN);
    if (started == NULL)
        started = name;
    if (*started == '/')
        return strdup(started);
    char *directory = getcwd(NULL, 0);
    if (directory != NULL && asprintf(&path, "%s/%s", directory, started) < 0)
        path = NULL;
    free(directory);
    return path;
}

bool upgrade_init(struct upgrade *upgrade, char **arguments)
{
    *upgrade = (struct upgrade){
        .path = program_path(arguments[0]), .arguments = arguments, .complaints = -1};
    return upgrade->path != NULL;
}

void upgrade_free(struct upgrade *upgrade)
{
    free(upgrade->path);
    *upgrade = (struct upgrade){.complaints = -1};
}

static void refuse(const struct upgrade *upgrade, struct log_field reason)
{
    tally_count(COUNTER_UPGRADES_FAILED, 1);
    log_event(LOG_LEVEL_ERROR, "no upgrade, going on with the program that runs",
              log_path("program", upgrade->path), reason);
}

/* In the child: becomes the new program, with --check-config before the arguments of this one. */
static void run_trial(const struct upgrade *upgrade, const struct handover *handover, int errors,
                      const sigset_t *mask)
{
    size_t count = 0;
    while (upgrade->arguments[count] != NULL)
        count++;
    char check[] = "--check-config";
    char **arguments = calloc(count + 2, sizeof(*arguments));
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (arguments == NULL || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
        dup2(errors, 2) < 0 || !handover_give(handover, getppid()) ||
        fcntl(handover->descriptor, F_SETFD, 0) != 0)
        _exit(126);
    arguments[0] = upgrade->arguments[0];
    arguments[1] = check;
    for (size_t i = 1; i < count; i++)
        arguments[i + 1] = upgrade->arguments[i];
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    execv(upgrade->path, arguments);
    dprintf(2, "%s\n", strerror(errno));
    _exit(126);
}

void upgrade_try(struct upgrade *upgrade, const struct handover *handover, const sigset_t *mask)
{
    int ends[2];
    if (upgrade->trial != 0)
        return;
    upgrade->passed = upgrade->cancelled = false;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        refuse(upgrade, log_errno("reason", errno));
        return;
    }
    upgrade->trial = fork();
    if (upgrade->trial == 0)
        run_trial(upgrade, handover, ends[1], mask);
    if (upgrade->trial < 0) {
        refuse(upgrade, log_errno("reason", errno));
        upgrade->trial = 0;
        close(ends[0]);
    } else {
        log_event(LOG_LEVEL_INFO, "upgrade: trying the new program",
                  log_path("program", upgrade->path));
        upgrade->complaints = ends[0];
        upgrade->give_up = clock_milliseconds() + PATIENCE;
    }
    close(ends[1]);
}

void upgrade_watch(struct upgrade *upgrade)
{
    if (upgrade->trial != 0 && clock_milliseconds() >= upgrade->give_up)
        kill(upgrade->trial, SIGKILL);
}

/* Reads the last line that is not empty: warnings may come before the reason. */
static void read_complaint(int descriptor, char text[COMPLAINT_SIZE])
{
    char part[1024];
    size_t used = 0;
    bool ended = false;
    ssize_t length;
    for (int parts = 0; parts < PARTS_MOST; parts++) {
        if ((length = read(descriptor, part, sizeof(part))) <= 0)
            break;
        for (ssize_t i = 0; i < length; i++) {
            used = ended && part[i] != '\n' ? 0 : used;
            ended = part[i] == '\n';
            if (!ended && used + 1 < COMPLAINT_SIZE)
                text[used++] = part[i];
        }
    }
    text[used] = '\0';
}

void upgrade_judge(struct upgrade *upgrade, int status)
{
    char text[COMPLAINT_SIZE];
    read_complaint(upgrade->complaints, text);
    upgrade->passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (upgrade->cancelled)
        upgrade->passed = false;
    else if (upgrade->passed)
        log_event(LOG_LEVEL_DEBUG, "upgrade: the new program is good");
    else if (*text != '\0')
        refuse(upgrade, log_text("reason", text));
    else if (WIFEXITED(status))
        refuse(upgrade, log_integer("exit_status", WEXITSTATUS(status)));
    else if (clock_milliseconds() >= upgrade->give_up)
        refuse(upgrade, log_text("reason", "it did not say in time whether it is good"));
    else
        refuse(upgrade, log_integer("signal", WTERMSIG(status)));
    close(upgrade->complaints);
    upgrade->complaints = -1;
    upgrade->trial = 0;
}

void upgrade_cancel(struct upgrade *upgrade)
{
    if (upgrade->trial == 0)
        return;
    upgrade->cancelled = true;
    kill(upgrade->trial, SIGKILL);
}

void upgrade_carry_out(struct upgrade *upgrade, const struct handover *handover)
{
    upgrade->passed = false;
    int reason = ENOMEM;
    if (handover_give(handover, getpid()) && fcntl(handover->descriptor, F_SETFD, 0) == 0) {
        execv(upgrade->path, upgrade->arguments);
        reason = errno;
    }
    fcntl(handover->descriptor, F_SETFD, FD_CLOEXEC);
    handover_withdraw();
    refuse(upgrade, log_errno("reason", reason));
}
