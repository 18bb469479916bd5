/* chain/private/promise.h - the functions that generated code calls for
 * promises: start, await, cancel, and the end of the block of a promise (rules
 * 133-147). Private: part of chain/private/gen.h, which includes it. */
#ifndef CHAIN_PRIVATE_PROMISE_H
#define CHAIN_PRIVATE_PROMISE_H

#include "chain/private/gen.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An operation that waits until a promise has ended. */
struct chain__await {
    struct chain__await *next;
    bool takes; /* it takes the promise's rejection over; else it only waits */
};

/* A strand that runs beside the one that has started it. Its storage follows.
 * Once it has ended, its header and storage have its outcome until the place is
 * used again. */
struct chain__promise {
    struct chain__await *waits; /* first come, first served */
    struct chain_strand strand; /* last */
};
CHAIN_STATIC_ASSERT(sizeof(struct chain__promise)
                        == offsetof(struct chain__promise, strand) + sizeof(struct chain_strand),
                    "the storage of a promise follows its strand directly");

/* A flag of a promise that has ended: it was rejected, and nothing has taken
 * the rejection over. Nothing waits for branches then. */
enum { CHAIN__UNHEARD = CHAIN__DECIDED };

/* For generated cancel functions: true if not what the strand waits for is to
 * be asked, but the promises that it has started. */
static inline bool chain__asks_promises(struct chain_loop *loop)
{
    bool asks = loop->asks_promises;

    loop->asks_promises = false;
    return asks;
}

/* Begins a promise at the state `at` and lets it run to its first wait, without
 * resuming any other strand (rule 133). `own` is a state of the strand that
 * starts it: if that is cancelled meanwhile, its promises are found. */
void chain__promise_start(struct chain_strand *strand, struct chain__promise *promise,
                          struct chain_loop *loop, unsigned at, unsigned own);

/* The strand of a promise has ended with the outcome in its header and storage. */
void chain__promise_ended(struct chain_strand *strand, struct chain_loop *loop);

/* `await`: settles as the promise does (rule 135). */
void chain__await_start(struct chain__await *op, struct chain__promise *promise);

/* Settles without a value when the promise has ended, however it has. */
void chain__await_end_start(struct chain__await *op, struct chain__promise *promise);

/* Both: ends the waiting, and not the promise (rule 137). */
void chain__await_cancel(struct chain__await *op, struct chain__promise *promise);

/* True if the promise runs, or has a rejection that nothing has taken over. */
static inline bool chain__promise_is_open(const struct chain__promise *promise)
{
    return (promise->strand.op.flags & ((unsigned)CHAIN__UNENDED | CHAIN__UNHEARD)) != 0;
}

/* Asks a promise that the running strand has started to stop. */
void chain__promise_stop(struct chain_strand *strand, struct chain__promise *promise,
                         struct chain_loop *loop);

/* The promise has ended, and nobody is going to await it: a rejection that
 * nothing has taken over goes to the suppressed hook (rules 138, 140). */
void chain__promise_drop(struct chain__promise *promise, struct chain_loop *loop);

#ifdef __cplusplus
}
#endif

#endif
