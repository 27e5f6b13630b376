/*
 * A file of lines that many processes append to, and that rotates.
 *
 * A line is written with one write(2) to a descriptor opened for appending, so lines of several
 * processes do not mix. Rotation is that of oslo.log (RotatingFileHandler and
 * TimedRotatingFileHandler of Python), made safe for many processes:
 *
 *   - The process that finds the file due rotates it. It holds a lock of the file itself, which the
 *     kernel releases if the process dies. The others go on writing and do not wait.
 *   - Files are only renamed, the current one last. Where a rotation was interrupted there is a gap
 *     in the numbers; the next one fills it first, so that nothing is thrown away twice.
 *   - A process that wrote to a file which was deleted opens the path and writes the line again.
 *   - If a process is killed while it writes a line across a page of the file, the kernel may leave
 *     the line torn. The next line begins below the rest of it.
 *
 * So a process that survives loses no line and tears none, whichever other process is killed. A
 * file gets a few lines more than its size if several processes write while one rotates.
 */
#ifndef BERTH_BASE_LOG_FILE_H
#define BERTH_BASE_LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

enum log_rotation_kind { LOG_ROTATION_NONE, LOG_ROTATION_SIZE, LOG_ROTATION_INTERVAL };

/* The units of oslo.log's log_rotate_interval_type. */
enum log_rotation_unit {
    LOG_ROTATION_SECONDS,
    LOG_ROTATION_MINUTES,
    LOG_ROTATION_HOURS,
    LOG_ROTATION_DAYS,
    LOG_ROTATION_WEEKDAY,  /* at the midnight after a day of the week; interval: 0 is Monday */
    LOG_ROTATION_MIDNIGHT, /* every midnight; interval has no effect */
};

struct log_rotation {
    enum log_rotation_kind kind;
    uint64_t size;  /* LOG_ROTATION_SIZE: bytes that a file stays below */
    unsigned count; /* old files to keep; 0: by size, do not rotate; by interval, keep all */
    enum log_rotation_unit unit;
    unsigned interval;
};

/* Returns when a file that began at this time is over: only for LOG_ROTATION_INTERVAL. */
time_t log_rotation_due(const struct log_rotation *rotation, time_t began);

struct log_file {
    int descriptor; /* -1: not open */
    char *path;     /* on the heap */
    struct log_rotation rotation;
    dev_t device; /* of the open file */
    ino_t inode;
    time_t due;           /* LOG_ROTATION_INTERVAL: when to rotate */
    int failure;          /* errno of a rotation that failed since this was last 0 */
    uint64_t retry_after; /* clock_milliseconds(): do not rotate before */
};

/* A file that is not open. */
#define LOG_FILE_CLOSED                                                                            \
    {                                                                                              \
        .descriptor = -1                                                                           \
    }

/* Opens a file for appending, and creates it with mode 0640 if there is none. Returns false with
   errno set (ENXIO: a FIFO that nobody reads); file is then unchanged. */
bool log_file_open(struct log_file *file, const char *path, const struct log_rotation *rotation);

/* Closes it; does nothing if it is not open. */
void log_file_close(struct log_file *file);

/* Opens the path again after the file was moved away. Returns false with errno set, and keeps the
   old file, if that fails. */
bool log_file_reopen(struct log_file *file);

/* Writes a line, which ends with a newline, after rotating the file if that is due. What does not
   fit on a full disk is not in the file. If the rotation fails, writes to the file as it is, sets
   file->failure, and tries again after a minute. Returns false with errno set if the line could not
   be written whole, or if the file was deleted and cannot be made again. */
bool log_file_write(struct log_file *file, const char *line, size_t length);

#endif
