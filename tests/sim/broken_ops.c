/* leaks: a cancel leaves its timer armed. settles: twice. deaf: a cancel that
 * comes too late settles nothing, ever. */
#include "broken.h"

static void arm(void *op, struct chain_timer *timer,
                void (*fire)(struct chain_timer *timer, struct chain_loop *loop))
{
    struct chain_loop *loop = chain_loop_of(op);

    *timer = (struct chain_timer){ .fire = fire };
    chain_timer_arm(loop, timer, chain_loop_deadline(loop, 1000));
}

static void leaks_end(struct chain_timer *timer, struct chain_loop *loop)
{
    struct leaks *op = (struct leaks *)(void *)timer;

    (void)loop;
    leaks_resolve(leaks_done(op), 1);
}

/* The timer is not in the struct, which is gone when it would fire. */
static struct chain_timer left;

void leaks_start(struct leaks *op, int key)
{
    (void)key;
    arm(op, &op->timer, leaks_end);
}

static void nothing(struct chain_timer *timer, struct chain_loop *loop)
{
    (void)timer;
    (void)loop;
}

void leaks_cancel(struct leaks *op)
{
    struct chain_loop *loop = chain_loop_of(op);

    chain_timer_disarm(loop, &op->timer);
    left = (struct chain_timer){ .fire = nothing };
    chain_timer_arm(loop, &left, chain_loop_deadline(loop, 1000000));
    leaks_cancelled(leaks_done(op));
}

static void settles_end(struct chain_timer *timer, struct chain_loop *loop)
{
    settles_deferred done = settles_done((struct settles *)(void *)timer);

    (void)loop;
    settles_resolve(done, 1);
    settles_resolve(done, 2);
}

void settles_start(struct settles *op, int key)
{
    (void)key;
    arm(op, &op->timer, settles_end);
}

void settles_cancel(struct settles *op)
{
    chain_timer_disarm(chain_loop_of(op), &op->timer);
    settles_cancelled(settles_done(op));
}

static void deaf_end(struct chain_timer *timer, struct chain_loop *loop)
{
    (void)loop;
    deaf_resolve(deaf_done((struct deaf *)(void *)timer), 1);
}

void deaf_start(struct deaf *op, int key)
{
    (void)key;
    arm(op, &op->timer, deaf_end);
}

void deaf_cancel(struct deaf *op)
{
    chain_timer_disarm(chain_loop_of(op), &op->timer);
}
