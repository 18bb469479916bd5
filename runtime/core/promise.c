/* promise.c - promises: strands whose end others wait for, now or later (rules 133-147).
 *
 *     start a as x then b then await x
 *
 * A promise runs beside the strand that has started it. Its end settles all who
 * wait for it; those who come later find its outcome in its header and storage. */
#include "cancel.h"
#include "core.h"
#include "strand.h"
#include "suppress.h"

static bool has_ended(const struct chain__promise *promise)
{
    return (promise->strand.op.flags & CHAIN__UNENDED) == 0;
}

/* The failure takes the place of the operation. One who has been cancelled is in no list. */
static void reject(struct chain_deferred done, const struct chain_op *from,
                   const struct chain_failure *failure)
{
    CHAIN__CHECK(done.op->code == 0);
    done.op->code = from->code;
    *chain__failure(done.op) = *failure;
    chain__set_attempt(done.op, chain__attempt(from, failure));
    chain__settle(done, from->code);
}

/* As the promise has ended: only what waits without taking the outcome over,
 * and is not to be cancelled with it, may find that it was cancelled. */
static void settle(struct chain__await *wait, struct chain__promise *promise)
{
    struct chain_op *from = &promise->strand.op;
    struct chain_deferred done = chain__deferred(wait);

    if (!wait->takes || from->code == 0) {
        chain__settle(done, 0);
    } else if (from->code > 0) {
        from->flags &= (uint8_t)~CHAIN__UNHEARD;
        reject(done, from, chain__failure(from));
    } else
        chain__acknowledge(done);
}

/* ---- a cancel ------------------------------------------------------------- */

/* The promises that a strand has started in one chain, where it goes on at
 * `at`. That says whose they are, so the strand seems to be there meanwhile. In
 * a branch that is running nothing says it; there its next boundary acts. */
static void reach(struct chain_strand *strand, const struct chain_type *type, unsigned at,
                  struct chain_loop *loop)
{
    const struct chain_type *outer = loop->reach.branch_of;
    uint16_t was = strand->op.at;

    if ((type->nursery & CHAIN__STARTS) == 0 || at >= CHAIN__SETTLED_AT_ONCE)
        return;
    strand->op.at = (uint16_t)at;
    loop->reach.branch_of = type;
    loop->asks_promises = true;
    type->cancel(strand, loop);
    loop->reach.branch_of = outer;
    strand->op.at = was;
}

/* Those of all chains that the strand is in, the called ones first (rule 142).
 * The outermost chain of a branch is known; elsewhere the promises are those of
 * the chain's own strand, as at its state 0. */
static void reach_all(struct chain_strand *strand, struct chain_loop *loop)
{
    const char *frame = (const char *)(strand + 1);
    const struct chain_type *type = strand->type;
    unsigned at = strand->op.at;

    while (type->caller != 0 && type != loop->reach.branch_of) {
        const struct chain_caller *caller =
            *(const struct chain_caller *const *)(const void *)(frame + type->caller);
        reach(strand, type, 0, loop);
        type = caller->type;
        at = caller->at;
    }
    if (type->caller != 0)
        reach(strand, type, at, loop);
}

/* Of one that was starting an operation when the cancel came, after that (rule 66). */
static void reach_interrupted(struct chain_strand *strand, struct chain_loop *loop)
{
    struct chain__reach outer;

    if ((strand->op.flags & CHAIN__SHIELDED) != 0)
        return;
    outer = chain__reach_begin(loop);
    loop->reach.branch_of = loop->interrupted_in;
    reach_all(strand, loop);
    chain__reach_end(loop, outer);
}

static void reach_promises(struct chain_strand *strand, struct chain_loop *loop)
{
    if (loop == NULL)
        reach_interrupted(strand, chain__loop_of_tag(chain__tag(&strand->op)));
    else if (loop->interrupted != strand)
        reach_all(strand, loop);
}

void chain__promise_start(struct chain_strand *strand, struct chain__promise *promise,
                          struct chain_loop *loop, unsigned at, unsigned own)
{
    CHAIN__CHECK(has_ended(promise));
    promise->waits = NULL;
    loop->reach_promises = reach_promises;
    strand->op.at = (uint16_t)own;
    chain__strand_start(strand, &promise->strand, loop, at);
}

void chain__promise_ended(struct chain_strand *strand, struct chain_loop *loop)
{
    char *start = (char *)strand - offsetof(struct chain__promise, strand);
    struct chain__promise *promise = (struct chain__promise *)(void *)start;
    struct chain__await *wait = promise->waits, *next;

    (void)loop;
    strand->op.flags = strand->op.code > 0 ? CHAIN__UNHEARD : 0;
    promise->waits = NULL;
    for (; wait != NULL; wait = next) {
        next = wait->next;
        settle(wait, promise);
    }
}

static void wait_for(struct chain__await *op, struct chain__promise *promise, bool takes)
{
    struct chain__await **last = &promise->waits;

    op->next = NULL;
    op->takes = takes;
    if (has_ended(promise)) {
        settle(op, promise);
        return;
    }
    while (*last != NULL)
        last = &(*last)->next;
    *last = op;
}

void chain__await_start(struct chain__await *op, struct chain__promise *promise)
{
    wait_for(op, promise, true);
}

void chain__await_end_start(struct chain__await *op, struct chain__promise *promise)
{
    wait_for(op, promise, false);
}

void chain__await_cancel(struct chain__await *op, struct chain__promise *promise)
{
    struct chain__await **link = &promise->waits;

    while (*link != op)
        link = &(*link)->next;
    *link = op->next;
    chain__acknowledge(chain__deferred(op));
}

void chain__promise_stop(struct chain_strand *strand, struct chain__promise *promise,
                         struct chain_loop *loop)
{
    struct chain__reach outer;

    if (has_ended(promise))
        return;
    outer = chain__reach_begin(loop);
    loop->reach.branch_of = strand->type;
    chain__cancel(&promise->strand, loop);
    chain__reach_end(loop, outer);
}

void chain__promise_drop(struct chain__promise *promise, struct chain_loop *loop)
{
    struct chain_op *op = &promise->strand.op;

    if ((op->flags & CHAIN__UNHEARD) == 0)
        return;
    op->flags &= (uint8_t)~CHAIN__UNHEARD;
    chain__suppress(loop, op->code, chain__failure(op));
}
