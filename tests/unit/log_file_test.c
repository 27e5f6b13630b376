/*
 * Rotation of the log: each line is there once, whoever rotates and whoever is killed.
 */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log_file.h"
#include "suite.h"

static char directory[32];
static char path[64];

static void set_up(void)
{
    snprintf(directory, sizeof(directory), "log_file_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/berth.log", directory);
}

static void tear_down(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", directory);
    ck_assert_int_eq(system(command), 0);
}

static struct log_file open_file(const struct log_rotation *rotation)
{
    struct log_file file = LOG_FILE_CLOSED;
    ck_assert(log_file_open(&file, path, rotation));
    return file;
}

/* Returns what a file of that ending has; NULL: there is none. */
static const char *content_of(const char *ending)
{
    static char content[4096];
    char name[128];
    snprintf(name, sizeof(name), "%s%s", path, ending);
    FILE *stream = fopen(name, "r");
    if (stream == NULL)
        return NULL;
    content[fread(content, 1, sizeof(content) - 1, stream)] = '\0';
    fclose(stream);
    return content;
}

static void make_file(const char *ending, const char *content)
{
    char name[128];
    snprintf(name, sizeof(name), "%s%s", path, ending);
    FILE *stream = fopen(name, "w");
    ck_assert_ptr_nonnull(stream);
    fputs(content, stream);
    fclose(stream);
}

static const struct log_rotation by_size = {.kind = LOG_ROTATION_SIZE, .size = 8, .count = 3};

START_TEST(files_stay_below_their_size)
{
    struct log_file file = open_file(&by_size);
    static const char *const lines[] = {"1\n", "22\n", "3\n", "4\n", "5\n", "6666666666\n", "7\n"};
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        log_file_write(&file, lines[i], strlen(lines[i]));
    ck_assert_pstr_eq(content_of(""), "7\n");
    ck_assert_pstr_eq(content_of(".1"), "6666666666\n");
    ck_assert_pstr_eq(content_of(".2"), "4\n5\n");
    ck_assert_pstr_eq(content_of(".3"), "1\n22\n3\n");
    log_file_write(&file, "88888888\n", 9);
    ck_assert_pstr_eq(content_of(".3"), "4\n5\n");
    ck_assert_pstr_eq(content_of(".4"), NULL);
    log_file_close(&file);
}
END_TEST

START_TEST(an_interrupted_rotation_loses_no_file)
{
    /* Killed after .1 had become .2, before the current file became .1. */
    make_file("", "current\n");
    make_file(".2", "two\n");
    make_file(".3", "three\n");
    struct log_file file = open_file(&by_size);
    log_file_write(&file, "new\n", 4);
    ck_assert_pstr_eq(content_of(""), "new\n");
    ck_assert_pstr_eq(content_of(".1"), "current\n");
    ck_assert_pstr_eq(content_of(".2"), "two\n");
    ck_assert_pstr_eq(content_of(".3"), "three\n");
    log_file_close(&file);
}
END_TEST

START_TEST(no_old_files_means_no_rotation_by_size)
{
    struct log_file file =
        open_file(&(const struct log_rotation){.kind = LOG_ROTATION_SIZE, .size = 4, .count = 0});
    for (int i = 0; i < 3; i++)
        log_file_write(&file, "line\n", 5);
    ck_assert_pstr_eq(content_of(""), "line\nline\nline\n");
    log_file_close(&file);
}
END_TEST

START_TEST(a_file_that_cannot_rotate_is_written_on)
{
    char blocked[80];
    struct log_rotation rotation = by_size;
    rotation.count = 1;
    make_file("", "full full\n");
    snprintf(blocked, sizeof(blocked), "%s.1", path);
    ck_assert_int_eq(mkdir(blocked, 0755), 0); /* a directory: rename fails */
    struct log_file file = open_file(&rotation);
    log_file_write(&file, "one\n", 4);
    ck_assert_int_ne(file.failure, 0);
    file.failure = 0;
    log_file_write(&file, "two\n", 4); /* not tried again at once */
    ck_assert_int_eq(file.failure, 0);
    ck_assert_pstr_eq(content_of(""), "full full\none\ntwo\n");
    log_file_close(&file);
}
END_TEST

START_TEST(a_line_in_a_deleted_file_is_written_again)
{
    struct log_file file = open_file(&by_size);
    log_file_write(&file, "1\n", 2);
    ck_assert_int_eq(unlink(path), 0);
    log_file_write(&file, "2\n", 2);
    ck_assert_pstr_eq(content_of(""), "2\n");
    log_file_close(&file);
}
END_TEST

