/* signals.c - see signals.chain. A handler writes a byte into a pipe, and
 * signal_wait waits for the pipe's other end. */
#define _GNU_SOURCE
#include "chain_reactor.h"

#include <chain/signals.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIGNALS = 65 }; /* one more than the highest */

/* Made once for each signal that is ever waited for, and never closed: its
 * handler may run at any time. */
struct signal_pipe {
    bool made;
    int read, write;
    /* which file it is: somebody else may close the descriptors, and their
     * numbers be another's by now */
    dev_t device;
    ino_t number;
};
static struct signal_pipe pipes[SIGNALS];
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
static bool is_prepared; /* for fork(2) */

/* Both ends of a pipe are one file. Async-signal-safe. */
static bool is_ours(const struct signal_pipe *pipe, int end)
{
    struct stat about;

    return fstat(end, &about) == 0 && about.st_dev == pipe->device && about.st_ino == pipe->number;
}

static bool is_whole(const struct signal_pipe *pipe)
{
    return is_ours(pipe, pipe->read) && is_ours(pipe, pipe->write);
}

/* If the pipe is full enough have come already. */
static bool write_byte(const struct signal_pipe *pipe)
{
    ssize_t written;

    if (!is_whole(pipe))
        return false;
    do
        written = write(pipe->write, "", 1);
    while (written < 0 && errno == EINTR);
    return written >= 0 || errno == EAGAIN;
}

/* If the pipe is not there, as somebody else has closed it, nobody can wait for
 * the signal any more: it does what it does without a handler. */
static void note(int signal)
{
    const struct sigaction usual = { .sa_handler = SIG_DFL };
    int saved = errno;

    if (!write_byte(&pipes[signal]) && sigaction(signal, &usual, NULL) == 0)
        raise(signal);
    errno = saved;
}

/* ---- in a child process -------------------------------------------------- */

/* Until the child has pipes of its own, a signal of its would end a wait of the
 * parent's. The lock guards this. */
static sigset_t mask_before;

/* A pipe of its own under the same numbers, so that parent and child have each
 * their signals. False if that is not possible. Async-signal-safe, as there may
 * have been threads. */
static bool replace(struct signal_pipe *pipe)
{
    struct stat about;
    int ends[2];
    bool done;

    if (!is_whole(pipe) || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    done = fstat(ends[0], &about) == 0 && dup3(ends[0], pipe->read, O_CLOEXEC) >= 0
           && dup3(ends[1], pipe->write, O_CLOEXEC) >= 0;
    close(ends[0]);
    close(ends[1]);
    if (done) {
        pipe->device = about.st_dev;
        pipe->number = about.st_ino;
    }
    return done;
}

/* What the parent goes on to use is not kept, and what is another's is left alone. */
static void give_up(struct signal_pipe *pipe)
{
    if (is_ours(pipe, pipe->read))
        close(pipe->read);
    if (is_ours(pipe, pipe->write))
        close(pipe->write);
    pipe->read = pipe->write = -1;
    pipe->made = false;
}

static void before_fork(void)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_mutex_lock(&making);
    mask_before = before;
}

static void after_fork(void)
{
    const sigset_t before = mask_before;

    pthread_mutex_unlock(&making);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void in_child(void)
{
    for (int signal = 1; signal < SIGNALS; signal++)
        if (pipes[signal].made && !replace(&pipes[signal]))
            give_up(&pipes[signal]);
    after_fork();
}

/* ---- waiting ------------------------------------------------------------- */

static int install(int signal)
{
    struct sigaction action = { .sa_handler = note, .sa_flags = SA_RESTART };
    struct signal_pipe *pipe = &pipes[signal];
    struct stat about;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return errno;
    sigfillset(&action.sa_mask);
    if (fstat(ends[0], &about) == 0) {
        *pipe = (struct signal_pipe){ true, ends[0], ends[1], about.st_dev, about.st_ino };
        if (sigaction(signal, &action, NULL) == 0) {
            chain_io_forget(ends[0]);
            return 0;
        }
        pipe->made = false;
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

/* Takes all that have come until now. 0; EAGAIN if none has; else why they cannot be taken: what is
 * left in the pipe would be taken for signals that come later. */
static int take_all(const struct signal_pipe *pipe)
{
    char bytes[64];
    bool any = false;
    ssize_t n;

    if (!is_ours(pipe, pipe->read))
        return EBADF;
    while ((n = read(pipe->read, bytes, sizeof bytes)) > 0 || (n < 0 && errno == EINTR))
        any |= n > 0;
    if (any && (n == 0 || errno == EAGAIN))
        return 0;
    return n == 0 ? EBADF : errno;
}

/* All that has come until now counts once. */
static enum chain_io_attempt take(struct chain_io *io, int error)
{
    struct signal_wait *op = (struct signal_wait *)(void *)io;

    if (error == 0)
        error = take_all(&pipes[op->signal]);
    if (error == EAGAIN)
        return CHAIN_IO_AGAIN;
    if (error == 0)
        signal_wait_resolve(signal_wait_done(op), op->signal);
    else
        signal_wait_reject(signal_wait_done(op), error, NULL, 0);
    return CHAIN_IO_ENDED;
}

void signal_wait_start(struct signal_wait *op, int signal)
{
    int code = make_pipe(signal);

    op->io.attempt = take;
    op->signal = signal;
    if (code == 0)
        code = chain_io_start(chain_loop_of(op), &op->io, pipes[signal].read, CHAIN_IO_READ);
    if (code != 0)
        signal_wait_reject(signal_wait_done(op), code, NULL, 0);
}

void signal_wait_cancel(struct signal_wait *op)
{
    chain_io_stop(&op->io);
    signal_wait_cancelled(signal_wait_done(op));
}
