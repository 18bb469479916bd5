/* epoll.c - waiting for descriptors on Linux: epoll(7), edge-triggered, and an eventfd(2) for wake-ups. */
#define _GNU_SOURCE
#include "backend.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BATCH = 128 };

#define WAKE_UP UINT64_MAX /* the eventfd's data; no descriptor is that high */

/* The eventfd is edge-triggered as well: each write is an event, so it never has to be read. */
static int watch_wake_ups(struct chain_reactor *reactor)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.u64 = WAKE_UP };

    reactor->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (reactor->wake_fd < 0)
        return errno;
    if (epoll_ctl(reactor->poll_fd, EPOLL_CTL_ADD, reactor->wake_fd, &event) == 0)
        return 0;
    int code = errno;
    close(reactor->wake_fd);
    return code;
}

static int epoll_open(struct chain_reactor *reactor)
{
    int code;

    reactor->poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (reactor->poll_fd < 0)
        return errno;
    code = watch_wake_ups(reactor);
    if (code != 0)
        close(reactor->poll_fd);
    return code;
}

static void epoll_close(struct chain_reactor *reactor)
{
    close(reactor->wake_fd);
    close(reactor->poll_fd);
}

static int epoll_watch(struct chain_reactor *reactor, int fd, uint32_t generation)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET };

    event.data.u64 = (uint64_t)generation << 32 | (uint32_t)fd;
    return epoll_ctl(reactor->poll_fd, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

static void epoll_unwatch(struct chain_reactor *reactor, int fd)
{
    struct epoll_event unused = { 0 };

    epoll_ctl(reactor->poll_fd, EPOLL_CTL_DEL, fd, &unused);
}

static int wait_ms(struct chain_reactor *reactor, struct epoll_event *events, int64_t timeout)
{
    int64_t ms = timeout < 0 ? -1 : timeout / 1000000 + (timeout % 1000000 != 0);

    return epoll_wait(reactor->poll_fd, events, BATCH, ms > INT_MAX ? INT_MAX : (int)ms);
}

/* epoll_pwait2 (Linux 5.11) takes ns. Where it does not exist, timeouts are rounded up: a timer never fires early. */
static int wait_events(struct chain_reactor *reactor, struct epoll_event *events, int64_t timeout)
{
#ifdef SYS_epoll_pwait2
    if (timeout > 0 && !reactor->whole_ms) {
        const int64_t pause[2] = { timeout / 1000000000, timeout % 1000000000 }; /* struct __kernel_timespec */
        long n = syscall(SYS_epoll_pwait2, reactor->poll_fd, events, BATCH, pause, NULL, (size_t)0);
        if (n >= 0 || errno == EINTR)
            return (int)n;
        reactor->whole_ms = true;
    }
#endif
    return wait_ms(reactor, events, timeout);
}

static unsigned meaning(uint32_t events)
{
    unsigned what = 0;

    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        what |= CHAIN__CAN_READ;
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
        what |= CHAIN__CAN_WRITE;
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        what |= CHAIN__READ_ENDED;
    if ((events & (EPOLLHUP | EPOLLERR)) != 0)
        what |= CHAIN__WRITE_ENDED;
    return what;
}

static void epoll_wait_and_settle(struct chain_reactor *reactor, int64_t timeout)
{
    struct epoll_event events[BATCH];
    int n = wait_events(reactor, events, timeout);

    for (int i = 0; i < n; i++) {
        uint64_t data = events[i].data.u64;
        if (data != WAKE_UP)
            chain__reactor_event(reactor, (int)(uint32_t)data, (uint32_t)(data >> 32), meaning(events[i].events));
    }
}

static void epoll_wake(struct chain_reactor *reactor)
{
    const uint64_t one = 1;
    int before = errno; /* this may be a signal handler */
    ssize_t written = write(reactor->wake_fd, &one, sizeof one);

    (void)written; /* EAGAIN: the counter is full, so it has an event already */
    errno = before;
}

const struct chain__backend chain__epoll = {
    .name = "epoll",
    .open = epoll_open,
    .close = epoll_close,
    .watch = epoll_watch,
    .unwatch = epoll_unwatch,
    .wait = epoll_wait_and_settle,
    .wake = epoll_wake,
};
