/*
 * Appends lines to a file and rotates it.
 */
#include <config.h>

#include "base/log_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    RETRY = 60000,  /* milliseconds until a rotation that failed is tried again */
    LEEWAY = 3600,  /* seconds that clocks of machines, or summer time, may differ */
    ATTEMPTS = 100, /* to write a line to a file that is not deleted in between */
};

/* What Python's handler does for each unit. */
static const struct {
    time_t seconds;
    const char *form; /* of the end of an old file's name; d: a digit */
} units[] = {
    [LOG_ROTATION_SECONDS] = {1, "dddd-dd-dd_dd-dd-dd"},
    [LOG_ROTATION_MINUTES] = {60, "dddd-dd-dd_dd-dd"},
    [LOG_ROTATION_HOURS] = {3600, "dddd-dd-dd_dd"},
    [LOG_ROTATION_DAYS] = {86400, "dddd-dd-dd"},
    [LOG_ROTATION_WEEKDAY] = {604800, "dddd-dd-dd"},
    [LOG_ROTATION_MIDNIGHT] = {86400, "dddd-dd-dd"},
};

/* Returns the midnight that ends the day, or the day of the week, of a time. */
static time_t next_midnight(const struct log_rotation *rotation, time_t when)
{
    struct tm day;
    localtime_r(&when, &day);
    day.tm_mday++;
    if (rotation->unit == LOG_ROTATION_WEEKDAY) /* tm_wday: 0 is Sunday */
        day.tm_mday += ((int)(rotation->interval % 7) - (day.tm_wday + 6) % 7 + 7) % 7;
    day.tm_hour = day.tm_min = day.tm_sec = 0;
    day.tm_isdst = -1;
    return mktime(&day);
}

static time_t step_of(const struct log_rotation *rotation)
{
    bool fixed = rotation->unit == LOG_ROTATION_WEEKDAY || rotation->unit == LOG_ROTATION_MIDNIGHT;
    return units[rotation->unit].seconds * (fixed ? 1 : (time_t)rotation->interval);
}

time_t log_rotation_due(const struct log_rotation *rotation, time_t began)
{
    if (rotation->unit == LOG_ROTATION_WEEKDAY || rotation->unit == LOG_ROTATION_MIDNIGHT)
        return next_midnight(rotation, began);
    return began + step_of(rotation);
}

/* Returns when the file was created, so that all processes agree; where the file system does not
   know that, when it was last written. */
static time_t birth_of(int descriptor)
{
    struct statx status;
    if (statx(descriptor, "", AT_EMPTY_PATH, STATX_BTIME | STATX_MTIME, &status) != 0)
        return time(NULL);
    return (status.stx_mask & STATX_BTIME) != 0 ? status.stx_btime.tv_sec : status.stx_mtime.tv_sec;
}

/* Opens a file for reading too, if that is allowed, because is_torn() looks at its end. Opening a
   FIFO that nobody reads fails with ENXIO: by default the master would wait for a reader there, and
   do nothing else. */
static int open_named(const char *path)
{
    enum { HOW = O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK };
    struct stat status;
    bool file = stat(path, &status) != 0 || S_ISREG(status.st_mode);
    int descriptor = file ? open(path, O_RDWR | HOW, 0640) : -1;
    if (descriptor < 0)
        descriptor = open(path, O_WRONLY | HOW, 0640);
    if (descriptor >= 0)
        fcntl(descriptor, F_SETFL, O_APPEND); /* writing waits */
    return descriptor;
}

/* Opens a log. In a container the user may write to the standard streams, but not open them. */
static int open_log(const char *path)
{
    if (strcmp(path, "/dev/stdout") == 0)
        return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (strcmp(path, "/dev/stderr") == 0)
        return fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return open_named(path);
}

static bool open_path(const char *path, const struct log_rotation *rotation, struct log_file *file)
{
    struct stat status;
    int descriptor = open_log(path);
    if (descriptor < 0)
        return false;
    if (fstat(descriptor, &status) != 0) {
        close(descriptor);
        return false;
    }
    file->descriptor = descriptor;
    file->device = status.st_dev;
    file->inode = status.st_ino;
    if (rotation->kind == LOG_ROTATION_INTERVAL)
        file->due = log_rotation_due(rotation, birth_of(descriptor));
    return true;
}

