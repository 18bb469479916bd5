/* chain_bare.h - chains without a root. Every NAME.h includes it, through
 * chain/private/gen.h.
 *
 * A root takes 40 bytes: links for the list of its loop, the hook, the outcome.
 * A host that runs very many chains and has lists of its own may do without
 * roots. It has a struct of its own, and zeroes it once. In that struct the
 * frame stands directly after the strand; the branches, if the chain has some,
 * stand anywhere:
 *
 *     struct mine { struct chain_strand strand; struct NAME_frame frame; struct NAME_branches branches; … };
 *
 * If the chain keeps values that are aligned to more than 32 bytes, the first
 * member must be CHAIN_BARE_PAD(NAME), padding before the strand. For other
 * chains it is empty.
 *
 * NAME_start(&mine->frame, &mine->branches, …) takes the arguments,
 * `mine->frame.caller` is set to a static record of the type whose `resume` is
 * called when the chain has ended, and chain_bare_run() queues it. That
 * `resume` calls chain_bare_ended(), may then look at the outcome, run the
 * chain again or free it, and returns chain_bare_next().
 *
 * The host has to do the work of the root. It does not run a chain that runs
 * already, it looks at rejections (rule 105), and it cancels the chains that
 * still run before the loop ends: chain_loop_cancel() does not know them. They
 * count in chain_loop_run() and chain_loop_fini().
 *
 * The functions are called on the loop's thread. They neither block nor fail. */
#ifndef CHAIN_BARE_H
#define CHAIN_BARE_H

#include "chain/private/gen.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Unnamed members. Write no semicolon after it. */
#define CHAIN_BARE_PAD(NAME) \
    CHAIN__PAD(sizeof(struct chain_strand), CHAIN__ALIGN(struct NAME##_frame))

/* Queues a chain that does not run, at its start, on an open loop. No chain
 * runs inside the call. */
static inline void chain_bare_run(struct chain_strand *strand, struct chain_loop *loop,
                                  const struct chain_type *type)
{
    chain__prepare(strand, loop, type);
    CHAIN__TRACE(chain__trace_begin(CHAIN_EVENT_RUN, &strand->op, NULL));
    loop->bare++;
    chain__ready(loop, strand);
}

/* chain_root_cancel() for a bare chain that runs. */
void chain_bare_cancel(struct chain_strand *strand);

/* chain_loop_dump() for a bare chain that runs on `loop`. */
void chain_bare_dump(const struct chain_strand *strand, struct chain_loop *loop,
                     void (*line)(void *data, const char *text), void *data);

/* The host's `resume` calls it first, for the strand that it was given. From
 * then on the memory belongs to the host again. */
static inline void chain_bare_ended(struct chain_strand *strand, struct chain_loop *loop)
{
    loop->bare--;
    chain__top_ended(strand, loop);
}

/* The value that the host's `resume` returns, as its last act. */
static inline struct chain_strand *chain_bare_next(struct chain_loop *loop)
{
    return chain__suspend(loop);
}

/* The outcome of a chain that has ended, until it is run again. Its value is in `frame.u.value`. */
static inline enum chain_outcome chain_bare_outcome(const struct chain_strand *strand)
{
    return chain__outcome_of(&strand->op);
}

/* The rejection of a chain whose outcome is CHAIN_OUTCOME_REJECTED. */
static inline struct chain_error chain_bare_rejection(struct chain_strand *strand)
{
    return chain__error(&strand->op, chain__failure(&strand->op));
}

#ifdef __cplusplus
}
#endif

#endif
