/* knock.c - an operation written in C. */
#include "greet.h"

static void again(struct chain_timer *timer, struct chain_loop *loop)
{
    struct knock *op = (struct knock *)timer; /* its first member */

    if (op->left-- > 0)
        chain_timer_arm(loop, timer, chain_loop_deadline(loop, 1000000)); /* ns */
    else
        knock_resolve(knock_done(op));
}

void knock_start(struct knock *op, int times)
{
    struct chain_loop *loop = chain_loop_of(op);

    op->left = times;
    op->timer = (struct chain_timer){ .fire = again };
    chain_timer_arm(loop, &op->timer, chain_loop_deadline(loop, 0));
}

void knock_cancel(struct knock *op)
{
    chain_timer_disarm(chain_loop_of(op), &op->timer);
    knock_cancelled(knock_done(op));
}
