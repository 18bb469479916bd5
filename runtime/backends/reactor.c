/* reactor.c - the loop's port for hosted systems: a clock, a wait, wake-ups, threads. */
#define _GNU_SOURCE
#include "../core/mailbox.h"
#include "../core/timer.h"
#include "backend.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

/* ---- the port ------------------------------------------------------------ */

/* For functions that only a reactor's loop calls, whatever its port was replaced by. */
static struct chain_reactor *reactor_with(struct chain_loop *loop)
{
    return (struct chain_reactor *)(void *)loop;
}

static uint64_t now(struct chain_loop *loop)
{
    struct timespec time;

    (void)loop;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* The turn's clock is as old as the turn, so a real wait looks again. */
static int64_t time_until(struct chain_loop *loop, uint64_t deadline)
{
    uint64_t present;

    if (deadline == UINT64_MAX)
        return -1;
    if (deadline <= loop->now)
        return 0;
    present = now(loop);
    if (deadline <= present)
        return 0;
    return deadline - present > INT64_MAX ? INT64_MAX : (int64_t)(deadline - present);
}

/* A wake-up that came before belongs to the parent's descriptors, so there is
 * one now. Threads have not come along either. */
int chain__reactor_repair(struct chain_reactor *reactor)
{
    int code = __atomic_load_n(&reactor->failure, __ATOMIC_ACQUIRE);

    if (code != 0)
        return code;
    reactor->backend->close(reactor);
    code = reactor->backend->open(reactor);
    __atomic_store_n(&reactor->failure, code, __ATOMIC_RELEASE);
    /* last: others may wake now */
    __atomic_store_n(&reactor->link.forks, chain__forks, __ATOMIC_RELEASE);
    if (code != 0)
        return code;
    reactor->backend->wake(reactor);
    chain__io_renew(reactor);
    chain__threads_resume(&reactor->pools);
    return 0;
}

/* Chains are cancelled, as those that only were rejected might try again for ever. */
static void fail(struct chain_reactor *reactor, int code)
{
    struct chain_loop *loop = &reactor->loop;

    __atomic_store_n(&reactor->failure, code, __ATOMIC_RELEASE);
    reactor->has_failed = true;
    if (loop->on_failed != NULL)
        loop->on_failed(loop, code);
    chain_loop_cancel(loop);
    chain__io_fail(reactor, code);
}

enum { BLIND_NS = 10000000 };

/* Nothing can end this wait, so it looks for posts every 10 ms. */
static void wait_blindly(int64_t timeout)
{
    struct timespec pause = { 0, BLIND_NS };

    if (timeout == 0)
        return;
    if (timeout > 0 && timeout < pause.tv_nsec)
        pause.tv_nsec = (long)timeout;
    nanosleep(&pause, NULL);
}

static void wait(struct chain_loop *loop, uint64_t deadline)
{
    struct chain_reactor *reactor = reactor_with(loop);
    int code = chain__reactor_usable(reactor);

    if (reactor->has_failed) {
        wait_blindly(time_until(loop, deadline));
        return;
    }
    if (code == 0)
        code = reactor->backend->wait(reactor,
                                      reactor->again != NULL ? 0 : time_until(loop, deadline));
    if (code == 0)
        code = __atomic_load_n(&reactor->failure, __ATOMIC_ACQUIRE);
    if (code == 0)
        chain__io_try_again(reactor);
    else
        fail(reactor, code);
}

/* In a child process the descriptors are the parent's until they are opened anew, which wakes. */
static void wake(struct chain_loop *loop)
{
    struct chain_reactor *reactor = reactor_with(loop);

    if (chain__reactor_is_sound(reactor))
        reactor->backend->wake(reactor);
}

static size_t descriptors(struct chain_loop *loop)
{
    return reactor_with(loop)->waiting;
}

const struct chain_port chain__reactor_port = {
    .now = now,
    .wait = wait,
    .wake = wake,
    .allocate = chain__allocate,
    .release = chain__release,
    .descriptors = descriptors,
};

/* ---- in the loop of a host ----------------------------------------------- */

int chain_reactor_fd(struct chain_reactor *reactor)
{
    (void)chain__reactor_usable(reactor);
    return reactor->poll_fd;
}

static bool anything_left(const struct chain_reactor *reactor)
{
    const struct chain_loop *loop = &reactor->loop;

    return chain__runs(loop) || loop->ready.first != NULL || loop->armed != 0
           || reactor->waiting != 0;
}

/* As a wait of the loop's own begins, but somebody else waits. A loop that can
 * no longer wait is looked at every 10 ms, as its descriptor says nothing. */
int64_t chain_reactor_prepare(struct chain_reactor *reactor, bool *left)
{
    struct chain_loop *loop = &reactor->loop;
    int code = chain__reactor_usable(reactor);
    int64_t pause;

    if (left != NULL)
        *left = anything_left(reactor);
    if ((code != 0 && !reactor->has_failed) || reactor->again != NULL || loop->ready.first != NULL
        || !chain__mailbox_sleep(loop))
        return 0;
    pause = time_until(loop, chain__timer_next(loop));
    return reactor->has_failed && (pause < 0 || pause > BLIND_NS) ? BLIND_NS : pause;
}

/* ---- blocking steps ------------------------------------------------------ */

static int submit(struct chain_loop *loop, struct chain_work *work)
{
    return chain__threads_submit(&reactor_with(loop)->pools, work);
}

/* When the reactor is being closed the pools go first, and have forgotten what
 * waited; a hook may still cancel it. */
static bool withdraw(struct chain_loop *loop, struct chain_work *work)
{
    return reactor_with(loop)->pools != NULL && chain__threads_withdraw(work);
}

static const struct chain_workers workers = { submit, withdraw };

int chain_reactor_threads(struct chain_loop *loop, const char *pool, unsigned threads)
{
    struct chain_reactor *reactor = chain__reactor_of(loop);

    return reactor == NULL ? ENOTSUP : chain__threads_size(&reactor->pools, pool, threads);
}

/* ---- opening and closing ------------------------------------------------- */

static int start(struct chain_reactor *reactor)
{
    int code = chain__entries_open();

    reactor->backend = &chain__epoll;
    reactor->last_again = &reactor->again;
    reactor->round = 1;
    if (code == 0)
        code = chain__fork_enter(&reactor->link, &reactor->pools);
    if (code != 0)
        return code;
    code = reactor->backend->open(reactor);
    if (code == 0) {
        code = chain_loop_init(&reactor->loop, &chain__reactor_port);
        if (code != 0)
            reactor->backend->close(reactor);
    }
    if (code != 0)
        chain__fork_leave(&reactor->link);
    reactor->loop.on_unhandled = chain__print_unhandled;
    reactor->loop.workers = &workers;
    reactor->loop.on_left = chain__print_left;
    reactor->loop.on_failed = chain__print_failed;
    return code;
}

int chain_reactor_open(struct chain_reactor **reactor)
{
    struct chain_reactor *made = calloc(1, sizeof *made);
    int code = made == NULL ? ENOMEM : start(made);

    if (code != 0) {
        free(made);
        made = NULL;
    }
    *reactor = made;
    return code;
}

size_t chain_reactor_close(struct chain_reactor *reactor)
{
    size_t running;

    if (reactor == NULL)
        return 0;
    /* first, as what still runs posts its outcome to the loop */
    chain__threads_close(&reactor->pools);
    running = chain_loop_fini(&reactor->loop);
    chain__io_close(reactor);
    chain__fork_leave(&reactor->link);
    reactor->backend->close(reactor);
    free(reactor);
    return running;
}

struct chain_loop *chain_reactor_loop(struct chain_reactor *reactor)
{
    return &reactor->loop;
}
