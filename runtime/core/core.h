/* core.h - shared by all files of the core, which makes no system call and needs no heap. */
#ifndef CHAIN_CORE_H
#define CHAIN_CORE_H

#include "chain/private/gen.h"

/* States that only a bug in libchain or chainc can bring about (rule 108). */
#ifdef CHAIN_DEBUG
#define CHAIN__CHECK(condition) ((condition) ? (void)0 : __builtin_trap())
#else
#define CHAIN__CHECK(condition) ((void)0)
#endif

static inline uint8_t chain__id_of_tag(uint64_t tag)
{
    return (uint8_t)(tag >> 8);
}

/* What a cancel has won over had no value (rules 42a, 42c). */
static inline void chain__empty(struct chain_op *op)
{
    if ((chain__tag(op) & CHAIN__BRANCH) != 0)
        op->code = CHAIN__CODE_CANCELLED_EMPTY;
    else
        op->mark = CHAIN__EMPTY;
}

/* A lock that is held for a few instructions, between the threads of several
 * loops (rule 99). Interrupts never take it. */
static inline void chain__lock(uint32_t *lock)
{
    while (CHAIN_THREADS && chain__swap_word(lock, 1, __ATOMIC_ACQUIRE) != 0)
        continue;
}

static inline void chain__unlock(uint32_t *lock)
{
    if (CHAIN_THREADS)
        chain__store_word(lock, 0, __ATOMIC_RELEASE);
}

/* No other strand is resumed until the running one has come back to the loop;
 * its loops go round on what is set aside. */
static inline void chain__set_budget_aside(struct chain_loop *loop)
{
    loop->spared += loop->budget > 0 ? loop->budget : 0;
    loop->budget = 0;
}

static inline void chain__restore_budget(struct chain_loop *loop)
{
    loop->budget = loop->spared;
    loop->spared = 0;
}

#endif
