#include "steps.h"

void now_start(struct now *op, int x)
{
    now_resolve(now_done(op), x);
}

void soon_start(struct soon *op, int x)
{
    soon_resolve_soon(soon_done(op), x);
}

void fail_start(struct fail *op, int code)
{
    fail_reject(fail_done(op), code, "fail", 0);
}

static struct failing {
    struct chain_timer timer; /* first */
    struct fail_soon_deferred done;
    int code;
} failing[16];

static void fire(struct chain_timer *timer, struct chain_loop *loop)
{
    struct failing *it = (struct failing *)(void *)timer;

    (void)loop;
    fail_soon_reject(it->done, it->code, "fail_soon", 0);
}

void fail_soon_start(struct fail_soon *op, int code)
{
    struct chain_loop *loop = chain_loop_of(op);
    struct failing *free_one = failing;

    while (free_one->timer.link != NULL)
        free_one++;
    free_one->done = fail_soon_done(op);
    free_one->code = code;
    free_one->timer.fire = fire;
    op->failing = free_one;
    chain_timer_arm(loop, &free_one->timer, chain_loop_deadline(loop, 0));
}

void fail_soon_cancel(struct fail_soon *op)
{
    struct failing *it = op->failing;

    chain_timer_disarm(chain_loop_of(op), &it->timer);
    fail_soon_cancelled(it->done);
}
