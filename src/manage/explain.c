/*
 * berth-manage explain: says why a request for allocation candidates finds nothing. Exit status: 0
 * there are candidates, 1 there are none, or the request is refused, 2 it could not be explained.
 */
#include <config.h>

#include "placement/explain/explain.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/allocation_candidates.h"
#include "api/body/schema.h"
#include "api/call.h"
#include "base/json_memory.h"
#include "base/text.h"
#include "manage/command.h"
#include "manage/explain_report.h"
#include "manage/logged_query.h"
#include "manage/query_names.h"
#include "manage/query_since.h"
#include "placement/explain/explanation_json.h"

enum { FOUND = 0, NOTHING = 1, FAILED = 2 };

/* The microversion 1.N with which candidates begin. */
enum { CANDIDATES_SINCE = 10 };

struct explain_work {
    struct command_call *call;
    bool json;
    const char *file, *request_id, *log; /* NULL: not given */
    const char *microversion;
    const char *query; /* NULL: not known yet */
    struct placement_settings settings;
    struct exchange exchange;
    struct call reading;
    struct buffer output;
};

static bool read_options(struct explain_work *work)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"file", required_argument, NULL, 'f'},
                                            {"request", required_argument, NULL, 'r'},
                                            {"log", required_argument, NULL, 'l'},
                                            {"microversion", required_argument, NULL, 'm'},
                                            {NULL, 0, NULL, 0}};
    struct command_call *call = work->call;
    int option;
    optind = 0;
    while ((option = getopt_long(call->argc, call->argv, "", options, NULL)) != -1) {
        if (option == 'j')
            work->json = true;
        else if (option == 'f')
            work->file = optarg;
        else if (option == 'r')
            work->request_id = optarg;
        else if (option == 'l')
            work->log = optarg;
        else if (option == 'm')
            work->microversion = optarg;
        else
            return false;
    }
    if (optind < call->argc)
        work->query = call->argv[optind++];
    int sources = (work->query != NULL) + (work->file != NULL) + (work->request_id != NULL);
    return optind == call->argc && sources == 1 && (work->log == NULL || work->request_id != NULL);
}

/* Where the query comes from. */

/* Returns the stream of a file, or NULL after a complaint. "-" is stdin. */
static FILE *open_file(const char *path)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (file == NULL)
        command_complain("%s: %s", path, strerror(errno));
    return file;
}

static void close_file(FILE *file)
{
    if (file != stdin)
        fclose(file);
}

/* Reads the first line that has something. */
static bool read_file(struct explain_work *work)
{
    FILE *file = open_file(work->file);
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    if (file == NULL)
        return false;
    while (work->query == NULL && (length = getline(&line, &room, file)) > 0) {
        size_t blanks = strspn(line, " \t\r\n");
        while (length > 0 && strchr(" \t\r\n", line[length - 1]) != NULL)
            length--;
        if ((size_t)length > blanks)
            work->query = arena_strndup(&work->call->arena, line + blanks, (size_t)length - blanks);
    }
    free(line);
    close_file(file);
    if (work->query == NULL)
        command_complain("%s: there is no query", work->file);
    return work->query != NULL;
}

/* Returns the path of the log that the service writes, or NULL. */
static const char *usual_log(struct explain_work *work)
{
    struct log_settings log = settings_log(work->call->settings);
    if (log.directory == NULL || (log.file != NULL && *log.file == '/'))
        return log.file;
    return arena_printf(&work->call->arena, "%s/%s", log.directory, text_or(log.file, "berth.log"));
}

static bool read_log(struct explain_work *work)
{
    const char *path = work->log != NULL ? work->log : usual_log(work);
    if (path == NULL) {
        command_complain("the service does not log to a file: --log FILE names one");
        return false;
    }
    FILE *log = open_file(path);
    if (log == NULL)
        return false;
    struct logged_query found = logged_query_find(log, work->request_id, &work->call->arena);
    close_file(log);
    if (found.query == NULL)
        command_complain("%s has no request %s for allocation candidates with its query", path,
                         work->request_id);
    else if (found.cut)
        command_complain("%s has only the beginning of the query of %s", path, work->request_id);
    work->query = found.query;
    if (work->microversion == NULL)
        work->microversion = found.microversion;
    return found.query != NULL && !found.cut;
}

static bool find_query(struct explain_work *work)
{
    if (work->file != NULL && !read_file(work))
        return false;
    if (work->request_id != NULL && !read_log(work))
        return false;
    const char *mark = strchr(work->query, '?'); /* it may be a whole URL */
    if (mark != NULL)
        work->query = mark + 1;
    return true;
}

/* Reading the request. */

/* Sets the microversion of the exchange: that of the text, which names one ("1.36"), or "latest".
   Returns false after a complaint. */
