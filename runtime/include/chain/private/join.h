/* chain/private/join.h - the functions that generated code calls for branches
 * (all, any, race, settle, each, timeout) and for delay. Private: part of
 * chain/private/gen.h, which includes it. */
#ifndef CHAIN_PRIVATE_JOIN_H
#define CHAIN_PRIVATE_JOIN_H

#include "chain/private/gen.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- branches of all, any, race, settle ---------------------------------- */

/* The storage of a strand while it waits for branches. It begins as a struct
 * chain__retried does. */
struct chain__decision {
    struct chain_failure failure;  /* of the rejection that decided */
    uint32_t attempt;              /* of the rejection */
    const struct chain_op *winner; /* the header that decided */
};
CHAIN_STATIC_ASSERT(offsetof(struct chain__decision, attempt)
                        == offsetof(struct chain__retried, attempt),
                    "the attempt of a rejection that decided is that of the strand which waited");

/* The strand is going to wait for `count` branches, and resumes at `at`: the
 * header is made pending with one more, which chain__join() takes away, so that
 * nothing is decided before every branch has been started (rule 18). */
static inline void chain__fork(struct chain_strand *strand, enum chain__kind kind, unsigned count,
                               unsigned at)
{
    strand->op.branches = (uint8_t)(count + 1);
    strand->op.at = (uint16_t)at;
    strand->op.flags |= (uint8_t)(CHAIN__FORKING | (unsigned)kind);
    if (((unsigned)kind & CHAIN__BY_VALUE) != 0) /* someone is going to ask who won */
        ((struct chain__decision *)chain__storage(&strand->op))->winner = NULL;
    chain__pending(&strand->op);
    CHAIN__TRACE(chain__trace_start(&strand->op, at));
}

/* Prepares the header of a branch that is one operation, before its start. `at`
 * is the distance in bytes to the header of its strand; or, with
 * CHAIN__OF_FRAME in `way`, to the pointer to the frame, which is known where
 * this is compiled. `site` says where the branch stands: an index into the
 * sites of the parent's chain. It becomes the origin of a rejection, because no
 * code of the chain runs when the branch settles. False if nothing may be
 * started any more because the strand has been cancelled (rule 67). */
static inline bool chain__branch_at(struct chain_strand *parent, struct chain_op *op, size_t at,
                                    uint64_t way, unsigned site)
{
    uint64_t low = (chain__tag(&parent->op) & 0xff00) | CHAIN__BRANCH | way;
    bool cancelled = parent->op.code == CHAIN_CODE_CANCELLED;
    /* 0: there is no room for it, the origin is unknown */
    unsigned mark = site < 0xffff ? site + 1 : 0;

    op->code = cancelled ? CHAIN__CODE_CANCELLED_EMPTY : 0;
    op->at = (uint16_t)(at / 8);
    op->flags = (uint8_t)(mark & 0xff);
    op->site_high = (uint8_t)(mark >> 8);
    if (CHAIN__UNLIKELY(cancelled)) {
        chain__set_tag(op, (chain__tag(op) & ~CHAIN__LOW) | low);
        parent->op.branches--;
        return false;
    }
    chain__set_tag(op, ((chain__tag(op) & ~CHAIN__LOW) + CHAIN__GENERATION) | low); /* pending */
    if ((chain__tag(op) & CHAIN__GENERATION) == 0)
        __builtin_unreachable();
    CHAIN__TRACE(chain__trace_branch(op));
    return true;
}

static inline bool chain__frame_branch(struct chain_strand *parent, struct chain_op *op, size_t at,
                                       unsigned site)
{
    return chain__branch_at(parent, op, at, CHAIN__OF_FRAME, site);
}

static inline bool chain__branch(struct chain_strand *parent, struct chain_op *op, unsigned site)
{
    return chain__branch_at(parent, op, (size_t)((char *)op - (char *)&parent->op), 0, site);
}

/* Starts a branch that is a strand of its own and lets it run to its first
 * wait, without resuming any other strand. */
void chain__strand_start(struct chain_strand *parent, struct chain_strand *branch,
                         struct chain_loop *loop, unsigned at);

