/* resolving.c - a name server with one name: a socket of C code on chain_poll. */
#define _GNU_SOURCE
#include "resolving.h"

#include <chain_reactor.h>

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The question again, and for "known.test" its address: 192.0.2.7, of type A. */
static size_t answer_to(unsigned char *message, size_t size)
{
    static const unsigned char address[] = {
        0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7
    };
    size_t name = strlen((const char *)message + 12) + 1;
    bool is_known = memcmp(message + 12, "\5known\4test", 12) == 0;
    bool is_ipv4 = message[12 + name + 1] == 1;

    if (size < 12 + name + 4 || memcmp(message + 12, "\6silent", 7) == 0)
        return 0;
    message[2] = 0x84;
    message[3] = is_known ? 0 : 3; /* there is no such name */
    memset(message + 6, 0, 6);
    size = 12 + name + 4; /* without what may follow the question */
    if (!is_known || !is_ipv4)
        return size;
    message[7] = 1;
    memcpy(message + size, address, sizeof address);
    return size + sizeof address;
}

/* One question for each report: what is left is reported again. */
static void on_ready(struct chain_poll *poll, unsigned what, int error)
{
    unsigned char message[600];
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(poll->fd, message, 500, MSG_DONTWAIT, (struct sockaddr *)&from, &length);
    size_t size = n <= 12 ? 0 : answer_to(message, (size_t)n);

    (void)what;
    (void)error;
    if (size > 0)
        (void)!sendto(poll->fd, message, size, MSG_DONTWAIT, (struct sockaddr *)&from, length);
}

void name_server_start(struct name_server *op, int *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof at;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int code = 0;

    op->poll.ready = on_ready;
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, length) != 0
        || getsockname(fd, (struct sockaddr *)&at, &length) != 0)
        code = errno;
    else
        code = chain_poll_start(chain_loop_of(op), &op->poll, fd, CHAIN_POLL_READ);
    if (code != 0) {
        close(fd);
        name_server_reject(name_server_done(op), code, NULL, 0);
    }
    *port = ntohs(at.sin_port);
}

void name_server_cancel(struct name_server *op)
{
    int fd = op->poll.fd;

    chain_poll_stop(&op->poll);
    close(fd);
    name_server_cancelled(name_server_done(op));
}
