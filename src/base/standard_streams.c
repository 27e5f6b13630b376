/*
 * Fills the descriptors that nobody has opened.
 */
#include <config.h>

#include "base/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

void standard_streams_fill(void)
{
    int descriptor;
    do
        descriptor = open("/dev/null", O_RDWR); /* the lowest that is free */
    while (descriptor >= 0 && descriptor < STDERR_FILENO);
    if (descriptor > STDERR_FILENO)
        close(descriptor);
}
