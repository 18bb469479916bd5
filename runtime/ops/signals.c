/* signals.c - see signals.chain. A handler writes a byte into a pipe; what waits is a wait for the pipe's other end. */
#define _GNU_SOURCE
#include "chain_reactor.h"

#include <chain/signals.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

enum { SIGNALS = 65 }; /* one more than the highest */

/* Made once for each signal that is ever waited for, and never closed: its handler may run at any time. */
static struct {
    bool made;
    int read, write;
} pipes[SIGNALS];
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
static bool is_prepared; /* for fork(2) */

/* If the pipe is full enough have come already. If it is not there, as somebody else has closed it, nobody can wait for the
 * signal any more: it does what it does without a handler. */
static void note(int signal)
{
    const struct sigaction usual = { .sa_handler = SIG_DFL };
    int saved = errno;
    ssize_t written;

    do
        written = write(pipes[signal].write, "", 1);
    while (written < 0 && errno == EINTR);
    if (written < 0 && errno != EAGAIN && sigaction(signal, &usual, NULL) == 0)
        raise(signal);
    errno = saved;
}

/* ---- in a child process ---- */

/* A pipe of its own under the same numbers, so that parent and child have each their signals. Async-signal-safe, as there may
 * have been threads. */
static void replace(int signal)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        close(pipes[signal].write);
        close(pipes[signal].read);
        pipes[signal].read = pipes[signal].write = -1;
        pipes[signal].made = false;
        return;
    }
    dup3(ends[1], pipes[signal].write, O_CLOEXEC);
    dup3(ends[0], pipes[signal].read, O_CLOEXEC);
    close(ends[0]);
    close(ends[1]);
}

static void before_fork(void)
{
    pthread_mutex_lock(&making);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&making);
}

static void in_child(void)
{
    for (int signal = 1; signal < SIGNALS; signal++)
        if (pipes[signal].made)
            replace(signal);
    after_fork();
}

/* ---- waiting ---- */

static int install(int signal)
{
    struct sigaction action = { .sa_handler = note, .sa_flags = SA_RESTART };
    int ends[2];

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return errno;
    pipes[signal].read = ends[0];
    pipes[signal].write = ends[1];
    sigfillset(&action.sa_mask);
    if (sigaction(signal, &action, NULL) == 0) {
        chain_io_forget(ends[0]);
        pipes[signal].made = true;
        return 0;
    }
    close(ends[0]);
    close(ends[1]);
    return EINVAL;
}

static int prepare(void)
{
    if (!is_prepared && pthread_atfork(before_fork, after_fork, in_child) != 0)
        return ENOMEM;
    is_prepared = true;
    return 0;
}

static int make_pipe(int signal)
{
    int code = 0;

    if (signal <= 0 || signal >= SIGNALS)
        return EINVAL;
    pthread_mutex_lock(&making);
    if (!pipes[signal].made) {
        code = prepare();
        if (code == 0)
            code = install(signal);
    }
    pthread_mutex_unlock(&making);
    return code;
}

/* Takes all that have come until now. 0; EAGAIN if none has; else why there is no pipe. */
static int take_all(int pipe)
{
    char bytes[64];
    bool any = false;
    ssize_t n;

    while ((n = read(pipe, bytes, sizeof bytes)) > 0 || (n < 0 && errno == EINTR))
        any |= n > 0;
    if (any)
        return 0;
    return n == 0 ? EBADF : errno;
}

/* All that has come until now counts once. */
static enum chain_attempt take(struct chain_io *io, int error)
{
    struct signal_wait *op = (struct signal_wait *)(void *)io;

    if (error == 0)
        error = take_all(pipes[op->signal].read);
    if (error == EAGAIN)
        return CHAIN_AGAIN;
    if (error == 0)
        signal_wait_resolve(signal_wait_done(op), op->signal);
    else
        signal_wait_reject(signal_wait_done(op), error, NULL, 0);
    return CHAIN_DONE;
}

void signal_wait_start(struct signal_wait *op, int signal)
{
    int code = make_pipe(signal);

    op->io.attempt = take;
    op->signal = signal;
    if (code == 0)
        code = chain_io_start(chain_loop_of(op), &op->io, pipes[signal].read, CHAIN_READ);
    if (code != 0)
        signal_wait_reject(signal_wait_done(op), code, NULL, 0);
}

void signal_wait_cancel(struct signal_wait *op)
{
    chain_io_stop(&op->io);
    signal_wait_cancelled(signal_wait_done(op));
}
