#include "slabs_after_posts.h"

#include <chain_reactor.h>
#include <stdio.h>

static call_deferred saved;
static void (*release)(struct chain_loop *loop, void *memory, size_t size);
static unsigned settled[3]; /* by what the settling call has returned */

void call_start(struct call *op)
{
    saved = call_done(op);
    call_post_resolve(saved);
}

/* Stands in for a thread that comes at this moment. */
static void post_and_release(struct chain_loop *loop, void *memory, size_t size)
{
    settled[call_post_resolve(saved)]++;
    release(loop, memory, size);
}

int main(void)
{
    static struct slabs_after_posts u;
    struct chain_reactor *reactor;
    struct chain_loop *loop;
    struct chain_port port;

    if (chain_reactor_open(&reactor) != 0)
        return 1;
    loop = chain_reactor_loop(reactor);
    port = *loop->port;
    release = port.release;
    port.release = post_and_release;
    loop->port = &port;
    slabs_after_posts_run(&u, loop);
    chain_loop_run(loop);
    chain_reactor_close(reactor);
    printf("late: %u, closed: %s\n", settled[CHAIN_LATE],
           settled[CHAIN_CLOSED] != 0 ? "yes" : "no");
    return 0;
}