bool log_file_open(struct log_file *file, const char *path, const struct log_rotation *rotation)
{
    struct log_file opened = {.rotation = *rotation};
    if (!open_path(path, rotation, &opened))
        return false;
    opened.path = strdup(path);
    if (opened.path == NULL)
        abort();
    *file = opened;
    return true;
}

void log_file_close(struct log_file *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    free(file->path);
    *file = (struct log_file)LOG_FILE_CLOSED;
}

bool log_file_reopen(struct log_file *file)
{
    int old = file->descriptor;
    if (!open_path(file->path, &file->rotation, file))
        return false;
    close(old);
    return true;
}

static bool is_same(const struct log_file *file, const struct stat *status)
{
    return status->st_dev == file->device && status->st_ino == file->inode;
}

/* Whether the interval of the file is over. If the clock was set back, the file may have begun in
   the future, and its interval would not be over for as long. */
static bool is_over(const struct log_file *file)
{
    time_t now = time(NULL);
    return now >= file->due || file->due - now > step_of(&file->rotation) + LEEWAY;
}

/* Whether the file, which has this status, must rotate before a line of this length. */
static bool is_due(const struct log_file *file, const struct stat *status, size_t length)
{
    const struct log_rotation *rotation = &file->rotation;
    if (status->st_size == 0 || !S_ISREG(status->st_mode))
        return false;
    if (rotation->kind == LOG_ROTATION_SIZE)
        return rotation->count > 0 && (uint64_t)status->st_size + length >= rotation->size;
    return is_over(file);
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0 || errno != ENOENT;
}

/* Renames path.1 to path.2 and so on, up to the first number that is free or else over the oldest
   file; then path to path.1. */
static bool shift(const struct log_file *file)
{
    char from[PATH_MAX], to[PATH_MAX];
    unsigned free_number = 1;
    for (; free_number < file->rotation.count; free_number++) {
        snprintf(to, sizeof(to), "%s.%u", file->path, free_number);
        if (!exists(to))
            break;
    }
    for (unsigned number = free_number; number > 0; number--) {
        snprintf(to, sizeof(to), "%s.%u", file->path, number);
        if (number > 1)
            snprintf(from, sizeof(from), "%s.%u", file->path, number - 1);
        else
            snprintf(from, sizeof(from), "%s", file->path);
        if (rename(from, to) != 0)
            return false;
    }
    return true;
}

/* Whether a name is that of an old file: base, ".", the form, and perhaps "." and a word. */
static bool is_old_name(const char *name, const char *base, const char *form)
{
    size_t length = strlen(base);
    if (strncmp(name, base, length) != 0 || name[length] != '.')
        return false;
    for (name += length + 1; *form != '\0'; form++, name++)
        if (*form == 'd' ? !isdigit((unsigned char)*name) : *name != *form)
            return false;
    return *name == '\0' || (*name == '.' && isalnum((unsigned char)name[1]));
}

/* Counts the old files in a directory, and writes the name of the oldest. */
static unsigned count_old(DIR *directory, const char *base, const char *form,
                          char oldest[NAME_MAX + 1])
{
    const struct dirent *entry;
    unsigned count = 0;
    rewinddir(directory);
    while ((entry = readdir(directory)) != NULL) {
        if (!is_old_name(entry->d_name, base, form))
            continue;
        if (count++ == 0 || strcmp(entry->d_name, oldest) < 0)
            snprintf(oldest, NAME_MAX + 1, "%s", entry->d_name);
    }
    return count;
}

static void delete_oldest(const struct log_file *file)
{
    char oldest[NAME_MAX + 1], folder[PATH_MAX];
    const char *slash = strrchr(file->path, '/');
    const char *base = slash != NULL ? slash + 1 : file->path;
    snprintf(folder, sizeof(folder), "%.*s", (int)(base - file->path), file->path);
    DIR *directory = opendir(*folder != '\0' ? folder : ".");
    if (directory == NULL)
        return;
    while (count_old(directory, base, units[file->rotation.unit].form, oldest) >
               file->rotation.count &&
           unlinkat(dirfd(directory), oldest, 0) == 0)
        continue;
    closedir(directory);
}

/* Renames the file after the time when it began, or after now if it began in the future, never over
   another one, and deletes those that are too many. */