START_TEST(a_deleted_file_is_made_again)
{
    const struct log_rotation none = {.kind = LOG_ROTATION_NONE};
    const struct log_rotation rotations[] = {none, by_size};
    struct log_file file = open_file(&rotations[_i]);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert(log_file_write(&file, "1\n", 2));
    ck_assert_pstr_eq(content_of(""), "1\n");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(directory), 0);
    ck_assert(!log_file_write(&file, "2\n", 2));
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(mkdir(directory, 0700), 0);
    ck_assert(log_file_write(&file, "3\n", 2));
    ck_assert_pstr_eq(content_of(""), "3\n");
    log_file_close(&file);
}
END_TEST

START_TEST(a_fifo_that_nobody_reads_is_not_waited_for)
{
    const struct log_rotation none = {.kind = LOG_ROTATION_NONE};
    struct log_file file = LOG_FILE_CLOSED;
    char read_text[8] = "";
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert(!log_file_open(&file, path, &none));
    ck_assert_int_eq(errno, ENXIO);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    file = open_file(&none);
    ck_assert_int_eq(fcntl(file.descriptor, F_GETFL) & O_NONBLOCK, 0);
    ck_assert(log_file_write(&file, "1\n", 2));
    ck_assert_int_eq(read(reader, read_text, sizeof(read_text)), 2);
    close(reader);
    log_file_close(&file);
}
END_TEST

/* Counts the files that a rotation has set aside. */
static unsigned count_old_files(void)
{
    struct dirent **entries;
    unsigned count = 0;
    int found = scandir(directory, &entries, NULL, alphasort);
    ck_assert_int_ge(found, 0);
    for (int i = 0; i < found; i++) {
        count += strncmp(entries[i]->d_name, "berth.log.", 10) == 0;
        free(entries[i]);
    }
    free(entries);
    return count;
}

START_TEST(a_line_does_not_go_on_where_another_was_torn)
{
    const struct log_rotation none = {.kind = LOG_ROTATION_NONE};
    make_file("", "a line\nhalf a li");
    struct log_file file = open_file(&none);
    ck_assert(log_file_write(&file, "another\n", 8));
    ck_assert(log_file_write(&file, "and one\n", 8));
    log_file_close(&file);
    ck_assert_str_eq(content_of(""), "a line\nhalf a li\nanother\nand one\n");
}
END_TEST

/* A line that another process is still writing must not be taken for a torn one. */
START_TEST(a_line_that_is_being_written_is_not_torn)
{
    enum { WRITERS = 8, EACH = 20000, LENGTH = 700 };
    const struct log_rotation none = {.kind = LOG_ROTATION_NONE};
    char line[LENGTH + 1], read_line[LENGTH + 2];
    memset(line, 'x', LENGTH - 1);
    strcpy(&line[LENGTH - 1], "\n");
    struct log_file file = open_file(&none);
    for (int i = 0; i < WRITERS; i++) {
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        for (int j = 0; child == 0 && j < EACH; j++)
            log_file_write(&file, line, LENGTH);
        if (child == 0)
            _exit(0);
    }
    for (int i = 0; i < WRITERS; i++)
        ck_assert_int_gt(wait(NULL), 0);
    log_file_close(&file);
    FILE *stream = fopen(path, "r");
    const int written = WRITERS * EACH;
    int lines = 0;
    for (; fgets(read_line, sizeof(read_line), stream) != NULL; lines++)
        ck_assert_str_eq(read_line, line);
    fclose(stream);
    ck_assert_int_eq(lines, written);
}
END_TEST

