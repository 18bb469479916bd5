/* The host of posts_against_cancels.chain, and the thread that rejects. */
#include "posts_against_cancels.h"

#include <chain_reactor.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

enum { ROUNDS = 20000 };

static struct wait_for_it chain;
static slow_deferred pending;
static unsigned begun, over; /* atomic */
static unsigned reported;

void slow_start(struct slow *op)
{
    pending = slow_done(op);
    __atomic_store_n(&begun, 1, __ATOMIC_RELEASE);
}

void slow_cancel(struct slow *op)
{
    (void)op; /* the thread settles it in any case */
}

static void *reject_all(void *context)
{
    while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE))
        if (__atomic_exchange_n(&begun, 0, __ATOMIC_ACQUIRE) != 0)
            slow_post_reject(pending, EIO, "too late", 0);
    return context;
}

static void note(struct chain_loop *loop, const struct chain_error *error)
{
    (void)loop;
    reported += error->code == EIO && error->message != NULL;
}

/* The cancel comes a little later each time, so that both meet. */
static void run_round(struct chain_loop *loop, int round)
{
    wait_for_it_run(&chain, loop);
    chain_loop_turn(loop, false);
    for (volatile int i = 0; i < round % 300; i++)
        continue;
    wait_for_it_cancel(&chain);
    while (!chain_root_is_quiescent(&chain.root))
        chain_loop_turn(loop, false);
    reported += chain_root_outcome(&chain.root) == CHAIN_OUTCOME_REJECTED;
}

int main(void)
{
    struct chain_reactor *reactor;
    struct chain_loop *loop;
    pthread_t thread;

    if (chain_reactor_open(&reactor) != 0 || pthread_create(&thread, NULL, reject_all, NULL) != 0)
        return 1;
    loop = chain_reactor_loop(reactor);
    loop->on_suppressed = note;
    for (int i = 0; i < ROUNDS; i++)
        run_round(loop, i);
    __atomic_store_n(&over, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    printf("%u of %d rejections reported\n", reported, ROUNDS);
    return (int)chain_reactor_close(reactor);
}
