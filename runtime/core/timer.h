/* timer.h - the timers of a loop. */
#ifndef CHAIN_CORE_TIMER_H
#define CHAIN_CORE_TIMER_H

#include "chain/private/gen.h"

/* Takes the earliest timer out if it is due at `now`; NULL if there is none. */
struct chain_timer *chain__timer_due(struct chain_loop *loop, uint64_t now);

/* When the loop has to wake up for a timer at the latest: no timer is earlier,
 * and the earliest may have been disarmed. UINT64_MAX: never. */
#if CHAIN_TIMER_WHEEL
uint64_t chain__timer_next(struct chain_loop *loop);
void chain__timers_init(struct chain_loop *loop);
#else
static inline uint64_t chain__timer_next(const struct chain_loop *loop)
{
    return loop->timers.first != NULL ? loop->timers.first->deadline : UINT64_MAX;
}

static inline void chain__timers_init(struct chain_loop *loop)
{
    (void)loop;
}
#endif

/* The deadline of what ends at this time. */
uint64_t chain__deadline_at(const struct chain_loop *loop, uint64_t time);

#endif
