/* work.h - what every variant of a workload does, so that all of them do the
 * same and their checksums agree. */
#ifndef WORK_H
#define WORK_H

#include <stddef.h>

/* What one step makes of its value. The C compiler cannot fold five of them into one. */
static inline long work_step(long v)
{
    return v + (v >> 3) + 1;
}

/* Chains are run until `left` is 0: the function that sees one end takes its
 * value and starts it again. */
struct work {
    size_t left;
    unsigned long sum;
};

/* The sum also tells the order in which the chains ended. */
static inline void work_ended(struct work *work, long value)
{
    work->sum = work->sum * 31 + (unsigned long)value;
}

/* Whether to start another chain, and with what. */
static inline int work_next(struct work *work, long *v)
{
    if (work->left == 0)
        return 0;
    *v = (long)work->left--;
    return 1;
}

/* Settle the operations that wait for it: of the chains of near.chain and far.chain. */
void near_settle(void);
void far_settle(void);

/* Runs `chains` chains, `k` of them interleaved at any time; returns the checksum. */
typedef unsigned long work_run(size_t k, size_t chains);

enum { WORK_K_MAX = 1000 };

#endif
