/* bare.c - chains without a root. */
#include "core.h"

void chain_bare_run(struct chain_strand *strand, struct chain_loop *loop, const struct chain_type *type)
{
    chain__prepare(strand, loop, type);
    CHAIN__TRACE(chain__trace_begin(CHAIN_EVENT_RUN, &strand->op, NULL));
    loop->alive++;
    chain__ready(loop, strand);
}

void chain_bare_cancel(struct chain_strand *strand)
{
    struct chain_loop *loop = chain__loop_of_tag(chain__tag(&strand->op));

    if (loop != NULL)
        chain__cancel_top(strand, loop);
}

void chain_bare_ended(struct chain_strand *strand, struct chain_loop *loop)
{
    chain__top_ended(strand, loop);
}

struct chain_strand *chain_bare_next(struct chain_loop *loop)
{
    return chain__suspend(loop);
}

enum chain_outcome chain_bare_outcome(const struct chain_strand *strand)
{
    return chain__outcome_of(&strand->op);
}

struct chain_error chain_bare_rejection(struct chain_strand *strand)
{
    return chain__error(&strand->op, chain__failure(&strand->op));
}
