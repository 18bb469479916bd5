/*timer_heap.c - timers in an intrusive pairing heap ordered by (deadline, arming
 * order) (rules 15, 88): as small as it gets, for firmware. See timer_wheel.c.
 *
 * A node's children are the list child -> sibling -> sibling; `link` is
 * whatever points to the node: its parent's `child`, its elder sibling's
 * `sibling`, or the loop's first timer. Nothing here recurses. */
#include "core.h"
#include "timer.h"

#if !CHAIN_TIMER_WHEEL

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
    loop->timers.first = timer;
    timer->sibling = NULL;
    timer->link = &loop->timers.first;
}

void chain_timer_arm(struct chain_loop *loop, struct chain_timer *timer, uint64_t deadline)
{
    CHAIN__CHECK(timer->link == NULL);
    timer->deadline = deadline;
    timer->order = loop->timers.order++;
    loop->armed++;
    timer->child = NULL;
    set_root(loop, loop->timers.first == NULL ? timer : meld(loop->timers.first, timer));
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
        set_root(loop, loop->timers.first == NULL ? rest : meld(loop->timers.first, rest));
}

struct chain_timer *chain__timer_due(struct chain_loop *loop, uint64_t now)
{
    struct chain_timer *timer = loop->timers.first;

    if (timer == NULL || timer->deadline > now || timer->deadline == UINT64_MAX)
        return NULL;
    chain_timer_disarm(loop, timer);
    return timer;
}

#endif
