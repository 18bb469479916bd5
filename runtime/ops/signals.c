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

/* If the pipe is full enough have come already. */
static void note(int signal)
{
    int saved = errno;
    ssize_t written = write(pipes[signal].write, "", 1);

    (void)written;
    errno = saved;
}

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

static int make_pipe(int signal)
{
    int code = 0;

    if (signal <= 0 || signal >= SIGNALS)
        return EINVAL;
    pthread_mutex_lock(&making);
    if (!pipes[signal].made)
        code = install(signal);
    pthread_mutex_unlock(&making);
    return code;
}

/* All that has come until now counts once. */
static enum chain_attempt take(struct chain_io *io, int error)
{
    struct signal_wait *op = (struct signal_wait *)(void *)io;
    int signal = op->signal;
    char bytes[64];
    ssize_t n = error == 0 ? read(pipes[signal].read, bytes, sizeof bytes) : -1;

    if (n > 0) {
        signal_wait_resolve(signal_wait_done(op), signal);
        return CHAIN_DRAINED;
    }
    if (error == 0 && errno == EAGAIN)
        return CHAIN_AGAIN;
    signal_wait_reject(signal_wait_done(op), error != 0 ? error : errno, NULL, 0);
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
