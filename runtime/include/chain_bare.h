/* chain_bare.h - chains without a root: for people. Part of
 * chain/private/gen.h, so every NAME.h includes it.
 *
 * A root is 40 bytes: the list of its loop, whom to tell, the outcome. A host
 * that runs very many chains and has lists of its own may do without. Its
 * struct is zeroed once and has, one directly after the other, a strand and a
 * frame; the branches of a chain that has some stand anywhere in it:
 *
 *     struct mine { struct chain_strand strand; struct NAME_frame frame; struct NAME_branches branches; … };
 *
 * If the chain keeps values that are aligned to more than 32 bytes, the first
 * member has to be CHAIN_BARE_PAD(NAME), padding before the strand; it is
 * nothing otherwise.
 *
 * NAME_start(&mine->frame, &mine->branches, …) takes the arguments,
 * `mine->frame.caller` is set to a static record of the type whose `resume` is
 * called when the chain has ended, and chain_bare_run() queues it. That
 * `resume` calls chain_bare_ended(), may then look at the outcome, run the
 * chain again or free it, and returns chain_bare_next().
 *
 * What a root would do is left to the host: not to run a chain that runs, to
 * look at rejections (rule 105), and to cancel what still runs at the end:
 * chain_loop_cancel() does not know these chains. They count in
 * chain_loop_run() and chain_loop_fini().
 *
 * Thread: the loop's. */
#ifndef CHAIN_BARE_H
#define CHAIN_BARE_H

#include "chain/private/gen.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Unnamed members, without a semicolon. */
#define CHAIN_BARE_PAD(NAME) \
    CHAIN__PAD(sizeof(struct chain_strand), CHAIN__ALIGN(struct NAME##_frame))

/* Queues a chain that does not run, at its start, on an open loop. No chain runs inside. */
static inline void chain_bare_run(struct chain_strand *strand, struct chain_loop *loop,
                                  const struct chain_type *type)
{
    chain__prepare(strand, loop, type);
    CHAIN__TRACE(chain__trace_begin(CHAIN_EVENT_RUN, &strand->op, NULL));
    loop->bare++;
    chain__ready(loop, strand);
}

/* chain_root_cancel() for one that runs. */
void chain_bare_cancel(struct chain_strand *strand);

/* Its strand has come to the host's `resume`: the memory is the host's again. */
static inline void chain_bare_ended(struct chain_strand *strand, struct chain_loop *loop)
{
    loop->bare--;
    chain__top_ended(strand, loop);
}

/* What that `resume` returns. */
static inline struct chain_strand *chain_bare_next(struct chain_loop *loop)
{
    return chain__suspend(loop);
}

/* How it ended, until it is run again. The value is in `frame.u.value`. */
static inline enum chain_outcome chain_bare_outcome(const struct chain_strand *strand)
{
    return chain__outcome_of(&strand->op);
}

static inline struct chain_error chain_bare_rejection(struct chain_strand *strand)
{
    return chain__error(&strand->op, chain__failure(&strand->op));
}

#ifdef __cplusplus
}
#endif

#endif