static bool set_microversion(struct explain_work *work)
{
    const char *text = text_or(work->microversion, "latest");
    if (strcmp(text, "latest") == 0)
        text = MICROVERSION_MAXIMUM_TEXT;
    char *end = "";
    bool digits = strncmp(text, "1.", 2) == 0 && text[2] >= '0' && text[2] <= '9';
    long minor = digits ? strtol(text + 2, &end, 10) : -1;
    bool good = minor >= 0 && minor <= MICROVERSION_MINOR_MAXIMUM && *end == '\0';
    work->exchange.version = (struct microversion){MICROVERSION_MAJOR, (unsigned char)minor};
    if (!good)
        command_complain("%s is no microversion from 1.0 to " MICROVERSION_MAXIMUM_TEXT
                         ", nor \"latest\"",
                         text);
    return good;
}

static void prepare(struct explain_work *work)
{
    const struct settings *settings = work->call->settings;
    struct arena *arena = &work->call->arena;
    schemas_load();
    json_memory_set(arena);
    work->exchange.arena = arena;
    work->exchange.query = work->query;
    work->settings.candidates_milliseconds = (uint64_t)(1000 * settings->berth_candidates_timeout);
    work->reading.exchange = &work->exchange;
    work->reading.context = (struct context){
        .arena = arena, .database = work->call->database, .settings = &work->settings};
}

/* Results. */

static int flush(struct explain_work *work, int status)
{
    return command_flush(&work->output) ? status : FAILED;
}

/* Prints that the API refuses the request, with the parameters and names that do not exist and the
   parameters that are too new for its microversion. names: the sentence about classes and traits
   that do not exist; NULL if all do. */
static int refuse(struct explain_work *work, int status, const char *names, const char *detail)
{
    struct terminal terminal = terminal_of(stdout);
    struct json_writer writer;
    struct arena *arena = &work->call->arena;
    const char *needs =
        status == 400 ? query_since_tell(arena, work->query, work->exchange.version.minor) : NULL;
    const char *unknown = names;
    if (status == 400 && unknown == NULL)
        unknown = query_names_tell(arena, work->query);
    if (!work->json) {
        const char *first = unknown != NULL && needs != NULL
                                ? arena_printf(arena, "%s, and %s", unknown, needs)
                                : text_or(unknown, needs);
        explain_report_refusal(&work->output, &terminal, arena, status, first, detail);
        return flush(work, NOTHING);
    }
    writer_init(&writer, &work->output);
    writer_begin_object(&writer);
    writer_member_integer(&writer, "status", status);
    writer_member_text(&writer, "refused", detail);
    if (unknown != NULL)
        writer_member_text(&writer, "unknown", unknown);
    if (needs != NULL)
        writer_member_text(&writer, "needs", needs);
    writer_end_object(&writer);
    buffer_add_text(&work->output, "\n");
    return flush(work, NOTHING);
}

static int refuse_exchange(struct explain_work *work, const char *names)
{
    return refuse(work, work->exchange.status, names, work->exchange.error.detail);
}

static int show(struct explain_work *work, const struct explanation *explanation)
{
    struct terminal terminal = terminal_of(stdout);
    struct json_writer writer;
    if (work->json) {
        writer_init(&writer, &work->output);
        explanation_write_json(&writer, explanation, &work->call->arena);
        buffer_add_text(&work->output, "\n");
    } else {
        explain_report(&work->output, &terminal, &work->call->arena, explanation);
    }
    return flush(work, explanation->candidates.found > 0 ? FOUND : NOTHING);
}

static int work_run(struct explain_work *work)
{
    struct candidate_request request;
    struct explanation explanation;
    if (work->exchange.version.minor < CANDIDATES_SINCE)
        return refuse(work, 404, NULL,
                      "there are allocation candidates since microversion 1.10 only");
    if (!allocation_candidates_request(&work->reading, &request))
        return refuse_exchange(work, NULL);
    enum outcome outcome = explanation_make(&work->reading.context, &request, true, &explanation);
    if (outcome == OUTCOME_OK)
        return show(work, &explanation);
    if (outcome == OUTCOME_CLASS_NOT_FOUND || outcome == OUTCOME_TRAIT_NOT_FOUND ||
        outcome == OUTCOME_TOO_LONG) {
        allocation_candidates_fail(&work->reading, outcome);
        return refuse_exchange(work, outcome == OUTCOME_TOO_LONG ? NULL : explanation.unknown.text);
    }
    command_outcome(outcome);
    return FAILED;
}

int command_explain(struct command_call *call)
{
    struct explain_work work = {.call = call};
    if (!read_options(&work))
        return command_usage(call);
    if (!find_query(&work) || !set_microversion(&work) || command_needs_head(call) != 0)
        return FAILED;
    prepare(&work);
    buffer_init(&work.output, 0);
    int status = work_run(&work);
    buffer_free(&work.output);
    return status;
}