/* For an each whose first items have all been started: a slot whose item has
 * ended takes the next items at once, unless the each is decided. */
void chain__slot_again(struct chain_strand *parent, struct chain_strand *slot,
                       struct chain_loop *loop, unsigned at);

/* For an each whose items are pulled: the strand of a slot without a live item,
 * or NULL. `first` is the strand of the first slot; a slot has `size` bytes. */
struct chain_strand *chain__free_slot(const struct chain_strand *parent, struct chain_strand *first,
                                      size_t size, unsigned limit);

/* Starts one more branch while its siblings run. It begins after the strands
 * that are ready now, so it needs no stack (rule 13). */
void chain__strand_queue(struct chain_strand *parent, struct chain_strand *branch,
                         struct chain_loop *loop, unsigned at);

/* A branch strand has ended with the outcome in its header and storage. */
void chain__branch_ended(struct chain_strand *parent, struct chain_strand *branch,
                         struct chain_loop *loop);

/* A slot of an any each or race each has ended without a value or rejection that
 * counts. */
void chain__branch_left(struct chain_strand *parent, struct chain_strand *branch,
                        struct chain_loop *loop);

/* The source of an any each was rejected: that decides, and ends the slot. */
void chain__source_ended(struct chain_strand *parent, struct chain_strand *branch,
                         struct chain_loop *loop);

bool chain__join_decided(struct chain_strand *strand, struct chain_loop *loop);

/* After all branches have been started: true if all have ended, so that the
 * strand can go on at once. */
static inline bool chain__join(struct chain_strand *strand, struct chain_loop *loop)
{
    struct chain_op *op = &strand->op;
    bool last = op->branches == 1;

    if (CHAIN__UNLIKELY((op->flags & CHAIN__DECIDED) != 0
                        || (last && (op->code != 0 || (op->flags & CHAIN__BY_VALUE) != 0))))
        return chain__join_decided(strand, loop);
    op->branches--;
    if (last) {
        op->flags &= (uint8_t) ~(CHAIN__FORKING | CHAIN__KIND);
        CHAIN__TRACE(chain__trace_settled(chain__tag(op), op, 0));
        chain__set_tag(op, chain__tag(op) + CHAIN__GENERATION);
        if ((chain__tag(op) & CHAIN__GENERATION) != 0)
            __builtin_unreachable();
    } else
        op->flags &= (uint8_t)~CHAIN__FORKING;
    return last;
}

/* Cancels the branches that have not ended, because the result is decided (rule
 * 54). True if all have ended now. */
bool chain__decide(struct chain_strand *strand, struct chain_loop *loop);

/* After the resumption of a strand that waits for branches: true if all have ended (rule 55). */
static inline bool chain__joined(struct chain_strand *strand, struct chain_loop *loop)
{
    return (chain__tag(&strand->op) & CHAIN__GENERATION) == 0 || chain__decide(strand, loop);
}

/* After an any or race: true if this branch has decided. */
static inline bool chain__won(struct chain_strand *strand, const struct chain_op *branch)
{
    return ((struct chain__decision *)chain__storage(&strand->op))->winner == branch;
}

/* After an any each or race each whose slots have ended: true if none has decided. */
static inline bool chain__nobody(struct chain_strand *strand)
{
    return strand->op.code >= 0
           && ((struct chain__decision *)chain__storage(&strand->op))->winner == NULL;
}

/* One of the errors of an any that nobody won; code -1: that branch was cancelled. */
static inline struct chain_error chain__cause(const struct chain_op *op,
                                              const struct chain_failure *failure)
{
    struct chain_error error = { CHAIN_CODE_CANCELLED, 0, NULL, 0, NULL, NULL };
    if (op->code > 0)
        error = chain__error(op, failure);
    return error;
}

/* The errors of the branches of an any that nobody won, which stand directly
 * after `head`, hang at its rejection until the chain ends (rules 47, 129). */
static inline void chain__causes(struct chain_op *op, struct chain__carried *head, unsigned count)
{
    struct chain_failure *failure = chain__failure(op);

    if (op->code <= 0 || failure->message != chain__nobody_won)
        return;
    head->message = chain__nobody_won;
    head->info = (intptr_t)count;
    head->causes = (const struct chain_error *)(const void *)(head + 1);
    head->of_any = true;
    failure->message = chain__carries;
    failure->info = (intptr_t)head;
}