START_TEST(a_file_is_for_an_interval)
{
    make_file(".2001-01-01_00-00-00", "oldest\n");
    make_file(".2002-01-01_00-00-00", "older\n");
    make_file(".other", "not ours\n");
    struct log_file file = open_file(&(const struct log_rotation){
        .kind = LOG_ROTATION_INTERVAL, .unit = LOG_ROTATION_SECONDS, .interval = 3600, .count = 2});
    log_file_write(&file, "first\n", 6);
    ck_assert_uint_eq(count_old_files(), 3);
    file.due = 1000000000; /* 2001-09-09: its time is over; it began an hour before */
    log_file_write(&file, "second\n", 7);
    ck_assert_pstr_eq(content_of(""), "second\n");
    ck_assert_pstr_eq(content_of(".2001-09-09_02-46-40"), "first\n");
    ck_assert_pstr_eq(content_of(".2001-01-01_00-00-00"), NULL);
    ck_assert_pstr_eq(content_of(".2002-01-01_00-00-00"), "older\n");
    ck_assert_pstr_eq(content_of(".other"), "not ours\n");
    /* The name is taken: no file is overwritten, as Python would. */
    file.rotation.count = 0;
    file.due = 1000000000;
    log_file_write(&file, "third\n", 6);
    ck_assert_pstr_eq(content_of(".2001-09-09_02-46-40"), "first\n");
    ck_assert_pstr_eq(content_of(".2001-09-09_02-46-40.2"), "second\n");
    log_file_close(&file);
}
END_TEST

/* Returns what the file of the one day has, or else that of the other. */
static const char *content_of_day(time_t one, time_t other)
{
    char ending[32];
    strftime(ending, sizeof(ending), ".%Y-%m-%d", localtime(&one));
    const char *content = content_of(ending);
    strftime(ending, sizeof(ending), ".%Y-%m-%d", localtime(&other));
    return content != NULL ? content : content_of(ending);
}

START_TEST(a_file_from_the_future_rotates)
{
    struct log_file file = open_file(&(const struct log_rotation){
        .kind = LOG_ROTATION_INTERVAL, .unit = LOG_ROTATION_DAYS, .interval = 1});
    const time_t now = time(NULL), day = 86400;
    log_file_write(&file, "first\n", 6);
    /* The clock was set back by less than an hour: it is the same interval. */
    file.due = now + day + 1800;
    log_file_write(&file, "second\n", 7);
    ck_assert_uint_eq(count_old_files(), 0);
    file.due = now + 365 * day;
    log_file_write(&file, "third\n", 6);
    ck_assert_pstr_eq(content_of(""), "third\n");
    /* Its name is not one of the future, which would be the newest for years. */
    ck_assert_pstr_eq(content_of_day(now, now + day), "first\nsecond\n");
    ck_assert_int_lt(file.due, now + 2 * day);
    log_file_close(&file);
}
END_TEST

/* A unit, its interval, and when a file that began at 2026-03-28 10:00:00 CET (a Saturday; in the
   night summer time begins) is over. */
static const struct {
    enum log_rotation_unit unit;
    unsigned interval;
    time_t after; /* seconds */
} intervals[] = {
    {LOG_ROTATION_SECONDS, 30, 30},    {LOG_ROTATION_MINUTES, 5, 300},
    {LOG_ROTATION_HOURS, 2, 7200},     {LOG_ROTATION_DAYS, 3, 259200},
    {LOG_ROTATION_MIDNIGHT, 3, 50400}, {LOG_ROTATION_WEEKDAY, 5, 50400}, /* Saturday */
    {LOG_ROTATION_WEEKDAY, 6, 133200}, /* Sunday, an hour shorter */
    {LOG_ROTATION_WEEKDAY, 4, 565200}, /* Friday */
};

START_TEST(intervals_end_when_python_ends_them)
{
    const time_t began = 1774688400;
    const struct log_rotation rotation = {.kind = LOG_ROTATION_INTERVAL,
                                          .unit = intervals[_i].unit,
                                          .interval = intervals[_i].interval};
    ck_assert_int_eq(log_rotation_due(&rotation, began) - began, intervals[_i].after);
}
END_TEST

enum { PROCESSES = 4, LINES = 6000 };

/* Writes its lines; some processes are killed on the way and replaced by others that go on. The
   pipe tells which line was written last. */
static void write_lines(const struct log_rotation *rotation, int process, int from, int pipe)
{
    char line[64];
    struct log_file file = LOG_FILE_CLOSED;
    if (!log_file_open(&file, path, rotation))
        _exit(1);
    for (int i = from; i < LINES; i++) {
        int length = snprintf(line, sizeof(line), "<%d %d>\n", process, i);
        log_file_write(&file, line, (size_t)length);
        if (write(pipe, &i, sizeof(i)) != (ssize_t)sizeof(i))
            _exit(1);
    }
    _exit(0);
}

static int last_of(int pipe, int last)
{
    int number;
    while (read(pipe, &number, sizeof(number)) == (ssize_t)sizeof(number))
        last = number;
    return last;
}

