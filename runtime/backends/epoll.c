/* epoll.c - waiting for descriptors on Linux: epoll(7), edge-triggered but for chain_poll, and an
 * eventfd(2) for wake-ups. */
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
static struct epoll_event of_wake_ups(void)
{
    return (struct epoll_event){ .events = EPOLLIN | EPOLLET, .data.u64 = WAKE_UP };
}

static int watch_wake_ups(struct chain_reactor *reactor)
{
    struct epoll_event event = of_wake_ups();

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

    reactor->last_fd = -1;
    reactor->poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (reactor->poll_fd < 0)
        return errno;
    code = watch_wake_ups(reactor);
    if (code != 0) {
        close(reactor->poll_fd);
        reactor->poll_fd = reactor->wake_fd = -1;
    }
    return code;
}

/* Whether the epoll watches that descriptor for wake-ups. This changes nothing,
 * as in a child process the parent has them, too. */
static bool watches(const struct chain_reactor *reactor, int fd)
{
    struct epoll_event event = of_wake_ups();

    return fd >= 0
           && (epoll_ctl(reactor->poll_fd, EPOLL_CTL_MOD, fd, &event) == 0 || errno == ENOMEM);
}

/* Somebody else may have closed them, and their numbers may be another's by
 * now. They are ours if one still watches the other. */
static void epoll_close(struct chain_reactor *reactor)
{
    int last_fd = __atomic_load_n(&reactor->last_fd, __ATOMIC_ACQUIRE);
    bool is_whole = watches(reactor, reactor->wake_fd);
    bool has_last = watches(reactor, last_fd);

    if (is_whole)
        close(reactor->wake_fd);
    if (has_last)
        close(last_fd);
    if (is_whole || has_last)
        close(reactor->poll_fd);
    reactor->poll_fd = reactor->wake_fd = reactor->last_fd = -1;
}

/* The end of a stream and errors come unasked. If nothing is watched for, they come once. */
static struct epoll_event event_for(int fd, uint32_t generation, unsigned what)
{
    struct epoll_event event = { .data.u64 = (uint64_t)generation << 32 | (uint32_t)fd };

    if (what == CHAIN__EDGES)
        event.events = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLOUT | EPOLLET;
    else
        event.events = ((what & CHAIN__CAN_READ) != 0 ? EPOLLIN : 0u)
                       | ((what & CHAIN__CAN_WRITE) != 0 ? EPOLLOUT : 0u)
                       | ((what & CHAIN__IS_URGENT) != 0 ? EPOLLPRI : 0u)
                       | (what == 0 ? EPOLLET : 0u);
    return event;
}

/* The watch of a duplicate of the descriptor may still be there under the same number. */
static int epoll_watch(struct chain_reactor *reactor, int fd, uint32_t generation, unsigned what)
{
    struct epoll_event event = event_for(fd, generation, what);

    if (epoll_ctl(reactor->poll_fd, EPOLL_CTL_ADD, fd, &event) == 0)
        return 0;
    if (errno == EEXIST && epoll_ctl(reactor->poll_fd, EPOLL_CTL_MOD, fd, &event) == 0)
        return 0;
    return errno;
}

/* A library may have closed the descriptor and have been given the number again. */
static int epoll_rewatch(struct chain_reactor *reactor, int fd, uint32_t generation, unsigned what)
{
    struct epoll_event event = event_for(fd, generation, what);

    if (epoll_ctl(reactor->poll_fd, EPOLL_CTL_MOD, fd, &event) == 0)
        return 0;
    if (errno == ENOENT && epoll_ctl(reactor->poll_fd, EPOLL_CTL_ADD, fd, &event) == 0)
        return 0;
    return errno;
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

/* epoll_pwait2 (Linux 5.11) takes ns. Where it does not exist, timeouts are
 * rounded up: a timer never fires early. */
static int wait_events(struct chain_reactor *reactor, struct epoll_event *events, int64_t timeout)
{
#ifdef SYS_epoll_pwait2
    if (timeout > 0 && !reactor->whole_ms) {
        /* struct __kernel_timespec */
        const int64_t pause[2] = { timeout / 1000000000, timeout % 1000000000 };
        long n = syscall(SYS_epoll_pwait2, reactor->poll_fd, events, BATCH, pause, NULL, (size_t)0);
        if (n >= 0 || errno == EINTR)
            return (int)n;
        reactor->whole_ms = true;
    }
#endif
    return wait_ms(reactor, events, timeout);
}

/* An error or the end of the connection is what the next system call is to tell. */
static unsigned meaning(uint32_t events)
{
    unsigned what = 0;

    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        what |= CHAIN__CAN_READ;
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
        what |= CHAIN__CAN_WRITE;
    if ((events & (EPOLLPRI | EPOLLHUP | EPOLLERR)) != 0)
        what |= CHAIN__IS_URGENT;
    return what;
}

static int epoll_wait_and_settle(struct chain_reactor *reactor, int64_t timeout)
{
    struct epoll_event events[BATCH];
    int n = wait_events(reactor, events, timeout);

    if (n < 0)
        return errno == EINTR ? 0 : errno;
    for (int i = 0; i < n; i++) {
        uint64_t data = events[i].data.u64;
        if (data != WAKE_UP)
            chain__io_event(reactor, (int)(uint32_t)data, (uint32_t)(data >> 32),
                            meaning(events[i].events));
    }
    return 0;
}

/* The eventfd was closed by somebody else. A loop that sleeps has to hear of
 * that: a descriptor that is ready wakes it up. Of several threads that find
 * out the first one sees to it. */
static void tell_of_loss(struct chain_reactor *reactor, int code)
{
    struct epoll_event event = of_wake_ups();
    int sound = 0, fd;

    if (!__atomic_compare_exchange_n(&reactor->failure, &sound, code, false, __ATOMIC_RELEASE,
                                     __ATOMIC_RELAXED))
        return;
    fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return;
    if (epoll_ctl(reactor->poll_fd, EPOLL_CTL_ADD, fd, &event) == 0)
        __atomic_store_n(&reactor->last_fd, fd, __ATOMIC_RELEASE);
    else
        close(fd);
}

/* EAGAIN: the counter is full, so it has an event already. */
static void epoll_wake(struct chain_reactor *reactor)
{
    const uint64_t one = 1;
    int before = errno; /* this may be a signal handler */
    ssize_t written;

    do
        written = write(reactor->wake_fd, &one, sizeof one);
    while (written < 0 && errno == EINTR);
    if (written < 0 && errno != EAGAIN)
        tell_of_loss(reactor, errno);
    errno = before;
}

const struct chain__backend chain__epoll = {
    .name = "epoll",
    .open = epoll_open,
    .close = epoll_close,
    .watch = epoll_watch,
    .rewatch = epoll_rewatch,
    .unwatch = epoll_unwatch,
    .wait = epoll_wait_and_settle,
    .wake = epoll_wake,
};
