/* The host of cancelled_at_the_end.chain. */
#include "cancelled_at_the_end.h"

#include <chain_reactor.h>
#include <semaphore.h>
#include <stdio.h>

enum { JOBS = 1000 };

static struct one_job jobs[JOBS];
static sem_t gate;

/* The first one keeps the only thread until the loop ends. */
void job(int number)
{
    if (number == 0)
        while (sem_wait(&gate) != 0)
            continue;
}

static void cancel_what_is_left(struct chain_loop *loop, const struct chain_left *left)
{
    printf("%zu left\n", left->roots);
    chain_loop_cancel(loop);
}

int main(void)
{
    struct chain_reactor *reactor;
    struct chain_loop *loop;

    if (sem_init(&gate, 0, 0) != 0 || chain_reactor_open(&reactor) != 0)
        return 1;
    loop = chain_reactor_loop(reactor);
    loop->on_left = cancel_what_is_left;
    if (chain_reactor_threads(loop, "one", 1) != 0)
        return 1;
    for (int i = 0; i < JOBS; i++)
        if (one_job_run(&jobs[i], loop, i) != 0)
            return 1;
    for (int i = 0; i < JOBS; i++)
        chain_loop_turn(loop, false);
    sem_post(&gate);
    printf("%zu were running\n", chain_reactor_close(reactor));
    return 0;
}
