/*
 * Writes and reads the environment variable that carries a handover.
 */
#include <config.h>

#include "pool/handover.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"

#define VARIABLE "BERTH_UPGRADE"

enum { FORMAT = 1 };

/* Reads a number that ends with the separator or the text, and moves text behind it. Returns false
   if there is no such number or it is above most. */
static bool take_number(const char **text, char separator, uint64_t most, uint64_t *number)
{
    char *end;
    if (!isdigit((unsigned char)**text))
        return false;
    errno = 0;
    *number = strtoull(*text, &end, 10);
    if (errno != 0 || *number > most || (*end != separator && *end != '\0'))
        return false;
    *text = *end != '\0' ? end + 1 : end;
    return true;
}

static bool take_workers(struct handover *handover, const char *text)
{
    size_t room = 1;
    for (const char *colon = strchr(text, ':'); colon != NULL; colon = strchr(colon + 1, ':'))
        room++;
    handover->workers = calloc(room, sizeof(*handover->workers));
    if (handover->workers == NULL)
        return false;
    while (*text != '\0') {
        uint64_t pid, told;
        if (handover->count == room || !take_number(&text, ':', INT32_MAX, &pid) || pid == 0 ||
            !take_number(&text, ' ', UINT64_MAX, &told))
            return false;
        handover->workers[handover->count++] =
            (struct handed_worker){.pid = (pid_t)pid, .told = told};
    }
    return true;
}

static bool handover_parse(struct handover *handover, const char *text)
{
    uint64_t descriptor, device, inode;
    if (!take_number(&text, ' ', INT32_MAX, &descriptor) ||
        !take_number(&text, ' ', UINT64_MAX, &device) ||
        !take_number(&text, ' ', UINT64_MAX, &inode) || !take_workers(handover, text))
        return false;
    handover->descriptor = (int)descriptor;
    handover->device = (dev_t)device;
    handover->inode = (ino_t)inode;
    return true;
}

bool handover_take(struct handover *handover, struct error_line *error)
{
    *handover = (struct handover){.descriptor = -1};
    const char *variable = getenv(VARIABLE);
    if (variable == NULL)
        return true;
    char *copy = strdup(variable);
    const char *text = copy;
    uint64_t format, pid;
    unsetenv(VARIABLE);
    bool good = copy != NULL && take_number(&text, ' ', UINT64_MAX, &format) &&
                take_number(&text, ' ', UINT64_MAX, &pid);
    bool ours = good && ((pid_t)pid == getpid() || (pid_t)pid == getppid());
    if (ours)
        good = format == FORMAT && handover_parse(handover, text);
    free(copy);
    if (good)
        return true;
    handover_free(handover);
    error_line_set(error,
                   VARIABLE ": this program does not understand the handover of the previous one");
    return false;
}

bool handover_give(const struct handover *handover, pid_t master)
{
    struct buffer text;
    buffer_init(&text, 0);
    buffer_printf(&text, "%d %d %d %" PRIu64 " %" PRIu64, FORMAT, (int)master, handover->descriptor,
                  (uint64_t)handover->device, (uint64_t)handover->inode);
    for (size_t i = 0; i < handover->count; i++)
        buffer_printf(&text, " %d:%" PRIu64, (int)handover->workers[i].pid,
                      handover->workers[i].told);
    buffer_add(&text, "", 1);
    bool given = !text.failed && setenv(VARIABLE, text.data, 1) == 0;
    buffer_free(&text);
    return given;
}

void handover_withdraw(void)
{
    unsetenv(VARIABLE);
}

void handover_free(struct handover *handover)
{
    free(handover->workers);
    *handover = (struct handover){.descriptor = -1};
}