/* Counts how often each line is in the files. Returns how many lines are torn, because their
   process was killed in the middle; checks that all others are whole. */
static unsigned count_lines(unsigned char counts[PROCESSES][LINES])
{
    unsigned torn = 0;
    struct dirent **entries;
    char name[300], line[64];
    int found = scandir(directory, &entries, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        snprintf(name, sizeof(name), "%s/%s", directory, entries[i]->d_name);
        FILE *stream = *entries[i]->d_name == '.' ? NULL : fopen(name, "r");
        while (stream != NULL && fgets(line, sizeof(line), stream) != NULL) {
            int process, number, end = 0;
            if (strchr(line, '>') == NULL) {
                torn += *line != '\n';
                continue;
            }
            ck_assert_int_eq(sscanf(line, "<%d %d>\n%n", &process, &number, &end), 2);
            ck_assert_int_eq(line[end], '\0');
            counts[process][number]++;
        }
        if (stream != NULL)
            fclose(stream);
        free(entries[i]);
    }
    free(entries);
    return torn;
}

START_TEST(many_processes_lose_no_line)
{
    static unsigned char counts[PROCESSES][LINES];
    const struct log_rotation rotation = {.kind = LOG_ROTATION_SIZE, .size = 6000, .count = 10000};
    int done[PROCESSES] = {0}, kills = 0;
    memset(counts, 0, sizeof(counts));
    while (done[0] < LINES || done[1] < LINES || done[2] < LINES || done[3] < LINES) {
        pid_t children[PROCESSES];
        int pipes[PROCESSES][2];
        for (int i = 0; i < PROCESSES; i++) {
            ck_assert_int_eq(pipe(pipes[i]), 0);
            children[i] = fork();
            ck_assert_int_ge(children[i], 0);
            if (children[i] == 0)
                write_lines(&rotation, i, done[i], pipes[i][1]);
            close(pipes[i][1]);
        }
        /* Kill each wherever it is once it has written some lines more. */
        for (int i = 0; i < PROCESSES; i++) {
            int number, until = done[i] + LINES / 4;
            while (kills < 2 * PROCESSES &&
                   read(pipes[i][0], &number, sizeof(number)) == (ssize_t)sizeof(number) &&
                   (done[i] = number + 1) < until)
                continue;
            if (kills++ < 2 * PROCESSES)
                kill(children[i], SIGKILL);
        }
        for (int i = 0; i < PROCESSES; i++) {
            done[i] = last_of(pipes[i][0], done[i] - 1) + 1;
            close(pipes[i][0]);
            ck_assert_int_gt(waitpid(children[i], NULL, 0), 0);
        }
    }
    unsigned twice = 0, torn = count_lines(counts);
    ck_assert(torn <= 2U * PROCESSES);
    for (int i = 0; i < PROCESSES; i++) {
        for (int line = 0; line < LINES; line++) {
            ck_assert_msg(counts[i][line] > 0, "line %d of %d is lost", line, i);
            twice += counts[i][line] > 1;
        }
    }
    /* A process that was killed between writing and telling so was told to write that line again:
       at most once for each kill. */
    ck_assert(twice <= 2U * PROCESSES);
    ck_assert_uint_gt(count_old_files(), 10);
}
END_TEST

int main(void)
{
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    TCase *tests = tcase_create("log file");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, files_stay_below_their_size);
    tcase_add_test(tests, an_interrupted_rotation_loses_no_file);
    tcase_add_test(tests, no_old_files_means_no_rotation_by_size);
    tcase_add_test(tests, a_file_that_cannot_rotate_is_written_on);
    tcase_add_test(tests, a_line_in_a_deleted_file_is_written_again);
    tcase_add_loop_test(tests, a_deleted_file_is_made_again, 0, 2);
    tcase_add_test(tests, a_fifo_that_nobody_reads_is_not_waited_for);
    tcase_add_test(tests, a_file_is_for_an_interval);
    tcase_add_test(tests, a_file_from_the_future_rotates);
    tcase_add_loop_test(tests, intervals_end_when_python_ends_them, 0,
                        sizeof(intervals) / sizeof(intervals[0]));
    tcase_add_test(tests, a_line_does_not_go_on_where_another_was_torn);
    tcase_add_test(tests, a_line_that_is_being_written_is_not_torn);
    tcase_add_test(tests, many_processes_lose_no_line);
    return suite_run("log file", tests);
}
