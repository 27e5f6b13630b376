/*
 * Finds a scoreboard below /proc, maps it, and makes what it reads safe to show.
 */
#include <config.h>

#include "watch/observer.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sorted.h"

#define LINK_TEXT "/memfd:" SCOREBOARD_NAME " (deleted)"

enum { PATH_SIZE = 64 };

static bool is_scoreboard(const char *path)
{
    char text[sizeof(LINK_TEXT)];
    ssize_t length = readlink(path, text, sizeof(text));
    return length == sizeof(LINK_TEXT) - 1 && memcmp(text, LINK_TEXT, (size_t)length) == 0;
}

/* Returns the number that a name is, or -1. */
static int number_of(const char *name)
{
    return isdigit((unsigned char)*name) ? atoi(name) : -1;
}

/* Returns the descriptor of a process that is a scoreboard; -1 with errno set, ENOENT if it has
   none. */
static int find_descriptor(pid_t pid)
{
    char path[PATH_SIZE];
    struct dirent *entry;
    int found = -1;
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    DIR *directory = opendir(path);
    if (directory == NULL)
        return -1;
    while (found < 0 && (entry = readdir(directory)) != NULL) {
        int number = number_of(entry->d_name);
        snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, number);
        if (number >= 0 && is_scoreboard(path))
            found = number;
    }
    closedir(directory);
    errno = ENOENT;
    return found;
}

static int pid_compare(const void *left, const void *right)
{
    return *(const pid_t *)left - *(const pid_t *)right;
}

size_t observer_find(pid_t *pids, size_t room)
{
    struct dirent *entry;
    size_t count = 0;
    DIR *directory = opendir("/proc");
    if (directory == NULL)
        return 0;
    while (count < room && (entry = readdir(directory)) != NULL) {
        int pid = number_of(entry->d_name);
        if (pid > 0 && find_descriptor(pid) >= 0)
            pids[count++] = pid;
    }
    closedir(directory);
    sort(pids, count, sizeof(*pids), pid_compare);
    return count;
}

/* Returns whether no process can shorten the file while it is mapped. */
static bool is_sealed(int descriptor, const struct stat *status)
{
    int seals = fcntl(descriptor, F_GET_SEALS);
    return seals >= 0 && (seals & F_SEAL_SHRINK) != 0 && status->st_size >= 0;
}

/* Maps a scoreboard of our layout. Returns NULL and sets reason if it cannot. */
static const struct scoreboard *map(int descriptor, const struct stat *status, const char **reason)
{
    *reason =
        "its program has a scoreboard of another layout: use the berth-manage of that version";
    if (!is_sealed(descriptor, status) || status->st_size != (off_t)sizeof(struct scoreboard))
        return NULL;
    void *memory = mmap(NULL, sizeof(struct scoreboard), PROT_READ, MAP_SHARED, descriptor, 0);
    if (memory == MAP_FAILED) {
        *reason = "its scoreboard cannot be mapped";
        return NULL;
    }
    const struct scoreboard *scoreboard = memory;
    if (memcmp(scoreboard->magic, SCOREBOARD_MAGIC, sizeof(scoreboard->magic)) == 0 &&
        scoreboard->layout == scoreboard_layout() && scoreboard->size == sizeof(*scoreboard))
        return scoreboard;
    munmap(memory, sizeof(struct scoreboard));
    return NULL;
}

bool observer_attach(struct observer *observer, pid_t pid, const char **reason)
{
    char path[PATH_SIZE];
    struct stat status;
    *observer = (struct observer){.pid = pid, .number = find_descriptor(pid)};
    int descriptor = -1;
    if (observer->number >= 0) {
        snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, observer->number);
        descriptor = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (descriptor < 0 || fstat(descriptor, &status) != 0) {
        *reason = errno == EACCES || errno == EPERM
                      ? "only root and the user it runs as may look at it"
                      : "there is no such pool";
        if (descriptor >= 0)
            close(descriptor);
        return false;
    }
    observer->device = status.st_dev;
    observer->inode = status.st_ino;
    observer->scoreboard = map(descriptor, &status, reason);
    close(descriptor);
    return observer->scoreboard != NULL;
}

void observer_detach(struct observer *observer)
{
    if (observer->scoreboard != NULL)
        munmap((void *)(uintptr_t)observer->scoreboard, sizeof(*observer->scoreboard));
    observer->scoreboard = NULL;
}

bool observer_is_current(const struct observer *observer)
{
    char path[PATH_SIZE];
    struct stat status;
    snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)observer->pid, observer->number);
    return stat(path, &status) == 0 && status.st_dev == observer->device &&
           status.st_ino == observer->inode;
}

/* Ends a text, and replaces everything but printable ASCII. */
static void tame(char *text, size_t size)
{
    text[size - 1] = '\0';
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
            *text = '?';
}

void observer_view(const struct observer *observer, unsigned slot, struct slot_view *view)
{
    slot_view(&observer->scoreboard->slots[slot], view);
    if (view->state < WORKER_NONE || view->state > WORKER_ENDING)
        view->state = WORKER_NONE;
    tame(view->request.id, sizeof(view->request.id));
    tame(view->request.route, sizeof(view->request.route));
    tame(view->request.user_id, sizeof(view->request.user_id));
    tame(view->request.project_id, sizeof(view->request.project_id));
    tame(view->request.microversion, sizeof(view->request.microversion));
}

void observer_route(const struct observer *observer, unsigned route,
                    char name[SCOREBOARD_ROUTE_SIZE])
{
    memcpy(name, observer->scoreboard->routes[route], SCOREBOARD_ROUTE_SIZE);
    tame(name, SCOREBOARD_ROUTE_SIZE);
}
