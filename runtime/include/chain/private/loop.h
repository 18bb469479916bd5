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
    uint64_t now;               /* ns, read once per turn: decides which timers are due (rule 19) */
    struct chain_timer *timers; /* pairing heap by (deadline, order) */
    uint64_t timer_order;
    size_t armed;                          /* timers in the heap */
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
