#define _GNU_SOURCE
#include "border.h"
#include "chain_reactor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int tried, wrong;

static int digit(int *number, int base)
{
    int value = *number % base;

    *number /= base;
    return value;
}

/* The next scenario: each number is one. */
bool border_next(struct border *border)
{
    int rest = border->number++;

    border->kind = (enum border_kind)digit(&rest, BORDER_KINDS);
    border->at = digit(&rest, BORDER_SENT + 1);
    border->size = (size_t)digit(&rest, 8) + 1;
    border->reader_first = digit(&rest, 2) != 0;
    border->pauses = digit(&rest, 2) != 0;
    border->resets = digit(&rest, 2) != 0;
    border->count = 0;
    border->code = -1;
    return rest == 0;
}

static int connected_pair(int pair[2])
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    const int on = 1;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int code;

    pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    code = bind(listener, (struct sockaddr *)&address, size) | listen(listener, 1)
           | getsockname(listener, (struct sockaddr *)&address, &size)
           | connect(pair[0], (struct sockaddr *)&address, size)
           | setsockopt(pair[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    close(listener);
    return code;
}

int borders_open(struct border *border)
{
    const int on = 1;
    int pair[2];
    int code = border->kind == BORDER_DESCRIPTOR
                   ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)
                   : connected_pair(pair);

    border->writer = pair[0];
    border->reader = pair[1];
    chain_io_forget(border->reader);
    if (border->kind == BORDER_INLINE)
        setsockopt(border->reader, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
    return code;
}

/* A byte that brings a descriptor along: what is read with it ends before the next byte. */
static void send_descriptor(int socket)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr head;
    } control = { { 0 } };
    struct iovec text = { (void *)"x", 1 };
    struct msghdr message = {
        .msg_iov = &text, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
    };

    control.head.cmsg_level = SOL_SOCKET;
    control.head.cmsg_type = SCM_RIGHTS;
    control.head.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.head), &socket, sizeof(int));
    sendmsg(socket, &message, MSG_NOSIGNAL);
}

static void send_border(const struct border *border)
{
    switch (border->kind) {
    case BORDER_NONE:
    case BORDER_KINDS: break;
    case BORDER_URGENT:
    case BORDER_INLINE: send(border->writer, "x", 1, MSG_OOB | MSG_NOSIGNAL); break;
    case BORDER_DESCRIPTOR: send_descriptor(border->writer); break;
    }
}

/* A reset drops what has not been read, so it is sent only where the reader has
 * read everything before. */
static void end(const struct border *border)
{
    const struct linger hard = { 1, 0 };

    if (border->resets && border->reader_first && border->pauses
        && border->kind != BORDER_DESCRIPTOR)
        setsockopt(border->writer, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(border->writer);
}

int borders_send(struct border *border, int part)
{
    if (part == BORDER_PARTS - 1)
        end(border);
    else if (part == border->at)
        send_border(border);
    else
        send(border->writer, &"abcdef"[part - (part > border->at)], 1, MSG_NOSIGNAL);
    return 0;
}

void borders_got(struct border *border, const char *bytes, size_t count)
{
    if (border->count + count < sizeof border->got)
        memcpy(border->got + border->count, bytes, count);
    border->count += count;
}

void borders_ended(struct border *border, int code)
{
    border->code = code;
}

void borders_check(struct border *border)
{
    const char *all = "abcdef";
    char right[16];
    bool stays = border->kind == BORDER_INLINE || border->kind == BORDER_DESCRIPTOR;
    bool resets = border->resets && border->reader_first && border->pauses
                  && border->kind != BORDER_DESCRIPTOR;

    snprintf(right, sizeof right, "%.*s%s%s", border->at, all, stays ? "x" : "", all + border->at);
    tried++;
    border->got[border->count < sizeof border->got ? border->count : 0] = '\0';
    if (strcmp(right, border->got) == 0 && border->code == (resets ? ECONNRESET : 0))
        return;
    wrong++;
    printf("kind %d at %d, size %zu, %s first%s: '%s' instead of '%s', %d\n", border->kind,
           border->at, border->size, border->reader_first ? "reader" : "writer",
           border->pauses ? ", byte by byte" : "", border->got, right, border->code);
}

int borders_summary(void)
{
    printf("%d borders, %d wrong\n", tried, wrong);
    return wrong != 0;
}
