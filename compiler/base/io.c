/* io.c - reads and writes of whole buffers. */
#define _POSIX_C_SOURCE 200809L
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int io_open(const char *path, bool waits)
{
    int flags = O_RDONLY | O_NOCTTY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK), descriptor;

    do
        descriptor = open(path, flags);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

int io_read(int descriptor, char *buffer, size_t size, size_t *length)
{
    *length = 0;
    while (*length < size) {
        ssize_t more = read(descriptor, buffer + *length, size - *length);
        if (more == 0)
            return 0;
        if (more > 0)
            *length += (size_t)more;
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

int io_write(int descriptor, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t done = write(descriptor, text, length);
        if (done < 0 && errno != EINTR)
            return errno;
        if (done > 0) {
            text += done;
            length -= (size_t)done;
        }
    }
    return 0;
}

/* The lowest free number is taken, so they are looked at in their order. What cannot be read is
 * written only, and so on. */
int io_open_standard(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF
            && open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            return errno;
    return 0;
}
