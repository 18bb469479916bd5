/* timer.c - when a duration ends, and `delay`. Which timer is the earliest:
 * timer_wheel.c, timer_heap.c. */
#include "timer.h"

#include "core.h"

/* A duration begins now, not when the turn began: work may have been done since
 * (rule 19). One of 0 is over in any case. */
uint64_t(chain_loop_deadline)(struct chain_loop *loop, int64_t ns)
{
    uint64_t now;

    if (ns <= 0)
        return loop->now;
    now = loop->port->now(loop);
    return (uint64_t)ns > UINT64_MAX - now ? UINT64_MAX : now + (uint64_t)ns;
}

/* A time that is past is now: the timer is due in this turn, after those that
 * are due already (rules 15, 162). */
uint64_t chain__deadline_at(const struct chain_loop *loop, uint64_t time)
{
    return time < loop->now ? loop->now : time;
}

/* ---- delay --------------------------------------------------------------- */

static void end_delay(struct chain_timer *timer, struct chain_loop *loop)
{
    (void)loop;
    chain__settle(chain__deferred(timer), 0);
}

void chain__delay_until(struct chain__delay *op, uint64_t time)
{
    struct chain_loop *loop = chain_loop_of(op);

    op->timer.link = NULL;
    op->timer.fire = end_delay;
    chain_timer_arm(loop, &op->timer, chain__deadline_at(loop, time));
}

void chain__delay_start(struct chain__delay *op, int64_t ns)
{
    chain__delay_until(op, chain_loop_deadline(chain_loop_of(op), ns));
}

void chain__delay_cancel(struct chain__delay *op)
{
    chain_timer_disarm(chain_loop_of(op), &op->timer);
    chain__acknowledge(chain__deferred(op));
}
