/* chain/private/loop.h - the members of a loop. Private: chain.h lists those
 * that a program may read or set. */
#ifndef CHAIN_PRIVATE_LOOP_H
#define CHAIN_PRIVATE_LOOP_H

#include "chain/private/types.h"

#ifdef __cplusplus
extern "C" {
#endif

struct chain_error;
struct chain_event;
struct chain_left;
struct chain_port;
struct chain_root;
struct chain_timer;
struct chain_workers;

/* The armed timers of a loop: timer_wheel.c, timer_heap.c. */
#if CHAIN_TIMER_WHEEL
enum {
    CHAIN__TIMER_BITS = 6, /* of the deadline, for one level */
    CHAIN__TIMER_SLOTS = 1 << CHAIN__TIMER_BITS,
    CHAIN__TIMER_LEVELS = (64 + CHAIN__TIMER_BITS - 1) / CHAIN__TIMER_BITS,
    CHAIN__TIMER_AHEAD = 16 /* how many timers a prefetch is ahead */
};

struct chain__timer_slot {
    uint64_t bound; /* ns; no timer of it is earlier */
    struct chain_timer *newest;
};

/* The last timers that were placed in a slot of this number, at any level. */
struct chain__timer_trail {
    const void *last[CHAIN__TIMER_AHEAD];
    unsigned at;
};

struct chain__timers {
    /* by deadline, then arming order; none has a deadline after `cursor`. `latest`: none
     * has one after it, if there is any */
    struct {
        struct chain_timer *first, **last;
        uint64_t latest;
    } due;
    struct chain_timer *never; /* with the deadline UINT64_MAX */
    uint64_t cursor;           /* ns; a timer that is not due has a later deadline */
    uint64_t levels;           /* bits: perhaps in use */
    uint64_t used[CHAIN__TIMER_LEVELS];
    struct chain__timer_slot slots[CHAIN__TIMER_LEVELS][CHAIN__TIMER_SLOTS];
    struct chain__timer_trail trails[CHAIN__TIMER_SLOTS];
};
#else
struct chain__timers {
    struct chain_timer *first; /* the root of a pairing heap by (deadline, order) */
    uint64_t order;            /* of the next one that is armed */
};
#endif

struct chain_loop {
    struct chain__queue ready; /* strands to resume, FIFO (rule 14) */
    /* cancelled while it was starting an operation: asked when it waits (rule 66) */
    struct chain_strand *interrupted;
    const struct chain_type *interrupted_in; /* the chain whose branch that is; NULL: none */
    /* budget set aside, so that the running strand comes back at once when it waits */
    int32_t spared;
    /* resumptions and loop rounds left before timers and I/O get a turn, if any (rule 17) */
    int32_t budget;
    uint32_t id; /* position in chain__loops */
    bool stopping, closed;
    uint64_t now; /* ns, read once per turn: decides which timers are due (rule 19) */
    struct chain__timers timers;
    size_t armed;                          /* timers in it */
    struct chain_root *roots, **last_root; /* running, in the order they were started */
    /* rejected, and nobody has looked at them since, in the order they ended */
    struct chain_root *rejected, **last_rejected;
    size_t bare;      /* chains without a root that run */
    size_t instances; /* spawned chains that have not ended */
    /* chain_loop_cancel() was called, and roots still run: nothing is spawned (rule 80) */
    bool ending;
    bool ends_matter; /* a strand that ends may be `interrupted`, or the last one while `ending` */
    bool asks_promises; /* a `cancel` function is called for promises */
    struct chain__reach reach;
    /* Cancels the promises of a strand, those of one that was `interrupted` when
     * it is called with no loop. NULL before the first promise starts. */
    void (*reach_promises)(struct chain_strand *strand, struct chain_loop *loop);
    struct chain__slabs *slabs; /* memory of instances of chains without a pool */
    const struct chain_port *port;
    /* state of the generator for jitter; set it for runs that repeat (rule 91) */
    uint64_t random;
    uint64_t suppressed; /* rejections that another outcome replaced (rule 106) */
    /* may be NULL */
    void (*on_suppressed)(struct chain_loop *loop, const struct chain_error *error);
    /* may be NULL */
    void (*on_unhandled)(struct chain_loop *loop, const struct chain_error *error);
    /* may be NULL */
    void (*on_left)(struct chain_loop *loop, const struct chain_left *left);
    /* the port cannot wait any more; may be NULL */
    void (*on_failed)(struct chain_loop *loop, int code);
    /* for the host's use */
    void *context;
    /* runs blocking steps; NULL: they reject with ENOTSUP (rule 104) */
    const struct chain_workers *workers;
    /* gets every event of a traced build (chain.h, "the trace"); may be NULL */
    void (*on_trace)(struct chain_loop *loop, const struct chain_event *event);
    /* traced builds: the last number given; the one before the first */
    uint64_t numbers, no_number;
    /* traced builds: the chain that has ended, if C code ran it or it was spawned */
    const struct chain_type *last_chain;
    uint16_t starting; /* traced builds: the state after the operation that is being started */
};

#ifdef __cplusplus
}
#endif

#endif
