#define _GNU_SOURCE
#include "everything.h"

#include <chain_reactor.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures;

void everything_said(const char *part, int code)
{
    const char *name = chain_code_name(code);

    failures++;
    fprintf(stderr, "%s: %s\n", part, name == NULL ? "?" : name);
}

int everything_job(int number)
{
    return number;
}

int everything_disk(int number)
{
    return number;
}

int everything_raise(int number)
{
    return raise(number);
}

/* ---- a thread of the program --------------------------------------------- */

static everything_thread_deferred asked[3];
static pthread_t threads[3]; /* that answer */
static bool is_running[3];

static void *answer(void *context)
{
    int number = (int)(intptr_t)context;

    (void)everything_thread_post_resolve(asked[number], number);
    return NULL;
}

void everything_thread_start(struct everything_thread *op, int number)
{
    int code;

    asked[number] = everything_thread_done(op);
    code = pthread_create(&threads[number], NULL, answer, (void *)(intptr_t)number);
    if (code != 0)
        (void)everything_thread_post_reject(asked[number], code, NULL, 0);
    is_running[number] = code == 0;
}

void everything_thread_cancel(struct everything_thread *op)
{
    (void)everything_thread_post_cancelled(everything_thread_done(op));
}

/* ---- a descriptor of the program ----------------------------------------- */

static void close_pipe(struct everything_pipe *op)
{
    chain_io_close(op->ends[0]);
    close(op->ends[1]);
}

static enum chain_io_attempt try_pipe(struct chain_io *io, int error)
{
    struct everything_pipe *op = (struct everything_pipe *)(void *)io;
    char byte;
    ssize_t n = 0;

    do
        n = error == 0 ? read(op->ends[0], &byte, 1) : -1;
    while (n < 0 && error == 0 && errno == EINTR);
    if (n < 0 && error == 0 && errno == EAGAIN)
        return CHAIN_IO_AGAIN;
    if (n < 0 && error == 0)
        error = errno;
    close_pipe(op);
    if (error != 0)
        everything_pipe_reject(everything_pipe_done(op), error, NULL, 0);
    else
        everything_pipe_resolve(everything_pipe_done(op), 1);
    return CHAIN_IO_ENDED;
}

void everything_pipe_start(struct everything_pipe *op, int number)
{
    int code;

    (void)number;
    op->io.attempt = try_pipe;
    if (pipe2(op->ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        everything_pipe_reject(everything_pipe_done(op), errno, NULL, 0);
        return;
    }
    chain_io_forget(op->ends[0]);
    code = chain_io_wait(chain_loop_of(op), &op->io, op->ends[0], CHAIN_IO_READ);
    if (code == 0) {
        ssize_t written;
        do
            written = write(op->ends[1], "x", 1);
        while (written < 0 && errno == EINTR);
        if (written == 1)
            return;
        code = errno;
        chain_io_stop(&op->io);
    }
    close_pipe(op);
    everything_pipe_reject(everything_pipe_done(op), code, NULL, 0);
}

void everything_pipe_cancel(struct everything_pipe *op)
{
    chain_io_stop(&op->io);
    close_pipe(op);
    everything_pipe_cancelled(everything_pipe_done(op));
}

/* ---- a child process ----------------------------------------------------- */

static struct everything u;

/* A thread that ends takes locks of AddressSanitizer, which a child process that is made just then
 * would wait for without end. */
static void join_threads(void)
{
    for (int i = 0; i < 3; i++) {
        if (is_running[i])
            pthread_join(threads[i], NULL);
        is_running[i] = false;
    }
}

/* It goes on as its parent does, and says with its status how that went.
 * ThreadSanitizer allows no threads in a child process: there it is none. */
int everything_fork(struct chain_loop *loop)
{
    int status;
    pid_t child;

    (void)loop;
#ifdef __SANITIZE_THREAD__
    return 1;
#endif
    join_threads();
    child = fork();
    if (child <= 0)
        return child;
    if (waitpid(child, &status, 0) != child)
        return -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) <= 1)
        return 1;
    fprintf(stderr, "the child's status is %#x\n", (unsigned)status);
    _exit(3);
}

static int fail(const char *what, int code)
{
    fprintf(stderr, "everything: %s: %s\n", what, strerror(code));
    return 1;
}

int main(void)
{
    struct chain_reactor *reactor;
    struct chain_loop *loop;
    int code = chain_reactor_open(&reactor);

    if (code != 0)
        return fail("cannot open the reactor", code);
    loop = chain_reactor_loop(reactor);
    code = chain_reactor_threads(loop, "disk", 2);
    if (code == 0)
        code = everything_run(&u, loop, loop);
    if (code == 0)
        chain_loop_run(loop);
    join_threads();
    if (code != 0)
        fail("cannot begin", code);
    else if (chain_root_outcome(&u.root) == CHAIN_OUTCOME_CANCELLED)
        failures++;
    if (chain_reactor_close(reactor) != 0)
        return 4;
    return code != 0 || failures != 0;
}
