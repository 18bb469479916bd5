/* dump_signal.c - prints the dump of a loop, also when a signal comes. The
 * handler only wakes the loop, which prints while none of its chains runs. */
#define _GNU_SOURCE
#include "backend.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Of a loop, by its number. The signal is written last and read first; 0: none. */
struct asked {
    struct chain_io io; /* first */
    struct chain_loop *loop;
    int signal; /* atomic */
    int fd;     /* the handler writes to it */
    pid_t process;
};
static struct asked all_asked[CHAIN_LOOPS_MAX];
static int handlers; /* atomic: how many run now, in any thread */

void chain_dump_print(void *file, const char *text)
{
    fprintf((FILE *)file, "%s\n", text);
}

/* A child process shares the descriptors of its parent, and has to ask itself. */
static void note(int signal)
{
    const uint64_t one = 1;
    int saved = errno;

    __atomic_fetch_add(&handlers, 1, __ATOMIC_SEQ_CST);
    for (struct asked *asked = all_asked; asked != all_asked + CHAIN_LOOPS_MAX; asked++)
        if (__atomic_load_n(&asked->signal, __ATOMIC_SEQ_CST) == signal
            && asked->process == getpid())
            while (write(asked->fd, &one, sizeof one) < 0 && errno == EINTR)
                continue;
    __atomic_fetch_sub(&handlers, 1, __ATOMIC_SEQ_CST);
    errno = saved;
}

static size_t *waiting_of(const struct asked *asked)
{
    return &((struct chain_reactor *)(void *)asked->loop)->waiting;
}

/* It does not count as a waiting operation: a loop ends without a signal. */
static int wait_for_signal(struct asked *asked)
{
    int code = chain_io_wait(asked->loop, &asked->io, asked->fd, CHAIN_IO_READ);

    if (code == 0)
        --*waiting_of(asked);
    return code;
}

/* All that have come until now count once. */
static enum chain_io_attempt take(struct chain_io *io, int error)
{
    struct asked *asked = (struct asked *)(void *)io;
    uint64_t count;

    if (error != 0) {
        ++*waiting_of(asked);
        return CHAIN_IO_ENDED;
    }
    if (asked->process != getpid() || read(asked->fd, &count, sizeof count) != sizeof count)
        return CHAIN_IO_AGAIN;
    flockfile(stderr);
    chain_loop_dump(asked->loop, chain_dump_print, stderr);
    funlockfile(stderr);
    return CHAIN_IO_AGAIN;
}

/* No handler has the descriptor any more when it is closed. A loop that has
 * ended has let go of it. */
static void forget(struct asked *asked)
{
    if (asked->signal == 0)
        return;
    __atomic_store_n(&asked->signal, 0, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&handlers, __ATOMIC_SEQ_CST) != 0)
        continue;
    chain_io_close(asked->fd);
}

static int start(struct asked *asked, int signal)
{
    struct sigaction action = { .sa_handler = note, .sa_flags = SA_RESTART };
    int code;

    asked->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (asked->fd < 0)
        return errno;
    asked->process = getpid();
    asked->io.attempt = take;
    code = wait_for_signal(asked);
    sigfillset(&action.sa_mask);
    if (code == 0 && sigaction(signal, &action, NULL) != 0)
        code = errno;
    if (code == 0)
        __atomic_store_n(&asked->signal, signal, __ATOMIC_SEQ_CST);
    else
        chain_io_close(asked->fd);
    return code;
}

int chain_loop_dump_on_signal(struct chain_loop *loop, int signal)
{
    struct asked *asked = &all_asked[loop->id];

    if (chain__reactor_of(loop) == NULL)
        return ENOTSUP;
    forget(asked);
    asked->loop = loop;
    return signal == 0 ? 0 : start(asked, signal);
}
