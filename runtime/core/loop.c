/* loop.c - the order of a turn; docs/runtime.md says the same in the same words. */
#include "cancel.h"
#include "core.h"
#include "mailbox.h"
#include "pool.h"
#include "root.h"
#include "strand.h"
#include "timer.h"
#include "trace.h"

int chain_loop_init(struct chain_loop *loop, const struct chain_port *port)
{
    *loop = (struct chain_loop){ .port = port };
    loop->ready.last = &loop->ready.first;
    loop->last_root = &loop->roots;
    loop->last_rejected = &loop->rejected;
    loop->reach.last = &loop->reach.first;
    loop->budget = CHAIN_BUDGET;
    loop->now = port->now(loop);
    chain__timers_init(loop);
    CHAIN__TRACE(chain__trace_open(loop));
    return chain__mailbox_open(loop) ? 0 : EMFILE;
}

static size_t descriptors_waiting(struct chain_loop *loop)
{
    return loop->port->descriptors == NULL ? 0 : loop->port->descriptors(loop);
}

bool chain_loop_left(struct chain_loop *loop, struct chain_left *left)
{
    left->roots = chain__roots_running(loop);
    left->instances = loop->instances;
    left->timers = loop->armed;
    left->descriptors = descriptors_waiting(loop);
    left->strands = 0;
    for (const struct chain_strand *strand = loop->ready.first; strand != NULL;
         strand = strand->next)
        left->strands++;
    /* Instances are of roots. */
    return left->roots != 0 || left->strands != 0 || left->timers != 0 || left->descriptors != 0;
}

size_t chain_loop_fini(struct chain_loop *loop)
{
    struct chain_left left;
    size_t running;

    if (loop->closed)
        return 0;
    if (chain_loop_left(loop, &left) && loop->on_left != NULL)
        loop->on_left(loop, &left);
    running = left.roots + left.instances;
    loop->closed = true;
    CHAIN__TRACE(chain__trace_close(loop));
    chain__roots_fini(loop);
    chain__drop_requests(chain__mailbox_close(loop, running == 0));
    chain__drop_requests(loop->ready.first);
    if (running == 0)
        chain__slabs_fini(loop); /* no post looks at it any more */
    return running;
}

static bool anything_left(struct chain_loop *loop)
{
    return chain__runs(loop) || loop->ready.first != NULL || loop->armed != 0
           || descriptors_waiting(loop) != 0;
}

/* Waits for the next timer, or only polls. */
static void wait_for_events(struct chain_loop *loop, bool block)
{
    uint64_t deadline = 0;

    if (block && !loop->stopping && loop->ready.first == NULL && anything_left(loop)
        && chain__mailbox_sleep(loop))
        deadline = chain__timer_next(loop);
    loop->port->wait(loop, deadline);
    chain__mailbox_awake(loop);
}

/* A timer that fires costs as much of the budget as a resumption, so that
 * timers which arm themselves again do not keep I/O from being polled. One
 * fires in any case: a strand that never waits must not keep timers from firing
 * (rule 17). */
static void fire_due_timers(struct chain_loop *loop)
{
    struct chain_timer *timer;

    while ((timer = chain__timer_due(loop, loop->now)) != NULL) {
        timer->fire(timer, loop);
        chain__drain(loop);
        if (loop->budget <= 0)
            break;
        loop->budget--;
    }
}

bool chain_loop_turn(struct chain_loop *loop, bool block)
{
    struct chain_loop *outer = chain__current;

    chain__current = loop;
    wait_for_events(loop, block);
    loop->budget = CHAIN_BUDGET;
    loop->now = loop->port->now(loop);
    chain__mailbox_take(loop);
    chain__drain(loop);
    fire_due_timers(loop);
    chain__current = outer;
    return anything_left(loop);
}

void chain_loop_run(struct chain_loop *loop)
{
    while (chain__runs(loop) && !loop->stopping)
        chain_loop_turn(loop, true);
    loop->stopping = false;
}

void chain_loop_stop(struct chain_loop *loop)
{
    loop->stopping = true;
}
