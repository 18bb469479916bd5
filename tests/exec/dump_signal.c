#include "dump_signal.h"

#include <chain_reactor.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void fire(struct chain_timer *timer, struct chain_loop *loop)
{
    struct parked *op = (struct parked *)(void *)timer; /* its only member */

    (void)loop;
    parked_resolve(parked_done(op));
}

/* A timer of its own, so that the text has no time in it. The loop looks for
 * signals before it fires. */
void parked_start(struct parked *op, const char *name)
{
    struct chain_loop *loop = chain_loop_of(op);

    (void)name;
    op->timer = (struct chain_timer){ .fire = fire };
    chain_timer_arm(loop, &op->timer, chain_loop_deadline(loop, 1000000));
}

void parked_cancel(struct parked *op)
{
    chain_timer_disarm(chain_loop_of(op), &op->timer);
    parked_cancelled(parked_done(op));
}

static void run(struct chain_loop *loop, const char *what)
{
    static struct waits u;

    fprintf(stderr, "%s:\n", what);
    waits_run(&u, loop, what);
    chain_loop_run(loop);
}

/* In a child the signal is the parent's affair, until it asks itself. */
static void try_child(struct chain_loop *loop)
{
    pid_t child = fork();

    if (child != 0) {
        waitpid(child, NULL, 0);
        return;
    }
    run(loop, "a child that has not asked");
    chain_loop_dump_on_signal(loop, SIGUSR1);
    run(loop, "one that has");
    fflush(stderr);
    _exit(0);
}

static size_t open_and_close(struct chain_reactor **reactor)
{
    size_t running = *reactor == NULL ? 0 : chain_reactor_close(*reactor);

    if (chain_reactor_open(reactor) != 0)
        return 99;
    return running;
}

static uint64_t no_clock(struct chain_loop *loop)
{
    (void)loop;
    return 0;
}

static void no_wait(struct chain_loop *loop, uint64_t deadline)
{
    (void)loop;
    (void)deadline;
}

int main(void)
{
    static const struct chain_port port = { .now = no_clock, .wait = no_wait };
    struct chain_reactor *reactor = NULL;
    struct chain_loop *loop, other;
    bool wrong = open_and_close(&reactor) != 0;

    loop = chain_reactor_loop(reactor);
    wrong |= chain_loop_dump_on_signal(loop, 12345) != EINVAL;
    wrong |= chain_loop_dump_on_signal(loop, SIGKILL) != EINVAL;
    wrong |= chain_loop_dump_on_signal(loop, SIGUSR1) != 0;
    run(loop, "asked");
    wrong |= chain_loop_dump_on_signal(loop, SIGUSR1) != 0;
    run(loop, "asked again");
    wrong |= chain_loop_turn(loop, false); /* it does not count as something that is left */
    try_child(loop);
    run(loop, "after a child");
    wrong |= chain_loop_dump_on_signal(loop, 0) != 0;
    run(loop, "not asked any more");
    wrong |= chain_loop_dump_on_signal(loop, SIGUSR1) != 0;
    wrong |= open_and_close(&reactor) != 0;
    loop = chain_reactor_loop(reactor);
    run(loop, "another loop");
    wrong |= chain_loop_dump_on_signal(loop, SIGUSR1) != 0;
    run(loop, "which asks, too");
    wrong |= chain_loop_init(&other, &port) != 0;
    wrong |= chain_loop_dump_on_signal(&other, SIGUSR1) != ENOTSUP;
    wrong |= chain_loop_fini(&other) != 0 || chain_reactor_close(reactor) != 0;
    return wrong;
}
