/* timer.h - the timers of a loop. */
#ifndef CHAIN_CORE_TIMER_H
#define CHAIN_CORE_TIMER_H

#include "chain/private/gen.h"

/* Takes the earliest timer out if it is due at `now`; NULL if there is none. */
struct chain_timer *chain__timer_due(struct chain_loop *loop, uint64_t now);

/* The deadline of what ends at this time. */
uint64_t chain__deadline_at(const struct chain_loop *loop, uint64_t time);

#endif