static inline void chain__forget_causes(struct chain_op *op)
{
    struct chain_failure *failure = chain__failure(op);
    const struct chain__carried *head = (const struct chain__carried *)failure->info;

    if (op->code <= 0 || failure->message != chain__carries || !head->of_any)
        return;
    failure->message = chain__nobody_won;
    failure->info = head->info;
}

/* The `outcome` that settle binds. */
static inline enum chain_outcome chain__outcome_of(const struct chain_op *op)
{
    return op->code == 0  ? CHAIN_OUTCOME_VALUE
           : op->code > 0 ? CHAIN_OUTCOME_REJECTED
                          : CHAIN_OUTCOME_CANCELLED;
}

/* The `error` of an outcome: all zero if there was no rejection. */
static inline struct chain_error chain__error_of(const struct chain_op *op,
                                                 const struct chain_failure *failure)
{
    struct chain_error error = { 0, 0, NULL, 0, NULL, NULL };
    if (op->code > 0)
        error = chain__error(op, failure);
    return error;
}

/* True if none of its branches has decided, and no cancel has come. */
static inline bool chain__undecided(const struct chain_strand *parent)
{
    return parent->op.code == 0 && (parent->op.flags & CHAIN__DECIDED) == 0;
}

/* True if a branch of `parent` can still decide by a jump, or take another
 * item. If not, it ends as if it were cancelled. */
static inline bool chain__may_jump(const struct chain_strand *parent, struct chain_strand *branch)
{
    bool may = chain__undecided(parent) && branch->op.code == 0;
    if (!may && branch->op.code == 0)
        branch->op.code = CHAIN_CODE_CANCELLED;
    return may;
}

/* A branch leaves its combinator by return, break or continue: that decides
 * (rule 93). Its end is reported as usual. */
void chain__branch_jumped(struct chain_strand *parent, struct chain_strand *branch,
                          struct chain_loop *loop);

/* The number of slots with which an each starts. */
static inline unsigned chain__slots(size_t next, size_t high, size_t limit)
{
    return (unsigned)(high - next < limit ? high - next : limit);
}

/* ---- timeout: a race of one branch against a timer in the storage of the waiting strand ---- */

struct chain__timeout {
    struct chain__decision join;
    struct chain_timer timer;
};
void chain__timeout_start(struct chain_strand *strand, struct chain_loop *loop, int64_t ns);
void chain__timeout_until(struct chain_strand *strand, struct chain_loop *loop, uint64_t time);
void chain__timeout_end(struct chain_strand *strand, struct chain_loop *loop);

/* The pause after attempt number `attempt`: first, doubling up to most, with up
 * to `jitter` percent more (rule 91). */
int64_t chain__backoff(struct chain_loop *loop, int attempt, int64_t first, int64_t most,
                       unsigned jitter);

/* ---- delay --------------------------------------------------------------- */

struct chain__delay {
    struct chain_timer timer;
};
void chain__delay_start(struct chain__delay *op, int64_t ns);
void chain__delay_until(struct chain__delay *op, uint64_t time);
void chain__delay_cancel(struct chain__delay *op);

/* ---- stagger: an item begins no sooner than `ns` after the one before (rule 154) ---- */

struct chain__stagger {
    int64_t ns;
    uint64_t due;               /* when the next item may begin; 0: now */
    struct chain__delay *waits; /* of the item that waits for that; NULL: none */
};

static inline void chain__stagger_begin(struct chain__stagger *stagger, int64_t ns)
{
    stagger->ns = ns;
    stagger->due = 0;
    stagger->waits = NULL;
}

/* The item that has come waits for its time. */
void chain__stagger_start(struct chain__delay *op, struct chain__stagger *stagger);

/* It begins. */
void chain__staggered(struct chain__stagger *stagger, struct chain_loop *loop);

/* An item was rejected: the next one may begin now. */
void chain__hurry(struct chain__stagger *stagger, struct chain_loop *loop);

#ifdef __cplusplus
}
#endif

#endif
