/* timer.c - timers in an intrusive pairing heap ordered by (deadline, arming
 * order) (rules 15, 88).
 *
 * A node's children are the list child -> sibling -> sibling; `link` is
 * whatever points to the node: its parent's `child`, its elder sibling's
 * `sibling`, or the loop's `timers`. Nothing here recurses. */
#include "timer.h"

#include "core.h"

static bool before(const struct chain_timer *a, const struct chain_timer *b)
{
    return a->deadline != b->deadline ? a->deadline < b->deadline : a->order < b->order;
}

/* Makes the later of two heaps the first child of the other, which is returned;
 * its link and sibling are not set. */
static struct chain_timer *meld(struct chain_timer *a, struct chain_timer *b)
{
    struct chain_timer *first = before(a, b) ? a : b;
    struct chain_timer *later = first == a ? b : a;

    later->sibling = first->child;
    if (later->sibling != NULL)
        later->sibling->link = &later->sibling;
    later->link = &first->child;
    first->child = later;
    return first;
}

/* Melds a list of siblings into one heap: in pairs from the left, then all pairs from the right. */
static struct chain_timer *meld_siblings(struct chain_timer *list)
{
    struct chain_timer *pairs = NULL;
    struct chain_timer *heap;

    while (list != NULL) {
        struct chain_timer *a = list;
        struct chain_timer *b = a->sibling;
        list = b != NULL ? b->sibling : NULL;
        if (b != NULL)
            a = meld(a, b);
        a->sibling = pairs;
        pairs = a;
    }
    if (pairs == NULL)
        return NULL;
    heap = pairs;
    pairs = pairs->sibling;
    while (pairs != NULL) {
        struct chain_timer *next = pairs->sibling;
        heap = meld(heap, pairs);
        pairs = next;
    }
    return heap;
}

static void set_root(struct chain_loop *loop, struct chain_timer *timer)
{
    loop->timers = timer;
    timer->sibling = NULL;
    timer->link = &loop->timers;
}

void chain_timer_arm(struct chain_loop *loop, struct chain_timer *timer, uint64_t deadline)
{
    CHAIN__CHECK(timer->link == NULL);
    timer->deadline = deadline;
    timer->order = loop->timer_order++;
    loop->armed++;
    timer->child = NULL;
    set_root(loop, loop->timers == NULL ? timer : meld(loop->timers, timer));
}

void chain_timer_disarm(struct chain_loop *loop, struct chain_timer *timer)
{
    struct chain_timer *rest;

    if (timer->link == NULL)
        return;
    loop->armed--;
    *timer->link = timer->sibling;
    if (timer->sibling != NULL)
        timer->sibling->link = timer->link;
    timer->link = NULL;
    rest = meld_siblings(timer->child);
    if (rest != NULL)
        set_root(loop, loop->timers == NULL ? rest : meld(loop->timers, rest));
}

struct chain_timer *chain__timer_due(struct chain_loop *loop, uint64_t now)
{
    struct chain_timer *timer = loop->timers;

    if (timer == NULL || timer->deadline > now || timer->deadline == UINT64_MAX)
        return NULL;
    chain_timer_disarm(loop, timer);
    return timer;
}

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