static bool set_aside(const struct log_file *file)
{
    char stamp[64], to[PATH_MAX];
    struct tm began;
    time_t when = file->due - step_of(&file->rotation), now = time(NULL);
    localtime_r(when < now ? &when : &now, &began);
    strftime(stamp, sizeof(stamp), "%Y-%m-%d_%H-%M-%S", &began);
    stamp[strlen(units[file->rotation.unit].form)] = '\0';
    snprintf(to, sizeof(to), "%s.%s", file->path, stamp);
    for (unsigned number = 2; exists(to); number++)
        snprintf(to, sizeof(to), "%s.%s.%u", file->path, stamp, number);
    if (rename(file->path, to) != 0)
        return false;
    if (file->rotation.count > 0)
        delete_oldest(file);
    return true;
}

/* Rotates, unless another process does or has done. */
static void rotate(struct log_file *file, size_t length)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat status;
    if (fcntl(file->descriptor, F_SETLK, &lock) != 0)
        return;
    bool good = true;
    if (stat(file->path, &status) == 0 && is_same(file, &status) && is_due(file, &status, length))
        good = file->rotation.kind == LOG_ROTATION_SIZE ? shift(file) : set_aside(file);
    int failure = errno;
    lock.l_type = F_UNLCK;
    fcntl(file->descriptor, F_SETLK, &lock);
    if (good)
        return;
    file->failure = failure;
    file->retry_after = clock_milliseconds() + RETRY;
}

/* Opens the file that now has the path if it is not the open one, and rotates it if it is due. */
static void follow(struct log_file *file, size_t length)
{
    struct stat status;
    bool there = stat(file->path, &status) == 0;
    if ((!there || !is_same(file, &status)) && log_file_reopen(file))
        there = fstat(file->descriptor, &status) == 0;
    if (!there || !is_due(file, &status, length) || clock_milliseconds() < file->retry_after)
        return;
    rotate(file, length);
    if (stat(file->path, &status) != 0 || !is_same(file, &status))
        log_file_reopen(file);
}

/* Returns the size of the file if its last line lacks its newline; 0 if all lines are whole. A kill
   can cut a write(2) short at the end of a page, a full disk anywhere. */
static off_t size_if_unfinished(int descriptor)
{
    struct stat status;
    char last;
    bool unfinished = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
                      status.st_size > 0 && pread(descriptor, &last, 1, status.st_size - 1) == 1 &&
                      last != '\n';
    return unfinished ? status.st_size : 0;
}

/* Waits for a write(2) of another process to the file to end. A write holds the lock of the inode,
   and removing an attribute takes the same lock, even if there is no such attribute. */
static void await_writers(int descriptor)
{
    fremovexattr(descriptor, "user.berth.no_such_attribute");
}

/* Whether the last line is torn, and not just being written: a file grows page by page during a
   write. A line is torn if it is still unfinished, and no longer, after its writer has ended. */
static bool is_torn(int descriptor)
{
    off_t size, before = 0;
    while ((size = size_if_unfinished(descriptor)) > 0 && size != before) {
        before = size;
        await_writers(descriptor);
    }
    return size > 0;
}

static bool append(int descriptor, const char *line, size_t length)
{
    size_t written = 0;
    if (is_torn(descriptor) && write(descriptor, "\n", 1) < 0)
        return false;
    while (written < length) {
        ssize_t count = write(descriptor, line + written, length - written);
        if (count < 0 && errno != EINTR)
            return false;
        written += count > 0 ? (size_t)count : 0;
    }
    return true;
}

static bool is_deleted(const struct log_file *file)
{
    struct stat status;
    return fstat(file->descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 0;
}

/* Other processes may have rotated so often that the file is gone, and a line with it. Or somebody
   has deleted it. */
bool log_file_write(struct log_file *file, const char *line, size_t length)
{
    for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (file->rotation.kind != LOG_ROTATION_NONE)
            follow(file, length);
        bool written = append(file->descriptor, line, length);
        ino_t deleted = file->inode;
        if (!written || !is_deleted(file))
            return written;
        if (!log_file_reopen(file))
            return false;
        if (file->inode == deleted) /* a standard stream */
            return true;
    }
    errno = ENOENT;
    return false;
}
