/* suppress.c - where a rejection comes from, and the report of one that another
 * outcome replaced (rule 106). */
#include "suppress.h"

#include "core.h"
#include "trace.h"

const char chain__carries[] = ""; /* only its address counts */

/* The place of what a header stands for; the state of a waiting strand is the
 * step that it waits for. */
const struct chain_site *chain__site_of(struct chain_op *op)
{
    bool is_branch = (chain__tag(op) & CHAIN__BRANCH) != 0;
    const struct chain_type *type = chain__strand_of(is_branch ? chain__parent_of(op) : op)->type;
    /* a branch without one: SIZE_MAX */
    size_t site = is_branch ? ((size_t)op->flags | (size_t)op->site_high << 8) - 1 : op->at;

    if (type->sites == NULL || site >= type->states)
        return NULL;
    return &type->sites[site];
}

void chain__suppressed(struct chain_loop *loop, const struct chain_error *error)
{
    loop->suppressed++;
    CHAIN__TRACE(chain__trace_suppressed(loop, error));
    if (loop->on_suppressed != NULL)
        loop->on_suppressed(loop, error);
}

void chain__suppress(struct chain_loop *loop, int code, const struct chain_failure *failure)
{
    struct chain_error error = { 0 };

    error.code = code;
    chain__read(failure, &error);
    chain__suppressed(loop, &error);
}

void chain__suppress_rejection(struct chain_op *op, struct chain_loop *loop, int code,
                               const char *message, intptr_t info)
{
    struct chain_failure failure = { message, info, chain__site_of(op) };

    chain__suppress(loop, code, &failure);
}
