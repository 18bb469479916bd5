/* stagger.c - the items of an each that begin one after another (rule 154). */
#include "core.h"
#include "timer.h"

void chain__stagger_start(struct chain__delay *op, struct chain__stagger *stagger)
{
    const struct chain_loop *loop = chain_loop_of(op);

    op->timer.link = NULL;
    stagger->waits = op;
    if (stagger->due <= loop->now)
        chain__settle(chain__deferred(op), 0);
    else
        chain__delay_until(op, stagger->due);
}

void chain__staggered(struct chain__stagger *stagger, struct chain_loop *loop)
{
    stagger->waits = NULL;
    stagger->due = chain_loop_deadline(loop, stagger->ns);
}

void chain__hurry(struct chain__stagger *stagger, struct chain_loop *loop)
{
    struct chain__delay *op = stagger->waits;

    stagger->due = 0;
    if (op == NULL || op->timer.link == NULL)
        return;
    chain_timer_disarm(loop, &op->timer);
    chain__settle(chain__deferred(op), 0);
}
