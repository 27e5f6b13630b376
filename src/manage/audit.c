/*
 * berth-manage audit: finds rows that contradict each other, and repairs them with --fix. Exit
 * status: 0 nothing is wrong (any more), 1 something is wrong, 2 the audit failed.
 */
#include <config.h>

#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/schema_version.h"
#include "manage/audit_report.h"
#include "manage/command.h"
#include "manage/progress.h"
#include "settings/option_value.h"

enum {
    FAILED = 2,
    SHOWN = 20, /* findings of each kind, without --all */
    GRACE = 60, /* seconds */
};

struct audit_work {
    struct command_call *call;
    struct context context;
    struct placement_settings settings;
    struct progress progress;
    struct audit_options options;
    bool json, all, yes;
    struct audit_report report;
    struct audit_repair repair;
    struct terminal terminal;
    struct buffer output;
};

/* Returns false for wrong arguments. */
static bool read_options(struct audit_work *work)
{
    static const struct option options[] = {
        {"fix", no_argument, NULL, 'f'},         {"yes", no_argument, NULL, 'y'},
        {"json", no_argument, NULL, 'j'},        {"all", no_argument, NULL, 'a'},
        {"grace", required_argument, NULL, 'g'}, {NULL, 0, NULL, 0},
    };
    int option;
    long grace = GRACE;
    optind = 0;
    while ((option = getopt_long(work->call->argc, work->call->argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'f':
            work->repair.wanted = true;
            break;
        case 'y':
            work->yes = true;
            break;
        case 'j':
            work->json = true;
            break;
        case 'a':
            work->all = true;
            break;
        case 'g':
            if (!option_parse_integer(optarg, &grace) || grace < 0)
                return false;
            break;
        default:
            return false;
        }
    }
    work->options.grace = grace;
    return optind == work->call->argc && (work->repair.wanted || !work->yes);
}

static enum outcome search(struct audit_work *work, struct audit_report *report)
{
    progress_begin(&work->progress);
    enum outcome outcome = audit_run(&work->context, &work->options, report);
    progress_end(&work->progress);
    return outcome;
}

static void write_heading(struct audit_work *work, double seconds)
{
    static const char *const nouns[] = {
        [AUDIT_PROVIDERS] = "provider",
        [AUDIT_INVENTORIES] = "inventory",
        [AUDIT_CONSUMERS] = "consumer",
        [AUDIT_ALLOCATIONS] = "allocation",
    };
    for (unsigned i = AUDIT_PROVIDERS; i <= AUDIT_ALLOCATIONS; i++) {
        buffer_add_text(&work->output, i == AUDIT_PROVIDERS     ? "Audited "
                                       : i == AUDIT_ALLOCATIONS ? " and "
                                                                : ", ");
        terminal_count(&work->output, work->report.rows[i], nouns[i]);
    }
    buffer_printf(&work->output, " in %.1f s.\n", seconds);
}

static void write_summary(struct audit_work *work)
{
    struct buffer *output = &work->output;
    size_t fixable = audit_fixable(&work->report);
    char number[NUMBER_TEXT];
    if (work->report.count == 0) {
        buffer_add_text(output, "Nothing is wrong.\n");
        return;
    }
    buffer_add_text(output, "\n");
    terminal_count(output, work->report.count, "finding");
    buffer_printf(output, "; --fix repairs %s.\n",
                  fixable == 0                    ? "none"
                  : fixable == work->report.count ? "all"
                                                  : number_text((int64_t)fixable, number));
}

/* Returns whether to repair: --yes was given, or the user says yes now. */
static bool confirm(const struct audit_work *work)
{
    char answer[8] = "", number[NUMBER_TEXT];
    if (work->yes)
        return true;
    if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1) {
        command_complain("nothing was changed: --yes is missing, and there is no terminal");
        return false;
    }
    fprintf(stderr, "Repair %s? [y/N] ",
            number_text((int64_t)audit_fixable(&work->report), number));
    bool yes = fgets(answer, sizeof(answer), stdin) != NULL &&
               (strcasecmp(answer, "y\n") == 0 || strcasecmp(answer, "yes\n") == 0);
    if (!yes)
        command_complain("nothing was changed");
    return yes;
}

static enum outcome fix(struct audit_work *work)
{
    work->repair.done = true;
    progress_begin(&work->progress);
    enum outcome outcome =
        audit_fix(&work->context, &work->options, &work->report, work->repair.fixed);
    progress_end(&work->progress);
    return outcome == OUTCOME_OK ? search(work, &work->repair.left) : outcome;
}

static bool flush(struct audit_work *work)
{
    return command_flush(&work->output);
}

static int fail(enum outcome outcome)
{
    command_outcome(outcome);
    return FAILED;
}

/* Writes the report for people. Returns false if it cannot be written. */
static bool write_report(struct audit_work *work, double seconds)
{
    write_heading(work, seconds);
    audit_write_text(&work->output, &work->terminal, &work->report, work->all ? 0 : SHOWN);
    write_summary(work);
    return flush(work);
}

/* Returns the exit status. */
static int work_run(struct audit_work *work)
{
    uint64_t begin = clock_microseconds();
    enum outcome outcome = search(work, &work->report);
    if (outcome != OUTCOME_OK)
        return fail(outcome);
    if (!work->json && !write_report(work, (double)(clock_microseconds() - begin) / 1e6))
        return FAILED;
    if (work->repair.wanted && audit_fixable(&work->report) > 0 && confirm(work))
        outcome = fix(work);
    if (outcome != OUTCOME_OK)
        return fail(outcome);
    if (work->json)
        audit_write_json(&work->output, &work->report, &work->repair);
    else if (work->repair.done)
        audit_write_repair(&work->output, &work->repair);
    if (!flush(work))
        return FAILED;
    return (work->repair.done ? work->repair.left.count : work->report.count) > 0;
}

int command_audit(struct command_call *call)
{
    struct audit_work work = {.call = call, .terminal = terminal_of(stdout)};
    if (!read_options(&work))
        return command_usage(call);
    work.settings = (struct placement_settings){
        .incomplete_consumer_project_id = call->settings->placement_incomplete_consumer_project_id,
        .incomplete_consumer_user_id = call->settings->placement_incomplete_consumer_user_id,
    };
    work.context = (struct context){
        .arena = &call->arena, .database = call->database, .settings = &work.settings};
    work.options.progress = progress_tell;
    work.options.subject = &work.progress;
    if (command_needs_head(call) != 0)
        return FAILED;
    buffer_init(&work.output, 0);
    int status = work_run(&work);
    buffer_free(&work.output);
    return status;
}
